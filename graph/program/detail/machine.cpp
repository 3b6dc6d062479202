#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/block_plan.hpp>
#include <revolute/graph/program/detail/machine.hpp>
#include <revolute/graph/program/detail/memory_limit.hpp>

#include <algorithm>
#include <utility>

namespace revolute::detail {

namespace {

/// Numbers in 64 bytes: what slabs are aligned to.
template <class Number>
constexpr std::size_t granule = 64 / sizeof(Number);

std::size_t rounded_up(std::size_t size, std::size_t multiple) {
    return (size + multiple - 1) / multiple * multiple;
}

std::size_t scratch_of(const Rolled& rolled, const ReferenceCall& call) {
    std::size_t size = rolled[call.part].shape.size();
    for (const Shape shape : call.operand_shapes) size += shape.size();
    return size;
}

/// What computes the step: a sum may have more operands than its operator, or fewer.
template <class Number>
EntryKernel<Number> kernel_of(const Op& op, const EntrywiseStep& step) {
    const bool has_own = op.role != Role::sum || step.operands.size() == op.arity;
    const FastKernels& kernels = step.expression != nullptr ? step.expression->fast
                                 : has_own                  ? op.fast
                                                            : accumulate_op.fast;
    if constexpr (is_double<Number>)
        return kernels.in_double;
    else
        return kernels.in_float;
}

/// Entries in a block of the call.
template <class Number>
std::size_t entries_of_block(const EntrywiseCall& call) {
    return rounded_up(
        std::min(block_entries<Number>, call.shape.size() * static_cast<std::size_t>(call.members)),
        granule<Number>);
}

}  // namespace

template <class Number>
Machine<Number>::Machine(const Rolled& rolled, const Reads& reads, const Code& code,
                         std::optional<std::size_t> limit)
    : rolled_(&rolled),
      residence_(code.residence),
      plan_(plan_memory(rolled, reads, code, {granule<Number>, block_entries<Number>})) {
    allocate(rolled, reads, code, limit);
    write_constants(rolled, reads);
    add_outputs(rolled, reads);
    for (const Loop& loop : code.loops) {
        RunnableLoop& runnable_loop = loops_.emplace_back(RunnableLoop{loop.rounds, {}});
        for (const Instruction& instruction : loop.body)
            runnable_loop.body.push_back(
                std::visit([this](const auto& call) { return this->runnable(call); }, instruction));
    }
}

/// One block of memory: slabs, blocks of entrywise calls, then, of floats, the scratch of reference
/// calls; then outputs that must be converted.
template <class Number>
void Machine<Number>::allocate(const Rolled& rolled, const Reads& reads, const Code& code,
                               std::optional<std::size_t> limit) {
    std::size_t blocks = 0;
    std::size_t scratch = 0;
    for (const Loop& loop : code.loops)
        for (const Instruction& instruction : loop.body) {
            if (const auto* const call = std::get_if<EntrywiseCall>(&instruction))
                blocks = std::max(blocks, BlockPlan(*call, code.residence).count *
                                              entries_of_block<Number>(*call));
            if (const auto* const call = std::get_if<ReferenceCall>(&instruction))
                scratch = std::max(scratch, is_double<Number> ? 0 : scratch_of(rolled, *call));
        }
    scratch = rounded_up(scratch, granule<double>);
    std::size_t converted = 0;
    for (const Member& output : rolled.outputs)
        if (is_converted(output, reads)) converted += rolled[output.part].shape.size();
    converted = rounded_up(converted, granule<double>);
    const std::size_t numbers = (plan_.numbers + blocks) * sizeof(Number);
    bytes_ = numbers + (scratch + converted) * sizeof(double);
    require_within(limit, bytes_, rolled, reads, plan_, sizeof(Number));
    memory_.reset(static_cast<std::byte*>(::operator new(bytes_, alignment)));
    values_ = new (memory_.get()) Number[plan_.numbers + blocks]{};
    blocks_ = values_ + plan_.numbers;
    double* const doubles = new (memory_.get() + numbers) double[scratch + converted]{};
    scratch_ = doubles;
    converted_ = doubles + scratch;
}

template <class Number>
void Machine<Number>::write_constants(const Rolled& rolled, const Reads& reads) {
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        if (reads.standing(PartId{i}) == Standing::constant)
            std::fill_n(values_ + plan_.layouts[i].offset, plan_.layouts[i].numbers,
                        static_cast<Number>(rolled.parts[i].attributes.front()));
}

template <class Number>
void Machine<Number>::add_outputs(const Rolled& rolled, const Reads& reads) {
    double* room = converted_;
    for (const Member& output : rolled.outputs) {
        const Shape shape = rolled[output.part].shape;
        const Read& read = read_at(reads.view(output.part), output.t);
        const Layout& layout = plan_.layouts[index(read.target)];
        const bool has_gaps = layout.leading != rows_of(read.target);
        outputs_.push_back({member(read.target, read.step_at(output.t)), shape,
                            has_gaps ? layout.leading : static_cast<std::size_t>(shape.rows),
                            is_converted(output, reads) ? room : nullptr});
        if (outputs_.back().converted != nullptr) room += shape.size();
    }
}

/// Values of a program are views of doubles without gaps.
template <class Number>
bool Machine<Number>::is_converted(Member output, const Reads& reads) const {
    const PartId target = read_at(reads.view(output.part), output.t).target;
    const bool has_gaps = plan_.layouts[index(target)].leading != rows_of(target) &&
                          (*rolled_)[target].shape.columns > 1;
    return !is_double<Number> || has_gaps;
}

template <class Number>
std::size_t Machine<Number>::rows_of(PartId part) const {
    return static_cast<std::size_t>((*rolled_)[part].shape.rows);
}

template <class Number>
Number* Machine<Number>::member(PartId part, std::int32_t step) const {
    const Layout& layout = plan_.layouts[index(part)];
    return values_ + layout.offset + (*rolled_)[part].place_of(step) * layout.member_stride;
}

template <class Number>
Pointer<Number> Machine<Number>::pointer(const MemberRange& site) const {
    const auto stride = static_cast<std::ptrdiff_t>(plan_.layouts[index(site.part)].member_stride);
    return {member(site.part, site.step), stride * site.move};
}

template <class Number>
auto Machine<Number>::runnable(const EntrywiseCall& call) const -> Runnable<Number> {
    RunnableEntrywise<Number> result;
    result.members = static_cast<std::size_t>(call.members);
    result.columns = static_cast<std::size_t>(call.shape.columns);
    result.entries = static_cast<std::size_t>(call.shape.rows);
    const BlockPlan blocks(call, residence_);
    std::size_t number = 0;
    const auto pointer_to = [&](const MemberRange& site) {
        const std::size_t block = blocks.numbers[number++];
        if (block == BlockPlan::none) return entry_pointer(call, site);
        Number* const first = blocks_ + block * entries_of_block<Number>(call);
        return EntryPointer<Number>{first, 0, 0, 0, 0, true};
    };
    for (const EntrywiseStep& step : call.steps) {
        const Part& part = (*rolled_)[step.part];
        result.steps.push_back(
            {kernel_of<Number>(*part.op, step), part.attributes, step.operands.size()});
        for (const MemberRange& operand : step.operands)
            result.operands.push_back(pointer_to(operand));
        result.results.push_back(pointer_to(step.result));
    }
    result.finish();
    return result;
}

template <class Number>
EntryPointer<Number> Machine<Number>::entry_pointer(const EntrywiseCall& call,
                                                    const MemberRange& site) const {
    const Part& part = (*rolled_)[site.part];
    const Layout& layout = plan_.layouts[index(site.part)];
    if (part.op == &constant_op) return {values_ + layout.offset, 0, 0, 0, 0, false};
    const Pointer<Number> first = pointer(site);
    // A column is without gaps wherever it stands, and may be seen as a matrix of another shape.
    const bool has_gaps = layout.leading != rows_of(site.part) && part.shape.columns > 1;
    return {.first = first.first,
            .per_round = first.stride,
            .per_member = site.members == 1 ? 0 : static_cast<std::ptrdiff_t>(layout.member_stride),
            .per_column = has_gaps ? static_cast<std::ptrdiff_t>(layout.leading) : call.shape.rows,
            .per_entry = 1,
            .is_in_block = false};
}

/// From a column to the next of a matrix that is seen with so many rows in memory: that of its stack,
/// where it stands in one; but one column may be seen as any matrix of its size.
template <class Number>
int Machine<Number>::leading(const MemberRange& site, int rows) const {
    const std::size_t leading = plan_.layouts[index(site.part)].leading;
    const bool has_gaps = leading != rows_of(site.part) &&
                          (site.members > 1 || (*rolled_)[site.part].shape.columns > 1);
    return has_gaps ? static_cast<int>(leading) : rows;
}

template <class Number>
auto Machine<Number>::runnable(const ProductCall& call) const -> Runnable<Number> {
    const ProductShape shape{
        .rows = call.rows,
        .columns = call.columns,
        .inner = call.inner,
        .left_is_transposed = call.left_is_transposed,
        .right_is_transposed = call.right_is_transposed,
        .adds = call.adds,
        .left_leading = leading(call.left, call.left_is_transposed ? call.inner : call.rows),
        .right_leading = leading(call.right, call.right_is_transposed ? call.columns : call.inner),
        .result_leading = leading(call.result, call.rows)};
    return RunnableProduct<Number>{shape, pointer(call.left), pointer(call.right),
                                   pointer(call.result)};
}

template <class Number>
auto Machine<Number>::runnable(const ReferenceCall& call) const -> Runnable<Number> {
    const Shape shape = (*rolled_)[call.part].shape;
    RunnableReference<Number> result{
        rolled_, call.result, {}, {}, pointer(call.result), {nullptr, shape.rows, shape.columns},
        scratch_};
    for (const MemberRange& site : call.operands) result.operands.push_back(pointer(site));
    for (const Shape operand : call.operand_shapes)
        result.views.push_back({nullptr, operand.rows, operand.columns});
    return result;
}

template <class Number>
void Machine<Number>::run() {
    for (RunnableLoop& loop : loops_)
        for (std::size_t round = 0; round < loop.rounds; ++round)
            for (Runnable<Number>& runnable : loop.body)
                std::visit([round](auto& call) { call(round); }, runnable);
}

template <class Number>
void Machine<Number>::carry_out(const RunPlace& place) {
    std::visit([&](auto& call) { call(place.round); }, loops_[place.loop].body[place.instruction]);
}

template <class Number>
void Machine<Number>::write(Member leaf, ConstMatrixView value) {
    const auto rows = static_cast<std::size_t>(value.rows);
    Number* column = member(leaf.part, leaf.t);
    for (int i = 0; i < value.columns; ++i, column += plan_.layouts[index(leaf.part)].leading)
        convert(value.data + static_cast<std::size_t>(i) * rows, rows, column);
}

template <class Number>
ConstMatrixView Machine<Number>::output(std::size_t number) {
    const Output& output = outputs_[number];
    if constexpr (is_double<Number>)
        if (output.converted == nullptr)
            return {output.values, output.shape.rows, output.shape.columns};
    const auto rows = static_cast<std::size_t>(output.shape.rows);
    for (std::size_t i = 0; i < static_cast<std::size_t>(output.shape.columns); ++i)
        convert(output.values + i * output.leading, rows, output.converted + i * rows);
    return {output.converted, output.shape.rows, output.shape.columns};
}

template <class Number>
void Machine<Number>::carry(std::size_t output, Member leaf) {
    const Output& from = outputs_[output];
    carries_.push_back({from.values, from.shape, from.leading,
                        plan_.layouts[index(leaf.part)].leading, member(leaf.part, leaf.t)});
    carried_.resize(carried_.size() + from.shape.size());
}

template <class Number>
void Machine<Number>::carry_over() {
    const auto for_each_column = [this](const auto& copy) {
        Number* room = carried_.data();
        for (const Carry& carry : carries_)
            for (std::size_t i = 0; i < static_cast<std::size_t>(carry.shape.columns); ++i) {
                copy(carry, i, room);
                room += carry.shape.rows;
            }
    };
    for_each_column([](const Carry& carry, std::size_t i, Number* room) {
        std::copy_n(carry.from + i * carry.from_leading, carry.shape.rows, room);
    });
    for_each_column([](const Carry& carry, std::size_t i, const Number* room) {
        std::copy_n(room, carry.shape.rows, carry.to + i * carry.to_leading);
    });
}

template <class Number>
void Machine<Number>::copy_values(const Machine& other) {
    std::copy_n(other.memory_.get(), bytes_, memory_.get());
}

template class Machine<double>;
template class Machine<float>;

}  // namespace revolute::detail
