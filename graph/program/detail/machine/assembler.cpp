#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/program/detail/machine/assembler.hpp>
#include <revolute/graph/program/detail/memory/block_plan.hpp>

#include <algorithm>

namespace revolute::detail {

namespace {

/// Of floats, in doubles: room for copies, where the operator has only its reference kernel.
std::size_t scratch_of(const Rolled& rolled, const OperatorCall& call) {
    if (has_own_kernel(*rolled[call.part].op)) return 0;
    std::size_t size = rolled[call.part].shape.size();
    for (const Shape shape : call.operand_shapes) size += shape.size();
    return size;
}

/// The kernel of that kind in the program's numbers.
template <class Number, template <class> class KernelOf>
KernelOf<Number> in_numbers(const ProgramKernels<KernelOf>& kernels) {
    if constexpr (is_double<Number>)
        return kernels.here().in_double;
    else
        return kernels.here().in_float;
}

template <class Number>
MatrixKernel<Number> matrix_kernel_of(const Op& op) {
    if constexpr (is_double<Number>)
        if (!has_own_kernel(op)) return op.evaluate;
    return in_numbers<Number>(op.fast_matrix);
}

template <class Number>
EntryKernel<Number> entry_kernel_of(const Op& op) {
    return is_elementwise(op.role) ? in_numbers<Number>(op.fast) : nullptr;
}

/// What computes the step: a sum may have more operands than its operator, or fewer.
template <class Number>
EntryKernel<Number> kernel_of(const Op& op, const EntrywiseStep& step) {
    const bool has_own = op.role != Role::sum || step.operands.size() == op.arity;
    const FastKernels& fast = step.expression != nullptr ? step.expression->fast
                              : has_own                  ? op.fast
                                                         : accumulate_op.fast;
    const FastKernels kernels = fast.here();
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
Number* Places<Number>::member(PartId part, std::int32_t step) const {
    const Layout& layout = plan.layouts[index(part)];
    Number* const first =
        elsewhere[index(part)] != nullptr ? elsewhere[index(part)] : values + layout.offset;
    return first + (*rolled)[part].place_of(step) * layout.member_stride;
}

template <class Number>
template <class From>
void Places<Number>::write(Member leaf, const From* value) const {
    const Shape shape = (*rolled)[leaf.part].shape;
    const auto rows = static_cast<std::size_t>(shape.rows);
    Number* column = member(leaf.part, leaf.t);
    for (int i = 0; i < shape.columns; ++i, value += rows, column += leading_of(leaf.part))
        convert(value, rows, column);
}

template <class Number>
Rooms<Number> rooms_for(const Rolled& rolled, const Code& code) {
    Rooms<Number> rooms;
    for (const Loop& loop : code.loops)
        for (const Instruction& instruction : loop.body) {
            if (const auto* const call = std::get_if<EntrywiseCall>(&instruction))
                rooms.block_numbers =
                    std::max(rooms.block_numbers, BlockPlan(*call, code.residence).count *
                                                      entries_of_block<Number>(*call));
            if (const auto* const call = std::get_if<ProductCall>(&instruction);
                call != nullptr && !call->packed_left)
                rooms.packing_numbers =
                    std::max(rooms.packing_numbers,
                             packing_room<Number>(call->rows, call->columns, call->inner));
            if (const auto* const call = std::get_if<OperatorCall>(&instruction))
                rooms.scratch_doubles = std::max(rooms.scratch_doubles,
                                                 is_double<Number> ? 0 : scratch_of(rolled, *call));
        }
    rooms.packing_numbers = rounded_up(rooms.packing_numbers, granule<Number>);
    rooms.scratch_doubles = rounded_up(rooms.scratch_doubles, granule<double>);
    return rooms;
}

template <class Number>
std::vector<RunnableLoop<Number>> Assembler<Number>::loops(Lane lane, Team* team) const {
    std::vector<RunnableLoop<Number>> loops;
    for (const Loop& loop : code_.loops) {
        RunnableLoop<Number> assembled{loop.rounds, {}};
        if (lane.count > 1)
            append_shared(loop, lane, team, assembled);
        else
            for (const Instruction& instruction : loop.body)
                assembled.body.push_back(runnable(instruction, lane));
        if (lane.number == 0 || !assembled.body.empty()) loops.push_back(std::move(assembled));
    }
    return loops;
}

/// All lanes meet before and after an instruction that they share. What lane 0 carries out alone
/// needs no other meeting, whatever the loop before it and after it.
template <class Number>
void Assembler<Number>::append_shared(const Loop& loop, Lane lane, Team* team,
                                      RunnableLoop<Number>& to) const {
    bool have_met = false;
    for (const Instruction& instruction : loop.body) {
        const bool is_shared = most_shares(instruction) > 1;
        if (is_shared && !have_met) to.body.push_back(Meeting{team});
        if (is_shared || lane.number == 0)
            to.body.push_back(runnable(instruction, is_shared ? lane : Lane{}));
        if (is_shared) to.body.push_back(Meeting{team});
        have_met = is_shared;
    }
}

template <class Number>
Runnable<Number> Assembler<Number>::runnable(const Instruction& instruction, Lane lane) const {
    return std::visit([&](const auto& call) { return this->runnable(call, lane); }, instruction);
}

template <class Number>
Moving<Number> Assembler<Number>::pointer(const MemberRange& site) const {
    const auto stride =
        static_cast<std::ptrdiff_t>(places_.plan.layouts[index(site.part)].member_stride);
    return {places_.member(site.part, site.step), stride * site.move};
}

template <class Number>
Runnable<Number> Assembler<Number>::runnable(const EntrywiseCall& call, Lane lane) const {
    RunnableEntrywise<Number> result;
    result.members = static_cast<std::size_t>(call.members);
    result.columns = static_cast<std::size_t>(call.shape.columns);
    result.entries = static_cast<std::size_t>(call.shape.rows);
    const BlockPlan blocks(call, code_.residence);
    std::size_t number = 0;
    const auto pointer_to = [&](const MemberRange& site) {
        const std::size_t block = blocks.numbers[number++];
        if (block == BlockPlan::none) return entry_pointer(call, site);
        Number* const first = rooms_.blocks + lane.number * rooms_.block_numbers +
                              block * entries_of_block<Number>(call);
        return EntryPointer<Number>{first, 0, 0, 0, 0, true};
    };
    for (const EntrywiseStep& step : call.steps) {
        const Part& part = (*places_.rolled)[step.part];
        result.steps.push_back(
            {kernel_of<Number>(*part.op, step), part.attributes, step.operands.size()});
        for (const MemberRange& operand : step.operands)
            result.operands.push_back(pointer_to(operand));
        result.results.push_back(pointer_to(step.result));
    }
    result.finish(lane);
    return result;
}

template <class Number>
EntryPointer<Number> Assembler<Number>::entry_pointer(const EntrywiseCall& call,
                                                      const MemberRange& site) const {
    const Part& part = (*places_.rolled)[site.part];
    const Layout& layout = places_.plan.layouts[index(site.part)];
    if (part.op == &constant_op) return {places_.values + layout.offset, 0, 0, 0, 0, false};
    const Moving<Number> first = pointer(site);
    // A column is without gaps wherever it stands, and may be seen as a matrix of another shape.
    const bool has_gaps = layout.leading != places_.rows_of(site.part) && part.shape.columns > 1;
    return {.first = first.first,
            .per_round = first.per_round,
            .per_member = site.members == 1 ? 0 : static_cast<std::ptrdiff_t>(layout.member_stride),
            .per_column = has_gaps ? static_cast<std::ptrdiff_t>(layout.leading) : call.shape.rows,
            .per_entry = 1,
            .is_in_block = false};
}

/// From a column to the next of a matrix that is seen with so many rows in memory: that of its
/// stack, where it stands in one; but one column may be seen as any matrix of its size.
template <class Number>
int Assembler<Number>::leading(const MemberRange& site, int rows) const {
    const std::size_t leading = places_.plan.layouts[index(site.part)].leading;
    const bool has_gaps = leading != places_.rows_of(site.part) &&
                          (site.members > 1 || (*places_.rolled)[site.part].shape.columns > 1);
    return has_gaps ? static_cast<int>(leading) : rows;
}

template <class Number>
Runnable<Number> Assembler<Number>::runnable(const ProductCall& call, Lane lane) const {
    const ProductShape shape{
        .rows = call.rows,
        .columns = call.columns,
        .inner = call.inner,
        .left_is_transposed = call.left_is_transposed,
        .right_is_transposed = call.right_is_transposed,
        .adds = call.adds,
        .left_is_packed = call.packed_left.has_value(),
        .left_leading = leading(call.left, call.left_is_transposed ? call.inner : call.rows),
        .right_leading = leading(call.right, call.right_is_transposed ? call.columns : call.inner),
        .result_leading = leading(call.result, call.rows)};
    return RunnableProduct<Number>{
        shape,
        call.packed_left ? Moving<Number>{pack(*call.packed_left), 0} : pointer(call.left),
        pointer(call.right),
        pointer(call.result),
        pieces_of(call),
        lane,
        rooms_.packing + lane.number * rooms_.packing_numbers};
}

template <class Number>
Number* Assembler<Number>::pack(std::uint32_t number) const {
    return places_.values + places_.plan.packs[number];
}

template <class Number>
Runnable<Number> Assembler<Number>::runnable(const PackCall& call, Lane /*lane*/) const {
    const int rows = call.is_transposed ? call.inner : call.rows;
    return RunnablePack<Number>{
        call.rows,
        call.inner,
        {pointer(call.left).first, leading(call.left, rows), call.is_transposed},
        pack(call.number)};
}

template <class Number>
Runnable<Number> Assembler<Number>::runnable(const OperatorCall& call, Lane /*lane*/) const {
    const Part& part = (*places_.rolled)[call.part];
    RunnableOperator<Number> result{places_.rolled,
                                    call.result,
                                    {},
                                    {},
                                    pointer(call.result),
                                    {nullptr, part.shape.rows, part.shape.columns},
                                    part.attributes,
                                    matrix_kernel_of<Number>(*part.op),
                                    entry_kernel_of<Number>(*part.op),
                                    rooms_.scratch};
    for (const MemberRange& site : call.operands) result.operands.push_back(pointer(site));
    result.columns.reserve(call.operands.size());
    result.copies.reserve(call.operands.size());
    for (const Shape operand : call.operand_shapes)
        result.views.push_back({nullptr, operand.rows, operand.columns});
    return result;
}

template struct Places<double>;
template struct Places<float>;
template void Places<double>::write(Member leaf, const double* value) const;
template void Places<double>::write(Member leaf, const float* value) const;
template void Places<float>::write(Member leaf, const double* value) const;
template void Places<float>::write(Member leaf, const float* value) const;
template Rooms<double> rooms_for(const Rolled& rolled, const Code& code);
template Rooms<float> rooms_for(const Rolled& rolled, const Code& code);
template class Assembler<double>;
template class Assembler<float>;

}  // namespace revolute::detail
