#include <revolute/graph/program/detail/lowering/at_once.hpp>
#include <revolute/graph/program/detail/lowering/lower.hpp>
#include <revolute/graph/program/detail/lowering/sink.hpp>

#include <algorithm>
#include <utility>

namespace revolute::detail {

namespace {

/// How many of the steps t, t + stride, ... lie in the interval, which t does.
std::size_t rounds_within(Interval steps, std::int32_t t, std::int32_t stride) {
    return static_cast<std::size_t>((stride > 0 ? steps.high - t : t - steps.low) /
                                    (stride > 0 ? stride : -stride)) +
           1;
}

/// Enough that loading and storing the sum costs nothing beside the terms.
constexpr std::size_t most_terms = 16;

/// Steps t, t + stride, ...
struct Steps {
    std::int32_t first = 0;
    std::int32_t stride = 1;
    std::size_t count = 1;

    std::int32_t at(std::size_t round) const {
        return first + stride * static_cast<std::int32_t>(round);
    }
    Steps from(std::size_t round) const { return {at(round), stride, count - round}; }
};

MemberRange site_of(const Read& read, const Steps& steps) {
    return {read.target, read.step_at(steps.first), read.is_fixed ? 0 : steps.stride, 1};
}

/// Steps in which all parts of a component are alike, and what computes them.
struct LoopStretch {
    std::optional<std::int32_t> axis;
    Steps steps;
    /// What does not wait for the loop: the beginnings of sums, and what is added to them.
    std::vector<Instruction> values_before, products_before;
    std::vector<Instruction> body;
};

class Lowering {
 public:
    Lowering(const Rolled& rolled, const Reads& reads, std::optional<Pass> without)
        : rolled_(rolled),
          reads_(reads),
          sunk_(without == Pass::sink ? nothing_sunk(rolled) : sink(rolled, reads)),
          begins_sums_(without != Pass::begin),
          is_in_loop_(rolled.parts.size()) {}

    std::vector<Loop> run() && {
        for (std::size_t i = 0; i < rolled_.schedule.size(); ++i) {
            const Component& component = rolled_.schedule[i];
            const PartId first = component.parts.front();
            if (rolled_[first].is_family())
                lower_families(component, sunk_.parts[i]);
            else if (reads_.standing(first) == Standing::computed)
                lower_node(first);
        }
        return std::move(loops_);
    }

 private:
    void lower_node(PartId part) {
        if (is_sum_over_steps(rolled_[part])) return lower_sum(part);
        emit({{}, 0, 1, 1, {instruction(part, {})}});
    }

    /// From the first step to the last, or back, in stretches in which the same parts have members
    /// and every operand is of one case.
    void lower_families(const Component& component, std::vector<PartId> parts) {
        for (const PartId part : component.parts)
            if (reads_.standing(part) == Standing::computed) parts.push_back(part);
        if (parts.empty()) return;
        const Interval all = steps_of(rolled_, reads_, component);
        if (const auto& elsewhere = sunk_.steps[index(parts.front())];
            elsewhere && !component.is_recurrence()) {
            lower_steps(component, parts, {all.low, std::min(all.high, elsewhere->low - 1)});
            lower_steps(component, parts, {std::max(all.low, elsewhere->high + 1), all.high});
        } else {
            lower_steps(component, parts, all);
        }
    }

    void lower_steps(const Component& component, std::span<const PartId> parts, Interval all) {
        if (all.low > all.high) return;
        const std::int32_t stride = component.direction < 0 ? -1 : 1;
        Steps steps{stride > 0 ? all.low : all.high, stride, all.size()};
        while (steps.count > 0) {
            const std::size_t rounds = alike(parts, steps);
            lower_stretch(component, parts, {steps.first, stride, rounds});
            steps = steps.from(rounds);
        }
    }

    /// How many of the steps are like the first.
    std::size_t alike(std::span<const PartId> parts, const Steps& steps) const {
        std::size_t rounds = steps.count;
        for (const PartId part : parts) {
            if (rolled_[part].has_member(steps.first))
                rounds = std::min(rounds, alike(part, steps));
            else if (const auto wait = rounds_until_member(part, steps))
                rounds = std::min(rounds, *wait);
        }
        return rounds;
    }

    /// For how many of the steps the part has members that read what the first does.
    std::size_t alike(PartId part, const Steps& steps) const {
        std::size_t rounds = steps.count;
        std::vector<std::pair<PartId, Steps>> waiting{{part, steps}};
        while (!waiting.empty()) {
            const auto [reader, seen] = waiting.back();
            waiting.pop_back();
            const std::span<const Interval> runs = reads_.steps(reader);
            const auto run = std::ranges::lower_bound(runs, seen.first, {}, &Interval::high);
            rounds = std::min(rounds, rounds_within(*run, seen.first, seen.stride));
            for (const std::vector<Read>& slot : reads_.slots(reader)) {
                const Read& read = read_at(slot, seen.first);
                rounds = std::min(rounds, rounds_within(read.steps, seen.first, seen.stride));
                if (reads_.standing(read.target) == Standing::term)
                    waiting.emplace_back(read.target, as_seen(read, seen));
            }
        }
        return rounds;
    }

    /// The steps of what is read.
    static Steps as_seen(const Read& read, const Steps& steps) {
        return {read.step_at(steps.first), steps.stride, steps.count};
    }

    std::optional<std::size_t> rounds_until_member(PartId part, const Steps& steps) const {
        const std::span<const Interval> runs = reads_.steps(part);
        const auto next = std::ranges::upper_bound(runs, steps.first, {}, &Interval::low);
        if (steps.stride > 0)
            return next == runs.end() ? std::nullopt
                                      : std::optional<std::size_t>(next->low - steps.first);
        return next == runs.begin() ? std::nullopt
                                    : std::optional<std::size_t>(steps.first - (next - 1)->high);
    }

    void lower_stretch(const Component& component, std::span<const PartId> parts,
                       const Steps& steps) {
        LoopStretch stretch{rolled_[parts.front()].axis, steps, {}, {}, {}};
        for (const PartId part : parts) is_in_loop_[index(part)] = component.is_recurrence();
        for (const PartId part : parts)
            if (rolled_[part].has_member(steps.first)) append_instructions(stretch, part);
        for (const PartId part : parts) is_in_loop_[index(part)] = false;
        for (auto* const instructions : {&stretch.values_before, &stretch.products_before})
            for (Instruction& instruction : *instructions)
                emit_at_once(stretch, std::move(instruction));
        if (component.is_recurrence())
            emit(loop_of(stretch, std::move(stretch.body)));
        else
            for (Instruction& instruction : stretch.body)
                emit_at_once(stretch, std::move(instruction));
    }

    static Loop loop_of(const LoopStretch& stretch, std::vector<Instruction> body) {
        const auto& [first, stride, count] = stretch.steps;
        return {stretch.axis, first, stride, count, std::move(body)};
    }

    /// An instruction whose rounds do not depend on each other.
    void emit_at_once(const LoopStretch& stretch, Instruction instruction) {
        const bool is_one = make_one_call(instruction, stretch.steps.count);
        Loop loop = loop_of(stretch, {std::move(instruction)});
        if (is_one) loop.rounds = 1;
        emit(std::move(loop));
    }

    /// What a sum adds up: values that stand in memory, and products.
    struct Summands {
        std::vector<MemberRange> values;
        std::vector<ProductCall> products;
    };

    /// Through the sums that are its terms.
    Summands summands_of(PartId sum, const Steps& steps) const {
        const MemberRange result{sum, steps.first, steps.stride, 1};
        Summands found;
        std::vector<std::pair<const Read*, Steps>> waiting;
        const auto read_all = [&](PartId reader, const Steps& seen) {
            const std::span<const std::vector<Read>> slots = reads_.slots(reader);
            for (std::size_t slot = slots.size(); slot-- > 0;)
                waiting.emplace_back(&read_at(slots[slot], seen.first), seen);
        };
        read_all(sum, steps);
        while (!waiting.empty()) {
            const auto [read, seen] = waiting.back();
            waiting.pop_back();
            if (reads_.standing(read->target) != Standing::term)
                found.values.push_back(site_of(*read, seen));
            else if (rolled_[read->target].op->role == Role::sum)
                read_all(read->target, as_seen(*read, seen));
            else
                found.products.push_back(product(read->target, as_seen(*read, seen), result));
        }
        return found;
    }

    void append_instructions(LoopStretch& stretch, PartId part) const {
        if (rolled_[part].op->role != Role::sum)
            stretch.body.push_back(instruction(part, stretch.steps));
        else
            append_sum(stretch, part, summands_of(part, stretch.steps));
    }

    /// A sum begins with what stands in memory; products are added to it. What a loop adds up that
    /// is there before it, for all steps at once.
    void append_sum(LoopStretch& stretch, PartId sum, Summands all) const {
        const MemberRange result{sum, stretch.steps.first, stretch.steps.stride, 1};
        bool is_begun = false;
        const auto append = [&](std::vector<Instruction>& values,
                                std::vector<Instruction>& products, Summands some) {
            if (!some.values.empty()) {
                if (is_begun) some.values.insert(some.values.begin(), result);
                values.emplace_back(
                    EntrywiseCall{{{sum, std::move(some.values), result}}, rolled_[sum].shape, 1});
                is_begun = true;
            }
            for (ProductCall& call : some.products) {
                call.adds = is_begun;
                is_begun = true;
                products.emplace_back(std::move(call));
            }
        };
        append(stretch.values_before, stretch.products_before,
               taken_before(all, result, stretch.steps));
        append(stretch.body, stretch.body, std::move(all));
    }

    /// Takes out what can be summed before the loop, where that saves the loop something: products,
    /// or values that products alone are added to.
    Summands taken_before(Summands& all, const MemberRange& result, const Steps& steps) const {
        Summands before;
        const auto in_loop = [this](const MemberRange& site) {
            return is_in_loop_[index(site.part)];
        };
        if (!begins_sums_ || !in_loop(result)) return before;
        std::erase_if(all.products, [&](const ProductCall& call) {
            Instruction at_once = call;
            const bool can_be_before = !in_loop(call.left) && !in_loop(call.right) &&
                                       (steps.count == 1 || make_one_call(at_once, steps.count));
            if (can_be_before) before.products.push_back(call);
            return can_be_before;
        });
        const bool values_are_before = std::ranges::none_of(all.values, in_loop);
        if (before.products.empty() && (all.products.empty() || !values_are_before)) return before;
        std::erase_if(all.values, [&](const MemberRange& site) {
            if (!in_loop(site)) before.values.push_back(site);
            return !in_loop(site);
        });
        return before;
    }

    /// The instruction that computes the members of a part at some steps, one a round.
    Instruction instruction(PartId part, const Steps& steps) const {
        const Op& op = *rolled_[part].op;
        const Shape shape = rolled_[part].shape;
        const std::int32_t move = rolled_[part].is_family() ? steps.stride : 0;
        const MemberRange result{part, steps.first, move, 1};
        if (op.role == Role::product) return product(part, steps, result);
        std::vector<MemberRange> operands;
        for (const std::vector<Read>& slot : reads_.slots(part))
            operands.push_back(site_of(read_at(slot, steps.first), steps));
        if (has_fast_kernel(rolled_[part]))
            return EntrywiseCall{{{part, std::move(operands), result}}, shape, 1};
        std::vector<Shape> shapes;
        for (const std::vector<Read>& slot : reads_.slots(part))
            shapes.push_back(read_at(slot, steps.first).shape);
        return OperatorCall{part, std::move(operands), std::move(shapes), result};
    }

    ProductCall product(PartId part, const Steps& steps, MemberRange result) const {
        const std::span<const std::vector<Read>> slots = reads_.slots(part);
        const Read& left = read_at(slots[0], steps.first);
        const Read& right = read_at(slots[1], steps.first);
        const Shape shape = rolled_[part].shape;
        return {.part = part,
                .left = site_of(left, steps),
                .right = site_of(right, steps),
                .result = result,
                .left_is_transposed = left.is_transposed,
                .right_is_transposed = right.is_transposed,
                .adds = false,
                .rows = shape.rows,
                .columns = shape.columns,
                .inner = left.shape.columns};
    }

    /// A sum over steps begins with the products that it alone reads, so that the first of them
    /// need not find anything to add to.
    void lower_sum(PartId sum) {
        const std::vector<Terms> terms = terms_of(rolled_, rolled_[sum]);
        bool is_begun = false;
        for (const Terms& some : terms)
            if (reads_.standing(some.part) == Standing::term) add_products(sum, some, is_begun);
        std::vector<std::pair<MemberRange, Steps>> values;
        for (const Terms& some : terms)
            if (reads_.standing(some.part) != Standing::term) append_values(values, some);
        for (const auto& [site, steps] : values) add_values(sum, site, steps, is_begun);
    }

    void add_products(PartId sum, const Terms& terms, bool& is_begun) {
        Steps steps{terms.first, terms.stride, terms.count};
        while (steps.count > 0) {
            // The first round is apart where it alone must not add.
            std::size_t rounds = alike(terms.part, steps);
            ProductCall call =
                product(terms.part, {steps.first, steps.stride, rounds}, {sum, 0, 0, 1});
            const bool is_one_call = sum_in_one_call(call, rounds);
            if (!is_begun && !is_one_call) rounds = 1;
            call.adds = is_begun;
            is_begun = true;
            emit({rolled_[terms.part].axis,
                  steps.first,
                  steps.stride,
                  is_one_call ? 1 : rounds,
                  {call}});
            steps = steps.from(rounds);
        }
    }

    void append_values(std::vector<std::pair<MemberRange, Steps>>& values,
                       const Terms& terms) const {
        Steps steps{terms.first, terms.stride, terms.count};
        while (steps.count > 0) {
            const Read& read = read_at(reads_.view(terms.part), steps.first);
            const std::size_t rounds =
                std::min(steps.count, rounds_within(read.steps, steps.first, steps.stride));
            const Steps piece{steps.first, steps.stride, rounds};
            values.emplace_back(site_of(read, piece), piece);
            steps = steps.from(rounds);
        }
    }

    /// Adds values to the sum, as many in one instruction as `most_terms`, from the first to the
    /// last.
    void add_values(PartId sum, const MemberRange& site, Steps steps, bool& is_begun) {
        const std::size_t total = steps.count;
        while (steps.count > 0) {
            const std::size_t terms = std::min(steps.count, most_terms);
            const std::size_t rounds = is_begun ? steps.count / terms : 1;
            const auto skip = static_cast<std::int32_t>(terms);
            EntrywiseStep step{sum, {}, {sum, 0, 0, 1}};
            if (is_begun) step.operands.push_back(step.result);
            for (std::size_t term = 0; term < terms; ++term) {
                const auto distance = static_cast<std::int32_t>(total - steps.count + term);
                step.operands.push_back(
                    {site.part, site.step + site.move * distance, site.move * skip, 1});
            }
            is_begun = true;
            emit({rolled_[site.part].axis,
                  steps.first,
                  steps.stride * skip,
                  rounds,
                  {EntrywiseCall{{std::move(step)}, rolled_[sum].shape, 1}}});
            steps = steps.from(terms * rounds);
        }
    }

    /// Straight code that follows on straight code goes on with it.
    void emit(Loop loop) {
        if (loop.body.empty()) return;
        if (loop.rounds == 1)
            for (Instruction& instruction : loop.body)
                for_each_site(instruction, [](MemberRange& site) { site.move = 0; });
        if (loop.rounds == 1 && !loops_.empty() && loops_.back().rounds == 1)
            for (Instruction& instruction : loop.body)
                loops_.back().body.push_back(std::move(instruction));
        else
            loops_.push_back(std::move(loop));
    }

    const Rolled& rolled_;
    const Reads& reads_;
    Sunk sunk_;
    bool begins_sums_;              ///< before their loop, where that saves it something
    std::vector<bool> is_in_loop_;  ///< by part: whether the loop at work computes it
    std::vector<Loop> loops_;
};

}  // namespace

std::vector<Loop> lower(const Rolled& rolled, const Reads& reads, std::optional<Pass> without) {
    return Lowering(rolled, reads, without).run();
}

}  // namespace revolute::detail
