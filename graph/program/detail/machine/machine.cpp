#include <revolute/graph/kernels/packed_products.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/machine/machine.hpp>
#include <revolute/graph/program/detail/machine/subnormal_mode.hpp>
#include <revolute/graph/program/detail/memory/block_plan.hpp>
#include <revolute/graph/program/detail/memory/memory_limit.hpp>
#include <revolute/graph/program/detail/memory/verify_plan.hpp>
#include <revolute/graph/program/detail/verify_when.hpp>

#include <algorithm>
#include <utility>

namespace revolute::detail {

namespace {

template <class Number>
constexpr Units units{granule<Number>, block_entries<Number>, packed_products::packed_size<Number>};

}  // namespace

template <class Number>
Machine<Number>::Machine(const Rolled& rolled, const Reads& reads, const Code& code,
                         const CompileOptions& options)
    : code_(&code),
      flushes_(options.subnormals == Subnormals::flush),
      places_{&rolled, plan_memory(rolled, reads, code, units<Number>)},
      rooms_(rooms_for<Number>(rolled, code)) {
    places_.elsewhere.resize(rolled.parts.size());
    places_.is_output.resize(rolled.parts.size());
    const std::size_t lanes = lanes_of(rolled, code, options);
    allocate(reads, lanes, options.memory_limit);
    if (is_to_be_verified(rolled, code))
        verify_plan(rolled, reads, code, places_.plan, units<Number>);
    write_constants(reads);
    add_outputs(reads);
    if (lanes > 1) team_ = std::make_unique<Team>(lanes);
    lanes_.resize(lanes);
    assemble();
}

template <class Number>
void Machine<Number>::assemble() {
    const Assembler<Number> assembler(places_, rooms_, *code_);
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
        lanes_[lane] = assembler.loops({lane, lanes_.size()}, team_.get());
    are_assembled_ = true;
}

/// One block of memory: slabs, blocks of entrywise calls, room for packing, then, of floats, the
/// scratch of reference calls; then outputs that must be converted. Nothing is written yet, not
/// even pages are taken from the system: each value is computed before it is read.
template <class Number>
void Machine<Number>::allocate(const Reads& reads, std::size_t lanes,
                               std::optional<std::size_t> limit) {
    const Rolled& rolled = *places_.rolled;
    std::size_t converted = 0;
    for (const Member& output : rolled.outputs)
        if (is_converted(output, reads)) converted += rolled[output.part].shape.size();
    converted = rounded_up(converted, granule<double>);
    const std::size_t slabs = places_.plan.numbers;
    const std::size_t numbers = slabs + lanes * (rooms_.block_numbers + rooms_.packing_numbers);
    const std::size_t doubles = rooms_.scratch_doubles + converted;
    bytes_ = numbers * sizeof(Number) + doubles * sizeof(double);
    require_within(limit, bytes_, rolled, reads, places_.plan, sizeof(Number));
    memory_.reset(static_cast<std::byte*>(::operator new(bytes_, alignment)));
    places_.values = new (memory_.get()) Number[numbers];
    rooms_.blocks = places_.values + slabs;
    rooms_.packing = rooms_.blocks + lanes * rooms_.block_numbers;
    rooms_.scratch = new (memory_.get() + numbers * sizeof(Number)) double[doubles];
    converted_ = rooms_.scratch + rooms_.scratch_doubles;
}

template <class Number>
void Machine<Number>::write_constants(const Reads& reads) {
    const Rolled& rolled = *places_.rolled;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        if (reads.standing(PartId{i}) == Standing::constant)
            std::fill_n(places_.values + places_.plan.layouts[i].offset,
                        places_.plan.layouts[i].numbers,
                        static_cast<Number>(rolled.parts[i].attributes.front()));
}

template <class Number>
void Machine<Number>::add_outputs(const Reads& reads) {
    const Rolled& rolled = *places_.rolled;
    double* room = converted_;
    for (const Member& output : rolled.outputs) {
        const Shape shape = rolled[output.part].shape;
        const Read& read = read_at(reads.view(output.part), output.t);
        const Layout& layout = places_.plan.layouts[index(read.target)];
        places_.is_output[index(read.target)] = true;
        const bool has_gaps = layout.leading != places_.rows_of(read.target);
        outputs_.push_back({places_.member(read.target, read.step_at(output.t)), shape,
                            has_gaps ? layout.leading : static_cast<std::size_t>(shape.rows),
                            is_converted(output, reads) ? room : nullptr});
        if (outputs_.back().converted != nullptr) room += shape.size();
    }
}

/// Values of a program are views of doubles without gaps.
template <class Number>
bool Machine<Number>::is_converted(Member output, const Reads& reads) const {
    const PartId target = read_at(reads.view(output.part), output.t).target;
    const bool has_gaps = places_.plan.layouts[index(target)].leading != places_.rows_of(target) &&
                          (*places_.rolled)[target].shape.columns > 1;
    return !is_double<Number> || has_gaps;
}

/// Instructions know the places of what they read, so they are made anew where these have moved.
template <class Number>
void Machine<Number>::find_references() {
    if (references_.resolve(places_)) are_assembled_ = false;
    if (!are_assembled_) assemble();
}

template <class Number>
bool Machine<Number>::reads_in_place(Member leaf) {
    find_references();
    return places_.elsewhere[index(leaf.part)] != nullptr;
}

template <class Number>
void Machine<Number>::read_leaves() {
    find_references();
    references_.copy(places_);
}

template <class Number>
void Machine<Number>::run() {
    if (!team_) return run_lane(0);
    auto work = [this](std::size_t lane) {
        const SubnormalMode mode(flushes_);
        run_lane(lane);
    };
    team_->run(work);
}

template <class Number>
void Machine<Number>::run_lane(std::size_t lane) {
    for (RunnableLoop<Number>& loop : lanes_[lane])
        for (std::size_t round = 0; round < loop.rounds; ++round)
            for (Runnable<Number>& runnable : loop.body)
                std::visit([round](auto& call) { call(round); }, runnable);
}

template <class Number>
void Machine<Number>::carry_out(const RunPlace& place) {
    std::visit([&](auto& call) { call(place.round); },
               lanes_[0][place.loop].body[place.instruction]);
}

template <class Number>
void Machine<Number>::write(Member leaf, const double* value) {
    references_.set(*places_.rolled, leaf, {});
    if (places_.elsewhere[index(leaf.part)] != nullptr) find_references();
    places_.write(leaf, value);
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
                        places_.plan.layouts[index(leaf.part)].leading,
                        places_.member(leaf.part, leaf.t)});
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
    references_ = other.references_;
    references_.resolve_anew();
}

template class Machine<double>;
template class Machine<float>;

}  // namespace revolute::detail
