#include <revolute/graph/error.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/runnable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <type_traits>

namespace revolute::detail {

namespace {

template <class Number>
constexpr bool is_double = std::is_same_v<Number, double>;

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
    for (std::size_t member = 0; member < members; ++member)
        for (std::size_t column = 0; column < columns; ++column)
            for (std::size_t entry = 0; entry < entries; entry += block_entries<Number>) {
                for (std::size_t i = 0; i < pointers.size(); ++i) {
                    const EntryPointer<Number>& pointer = pointers[i];
                    current[i] = pointer.first +
                                 pointer.per_round * static_cast<std::ptrdiff_t>(round) +
                                 pointer.per_member * static_cast<std::ptrdiff_t>(member) +
                                 pointer.per_column * static_cast<std::ptrdiff_t>(column) +
                                 pointer.per_entry * static_cast<std::ptrdiff_t>(entry);
                }
                run_block(std::min(block_entries<Number>, entries - entry));
            }
}

template <class Number>
void RunnableEntrywise<Number>::run_block(std::size_t count) {
    Number** next = current.data();
    for (const Step& step : steps) {
        std::copy_n(next, step.operands, current_operands.data());
        next += step.operands;
        step.kernel({{current_operands.data(), step.operands}, step.attributes}, *next++, count);
    }
}

template <class Number>
void RunnableEntrywise<Number>::flatten() {
    const auto follow = [this](auto stride, std::size_t size) {
        return std::ranges::all_of(pointers, [&](const EntryPointer<Number>& pointer) {
            return pointer.per_entry == 0 || pointer.*stride == static_cast<std::ptrdiff_t>(size);
        });
    };
    if (columns > 1 && !follow(&EntryPointer<Number>::per_column, entries)) return;
    entries *= columns;
    columns = 1;
    if (members > 1 && !follow(&EntryPointer<Number>::per_member, entries)) return;
    entries *= members;
    members = 1;
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
