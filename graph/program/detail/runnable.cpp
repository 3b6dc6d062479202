#include <revolute/graph/error.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/runnable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace revolute::detail {

namespace {

/// Throws what a kernel refuses, with the step and the member.
[[noreturn]] void fail(const Rolled& rolled, Member member, std::string_view refusal) {
    const Part& part = rolled[member.part];
    const std::string step =
        part.axis ? fmt::format(", in step {}", to_string(Step{*part.axis, member.t})) : "";
    throw EvaluationError(fmt::format("{}: {}{}\n  node is {}", part.op->name, refusal, step,
                                      describe(rolled, member)));
}

}  // namespace

template <class Number>
void RunnableEntrywise<Number>::operator()(std::size_t round) {
    const auto signed_size = [](std::size_t size) { return static_cast<std::ptrdiff_t>(size); };
    for (std::size_t member = 0; member < members; ++member)
        for (std::size_t column = 0; column < columns; column += block_.columns)
            for (std::size_t entry = 0; entry < entries; entry += block_.entries)
                run_block({signed_size(round), signed_size(member), signed_size(column),
                           signed_size(entry)},
                          {std::min(block_.entries, entries - entry),
                           std::min(block_.columns, columns - column)});
}

template <class Number>
void RunnableEntrywise<Number>::run_block(const Place& place, ColumnExtent extent) {
    const auto first = [&](const EntryPointer<Number>& pointer) {
        return pointer.first + pointer.per_round * place.round + pointer.per_member * place.member +
               pointer.per_column * place.column + pointer.per_entry * place.entry;
    };
    for (std::size_t i = 0; i < operands.size(); ++i)
        current_operands_[i].first = first(operands[i]);
    for (std::size_t i = 0; i < results.size(); ++i) current_results_[i].first = first(results[i]);
    const Columns<const Number>* next = current_operands_.data();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].kernel({{next, steps[i].operands}, steps[i].attributes}, current_results_[i],
                        extent);
        next += steps[i].operands;
    }
}

template <class Number>
template <class Condition>
bool RunnableEntrywise<Number>::all_pointers(const Condition& condition) const {
    return std::ranges::all_of(operands, condition) && std::ranges::all_of(results, condition);
}

template <class Number>
void RunnableEntrywise<Number>::finish() {
    using Entries = EntryPointer<Number>;
    const auto entries_follow = [this](std::ptrdiff_t Entries::*stride) {
        return all_pointers([&](const Entries& pointer) {
            return pointer.per_entry == 0 ||
                   pointer.*stride == static_cast<std::ptrdiff_t>(entries);
        });
    };
    if (columns == 1 || entries_follow(&Entries::per_column)) {
        entries *= std::exchange(columns, 1);
        if (members == 1 || entries_follow(&Entries::per_member))
            entries *= std::exchange(members, 1);
    }
    if (columns == 1)  // a member is a column
        for (auto* const pointers : {&operands, &results})
            for (Entries& pointer : *pointers) pointer.per_column = pointer.per_member;
    if (columns == 1 || all_pointers([this](const Entries& pointer) {
            return pointer.per_member == pointer.per_column * static_cast<std::ptrdiff_t>(columns);
        }))
        columns *= std::exchange(members, 1);

    block_.entries = std::min(entries, block_entries<Number>);
    block_.columns = std::clamp<std::size_t>(block_entries<Number> / entries, 1, columns);
    const auto stride = [this](const Entries& pointer) {
        return pointer.is_in_block ? static_cast<std::ptrdiff_t>(block_.entries)
                                   : pointer.per_column;
    };
    for (const Entries& pointer : operands)
        current_operands_.emplace_back(pointer.first, stride(pointer));
    for (const Entries& pointer : results)
        current_results_.emplace_back(pointer.first, stride(pointer));
}

template <class Number>
void RunnableProduct<Number>::operator()(std::size_t round) {
    multiply(shape, left.at(round), right.at(round), result.at(round));
}

template <class Number>
void RunnableReference<Number>::operator()(std::size_t round) {
    const Part& part = (*rolled)[site.part];
    double* room = scratch;
    for (std::size_t slot = 0; slot < operands.size(); ++slot) {
        ConstMatrixView& view = views[slot];
        if constexpr (is_double<Number>) {
            view.data = operands[slot].at(round);
        } else {
            convert(operands[slot].at(round), view.size(), room);
            view.data = room;
            room += view.size();
        }
    }
    if constexpr (is_double<Number>)
        result_view.data = result.at(round);
    else
        result_view.data = room;
    try {
        part.op->evaluate({views, part.attributes}, result_view);
    } catch (const EvaluationError& refusal) {  // a value that the kernel cannot take
        const auto rounds = static_cast<std::int32_t>(round);
        fail(*rolled, {site.part, site.step + site.move * rounds}, refusal.what());
    }
    if constexpr (!is_double<Number>) convert(room, result_view.size(), result.at(round));
}

template struct RunnableEntrywise<double>;
template struct RunnableEntrywise<float>;
template struct RunnableProduct<double>;
template struct RunnableProduct<float>;
template struct RunnableReference<double>;
template struct RunnableReference<float>;

}  // namespace revolute::detail
