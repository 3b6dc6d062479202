#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/machine/runnable.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
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
    if (pass_ != nullptr) return pass_(pass_steps_, round, entries);
    const auto signed_size = [](std::size_t size) { return static_cast<std::ptrdiff_t>(size); };
    if (is_one_block_) return run_block({.round = signed_size(round)}, block_);
    const auto [first_member, end_member] = own_members_;
    const auto [first_column, end_column] = own_columns_;
    const auto [first_entry, end_entry] = own_entries_;
    for (std::size_t member = first_member; member < end_member; ++member)
        for (std::size_t column = first_column; column < end_column; column += block_.columns)
            for (std::size_t entry = first_entry; entry < end_entry; entry += block_.entries)
                run_block({signed_size(round), signed_size(member), signed_size(column),
                           signed_size(entry)},
                          {std::min(block_.entries, end_entry - entry),
                           std::min(block_.columns, end_column - column)});
}

template <class Number>
void RunnableEntrywise<Number>::run_block(const Place& place, ColumnExtent extent) {
    const auto first = [&](const EntryPointer<Number>& pointer) {
        Number* const begin = pointer.first + pointer.per_round * place.round;
        if (is_one_block_) return begin;
        return begin + pointer.per_member * place.member + pointer.per_column * place.column +
               pointer.per_entry * place.entry;
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
void RunnableEntrywise<Number>::finish(Lane lane) {
    join_columns();
    choose_blocks();
    take_share(lane);
    make_pass();
}

/// Where all steps are functions of a column in one block.
template <class Number>
void RunnableEntrywise<Number>::make_pass() {
    using vector_math::Function;
    if (!is_one_block_ || columns > 1) return;
    const EntryPointer<Number>* operand = operands.data();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step& step = steps[i];
        const std::optional<Function> function = vector_math::function_of(step.kernel);
        const bool is_long_sum = function == Function::sum && step.operands != 2;
        if (!function || is_long_sum) return pass_steps_.clear();
        const EntryPointer<Number>& a = operand[0];
        const EntryPointer<Number>& b = operand[step.operands - 1];
        const EntryPointer<Number>& y = results[i];
        pass_steps_.push_back(
            {.function = function == Function::sum ? Function::add : *function,
             .factor = step.attributes.empty() ? Number{} : static_cast<Number>(step.attributes[0]),
             .a = {a.first, a.per_round},
             .b = {b.first, b.per_round},
             .y = {y.first, y.per_round}});
        operand += step.operands;
    }
    pass_ = vector_math::pass<Number>();
}

template <class Number>
void RunnableEntrywise<Number>::join_columns() {
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
}

template <class Number>
void RunnableEntrywise<Number>::choose_blocks() {
    block_.entries = std::min(entries, block_entries<Number>);
    block_.columns = std::clamp<std::size_t>(block_entries<Number> / entries, 1, columns);
    const auto stride = [this](const EntryPointer<Number>& pointer) {
        return pointer.is_in_block ? static_cast<std::ptrdiff_t>(block_.entries)
                                   : pointer.per_column;
    };
    for (const EntryPointer<Number>& pointer : operands)
        current_operands_.emplace_back(pointer.first, stride(pointer));
    for (const EntryPointer<Number>& pointer : results)
        current_results_.emplace_back(pointer.first, stride(pointer));
}

/// Whole blocks: an equal part of the outermost of members, columns and entries that there are
/// several of.
template <class Number>
void RunnableEntrywise<Number>::take_share(Lane lane) {
    own_members_.end = members;
    own_columns_.end = columns;
    own_entries_.end = entries;
    const auto share = [lane](std::size_t size, std::size_t block) {
        const std::size_t blocks = (size + block - 1) / block;
        return Range{std::min(size, blocks * lane.number / lane.count * block),
                     std::min(size, blocks * (lane.number + 1) / lane.count * block)};
    };
    if (members > 1)
        own_members_ = share(members, 1);
    else if (columns > block_.columns)
        own_columns_ = share(columns, block_.columns);
    else
        own_entries_ = share(entries, block_.entries);
    is_one_block_ =
        lane.count == 1 && members == 1 && columns == block_.columns && entries == block_.entries;
}

template <class Number>
void RunnableProduct<Number>::operator()(std::size_t round) {
    if (pieces.count == 1)
        multiply(shape, left.at(round), right.at(round), result.at(round), room, round % 2 == 1);
    else
        for (auto piece = static_cast<int>(lane.number); piece < pieces.count;
             piece += static_cast<int>(lane.count))
            run_piece(piece, round);
}

template <class Number>
void RunnableProduct<Number>::run_piece(int piece, std::size_t round) {
    ProductShape part = shape;
    const int first = piece * pieces.size;
    const int size =
        std::min(pieces.size, (pieces.are_columns ? shape.columns : shape.rows) - first);
    const auto skipped = [first](bool are_columns, int leading) {
        return std::ptrdiff_t{first} * (are_columns ? leading : 1);
    };
    const Number* own_left = left.at(round);
    const Number* own_right = right.at(round);
    if (pieces.are_columns) {
        part.columns = size;
        own_right += skipped(!shape.right_is_transposed, shape.right_leading);
    } else {
        part.rows = size;
        own_left += shape.left_is_packed ? std::ptrdiff_t{first} * shape.inner
                                         : skipped(shape.left_is_transposed, shape.left_leading);
    }
    multiply(part, own_left, own_right,
             result.at(round) + skipped(pieces.are_columns, shape.result_leading), room,
             round % 2 == 1);
}

template <class Number>
void RunnableOperator<Number>::operator()(std::size_t round) {
    const Part& part = (*rolled)[site.part];
    for (std::size_t slot = 0; slot < operands.size(); ++slot)
        views[slot].data = operands[slot].at(round);
    result_view.data = result.at(round);
    const std::int32_t t = site.step + site.move * static_cast<std::int32_t>(round);
    for (std::size_t i = 0; i < part.slopes.size(); ++i) attributes[i] = part.attribute_at(i, t);
    try {
        compute();
    } catch (const EvaluationError& refusal) {  // a value that the kernel cannot take
        fail(*rolled, {site.part, t}, refusal.what());
    }
}

template <class Number>
void RunnableOperator<Number>::compute() {
    if (matrix_kernel != nullptr)
        matrix_kernel({views, attributes}, result_view);
    else if (entry_kernel != nullptr)
        compute_by_entries();
    else
        compute_on_copies();
}

/// Matrices without gaps are one column each.
template <class Number>
void RunnableOperator<Number>::compute_by_entries() {
    columns.clear();
    for (const BasicMatrixView<const Number>& view : views) columns.emplace_back(view.data);
    entry_kernel({columns, attributes}, result_view.data, result_view.size());
}

template <class Number>
void RunnableOperator<Number>::compute_on_copies() {
    double* room = scratch;
    copies.clear();
    for (const BasicMatrixView<const Number>& view : views) {
        convert(view.data, view.size(), room);
        copies.push_back({room, view.rows, view.columns});
        room += view.size();
    }
    (*rolled)[site.part].op->evaluate({copies, attributes},
                                      {room, result_view.rows, result_view.columns});
    convert(room, result_view.size(), result_view.data);
}

template struct RunnableEntrywise<double>;
template struct RunnableEntrywise<float>;
template struct RunnableProduct<double>;
template struct RunnableProduct<float>;
template struct RunnableOperator<double>;
template struct RunnableOperator<float>;

}  // namespace revolute::detail
