#include <revolute/graph/error.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/machine.hpp>
#include <revolute/graph/program/detail/memory_limit.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

namespace revolute::detail {

namespace {

template <class Number>
constexpr bool is_double = std::is_same_v<Number, double>;

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

template <class From, class To>
void convert(const From* from, std::size_t count, To* to) {
    std::transform(from, from + count, to, [](From x) { return static_cast<To>(x); });
}

/// The kernel of that kind of number.
template <class Number>
EntryKernel<Number> kernel_of(const Op& op) {
    if constexpr (is_double<Number>)
        return op.fast.in_double;
    else
        return op.fast.in_float;
}

/// Throws what a kernel refuses, with the step and the member.
[[noreturn]] void fail(const Rolled& rolled, Member member, std::string_view refusal) {
    throw EvaluationError(fmt::format("{}: {}{}\n  node is {}", rolled[member.part].op->name,
                                      refusal, in_step(rolled, member), describe(rolled, member)));
}

}  // namespace

template <class Number>
void RunnableEntrywise<Number>::operator()(std::size_t round) {
    for (std::size_t slot = 0; slot < operands.size(); ++slot)
        current[slot] = operands[slot].at(round);
    kernel({current, attributes}, result.at(round), entries);
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

template <class Number>
Machine<Number>::Machine(const Rolled& rolled, const Reads& reads, std::span<const Loop> loops,
                         std::optional<std::size_t> limit)
    : rolled_(&rolled), plan_(plan_memory(rolled, reads, loops, granule<Number>)) {
    allocate(rolled, reads, loops, limit);
    write_constants(rolled, reads);
    add_outputs(rolled, reads);
    for (const Loop& loop : loops) {
        RunnableLoop& runnable_loop = loops_.emplace_back(RunnableLoop{loop.rounds, {}});
        for (const Instruction& instruction : loop.body)
            runnable_loop.body.push_back(
                std::visit([this](const auto& call) { return this->runnable(call); }, instruction));
    }
}

/// One block: slabs, then, of floats, the scratch of reference calls and the outputs as doubles.
template <class Number>
void Machine<Number>::allocate(const Rolled& rolled, const Reads& reads,
                               std::span<const Loop> loops, std::optional<std::size_t> limit) {
    std::size_t scratch = 0;
    std::size_t converted = 0;
    if constexpr (!is_double<Number>) {
        for (const Loop& loop : loops)
            for (const Instruction& instruction : loop.body)
                if (const auto* const call = std::get_if<ReferenceCall>(&instruction))
                    scratch = std::max(scratch, scratch_of(rolled, *call));
        for (const Member& output : rolled.outputs) converted += rolled[output.part].shape.size();
        scratch = rounded_up(scratch, granule<double>);
        converted = rounded_up(converted, granule<double>);
    }
    const std::size_t slabs = plan_.numbers * sizeof(Number);
    bytes_ = slabs + (scratch + converted) * sizeof(double);
    require_within(limit, bytes_, rolled, reads, plan_, sizeof(Number));
    memory_.reset(static_cast<std::byte*>(::operator new(bytes_, alignment)));
    values_ = new (memory_.get()) Number[plan_.numbers]{};
    double* const doubles = new (memory_.get() + slabs) double[scratch + converted]{};
    scratch_ = doubles;
    converted_ = doubles + scratch;
}

template <class Number>
void Machine<Number>::write_constants(const Rolled& rolled, const Reads& reads) {
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Part& part = rolled.parts[i];
        if (reads.standing(PartId{i}) == Standing::constant)
            std::fill_n(values_ + plan_.offsets[i], part.shape.size() * part.size(),
                        static_cast<Number>(part.attributes.front()));
    }
}

template <class Number>
void Machine<Number>::add_outputs(const Rolled& rolled, const Reads& reads) {
    double* room = converted_;
    for (const Member& output : rolled.outputs) {
        const Shape shape = rolled[output.part].shape;
        const Read& read = read_at(reads.view(output.part), output.t);
        outputs_.push_back({member(read.target, read.step_at(output.t)), shape, room});
        if constexpr (!is_double<Number>) room += shape.size();
    }
}

template <class Number>
Number* Machine<Number>::member(PartId part, std::int32_t step) const {
    return values_ + plan_.offsets[index(part)] +
           (*rolled_)[part].place_of(step) * (*rolled_)[part].shape.size();
}

template <class Number>
Pointer<Number> Machine<Number>::pointer(const MemberRange& site) const {
    const auto size = static_cast<std::ptrdiff_t>((*rolled_)[site.part].shape.size());
    return {member(site.part, site.step), size * site.move};
}

template <class Number>
auto Machine<Number>::runnable(const EntrywiseCall& call) const -> Runnable {
    const Part& part = (*rolled_)[call.part];
    RunnableEntrywise<Number> result{kernel_of<Number>(*part.op), part.attributes, {}, {},
                                     pointer(call.result),        call.entries};
    for (const MemberRange& site : call.operands) result.operands.push_back(pointer(site));
    result.current.resize(call.operands.size());
    return result;
}

template <class Number>
auto Machine<Number>::runnable(const ProductCall& call) const -> Runnable {
    const ProductShape shape{
        call.rows, call.columns, call.inner, call.left_is_transposed, call.right_is_transposed,
        call.adds};
    return RunnableProduct<Number>{shape, pointer(call.left), pointer(call.right),
                                   pointer(call.result)};
}

template <class Number>
auto Machine<Number>::runnable(const ReferenceCall& call) const -> Runnable {
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
            for (Runnable& runnable : loop.body)
                std::visit([round](auto& call) { call(round); }, runnable);
}

template <class Number>
void Machine<Number>::carry_out(const RunPlace& place) {
    std::visit([&](auto& call) { call(place.round); }, loops_[place.loop].body[place.instruction]);
}

template <class Number>
void Machine<Number>::write(Member leaf, ConstMatrixView value) {
    convert(value.data, value.size(), member(leaf.part, leaf.t));
}

template <class Number>
ConstMatrixView Machine<Number>::output(std::size_t number) {
    const Output& output = outputs_[number];
    if constexpr (is_double<Number>) {
        return {output.values, output.shape.rows, output.shape.columns};
    } else {
        convert(output.values, output.shape.size(), output.converted);
        return {output.converted, output.shape.rows, output.shape.columns};
    }
}

template <class Number>
void Machine<Number>::carry(std::size_t output, Member leaf) {
    const auto& [values, shape, converted] = outputs_[output];
    carries_.push_back({values, member(leaf.part, leaf.t), shape.size()});
    carried_.resize(carried_.size() + shape.size());
}

template <class Number>
void Machine<Number>::carry_over() {
    Number* room = carried_.data();
    for (const Carry& carry : carries_) room = std::copy_n(carry.from, carry.count, room);
    room = carried_.data();
    for (const Carry& carry : carries_) {
        std::copy_n(room, carry.count, carry.to);
        room += carry.count;
    }
}

template <class Number>
void Machine<Number>::copy_values(const Machine& other) {
    std::copy_n(other.memory_.get(), bytes_, memory_.get());
}

template class Machine<double>;
template class Machine<float>;

}  // namespace revolute::detail
