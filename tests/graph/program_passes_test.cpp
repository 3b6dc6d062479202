// Passes on code whose instructions stand in any order that their operands allow, in loops that are cut anywhere:
// what they leave computes each value once, from operands that are there, and what the evaluator computes.

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/lower.hpp>
#include <revolute/graph/program/detail/machine.hpp>
#include <revolute/graph/program/detail/passes.hpp>
#include <revolute/graph/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <support/program_check.hpp>
#include <support/random_graph.hpp>
#include <support/random_net.hpp>
#include <support/relabelled.hpp>
#include <support/scattered_code.hpp>
#include <support/time_nets.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace revolute;
using namespace revolute::detail;
using test::OverTime;
using test::Random;
using test::TimeNet;

namespace {

/// Products and sums are computed in another order than by the evaluator, everything else is the same: some hundred
/// roundings of 1.1e-16 each, of which a hundred times as many are seen where terms cancel.
constexpr double rounding = 1e-10;

/// What a machine computes of the code; its plan is verified.
std::vector<Matrix> computed(const Rolled& rolled, const Reads& reads, const Code& code,
                             const test::LeafValues& values) {
    Machine<double> machine(rolled, reads, code, {});
    for (const auto& [leaf, value] : test::by_member(rolled, values))
        machine.write(leaf, value->data());
    machine.read_leaves();
    machine.run();
    std::vector<Matrix> results;
    for (std::size_t i = 0; i < rolled.outputs.size(); ++i) {
        const ConstMatrixView value = machine.output(i);
        const auto entries = value.values();
        results.emplace_back(value.rows, value.columns,
                             std::vector<double>(entries.begin(), entries.end()));
    }
    return results;
}

/// Some of the passes, each with as much as it can do, on the code as lowered or in other orders: what it computes
/// is what `evaluate` does.
void check_passes(std::span<const Expr> outputs, const test::LeafValues& values, Random& random,
                  int orders) {
    const Rolled rolled = spelled_out(roll(outputs));
    const Reads reads(rolled);
    Bindings bindings;
    for (const auto& [leaf, value] : values) bindings.bind(leaf, value);
    const std::vector<Matrix> expected = evaluate(outputs, bindings);
    for (int order = 0; order < orders; ++order) {
        CAPTURE(order);
        Code code{test::scattered(lower(rolled, reads), random),
                  {},
                  std::vector<Residence>(rolled.parts.size()),
                  0,
                  {}};
        code.shares_places = random.below(8) > 0;
        const auto is_on = [&] { return random.below(8) > 0; };
        if (is_on()) gather_products(rolled, code);
        if (is_on()) merge_products(rolled, reads, code);
        if (is_on()) fuse_entrywise(rolled, code);
        if (is_on()) find_residences(rolled, reads, code);
        if (is_on()) combine_steps(rolled, code);
        if (is_on()) pack_factors(code);
        std::vector<Matrix> found;
        REQUIRE_NOTHROW(found = computed(rolled, reads, code, values));
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            CAPTURE(i);
            CHECK(relative_difference(found[i], expected[i]) <= rounding);
        }
    }
}

/// The same with random values, of which products do not grow.
void check_passes(std::span<const Expr> outputs, Random& random, int orders) {
    test::LeafValues values = test::random_leaf_values(outputs, random);
    for (auto& [leaf, value] : values)
        for (double& entry : value.values()) entry *= 0.5;
    check_passes(outputs, values, random, orders);
}

/// A net each step of which multiplies by several factors: weights, and what is computed at this step, at the one
/// before or once for all later steps, entry by entry or not. Some of the products could be one.
class NetOfProducts {
 public:
    NetOfProducts(Graph& graph, Random& random, int steps) : graph_(graph) {
        const std::size_t factors = 2 + random.below(2);
        read_ = random.below(5);
        read_with_input_ = random.below(5);
        for (std::size_t i = 0; i < factors; ++i) {
            weights_.push_back(graph.parameter("W" + std::to_string(i), {2, 2}));
            kinds_.push_back(random.below(6));
            factors_.push_back({weights_.back()});
        }
        adds_transposed_ = random.below(2) == 0;
        begins_with_input_ = random.below(2) == 0;
        multiplies_again_ = random.below(2) == 0;
        early_ = random.below(4);
        states_.push_back(graph.parameter("h", {2, 3}));
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            states_.push_back(next(states_.back()));
        }
        outputs = {sum(square(states_.back()))};
        if (random.below(2) == 0)
            outputs =
                differentiate(outputs.front(), weights_, Unreachable::zeros).loss_and_gradients();
        for (const std::vector<Expr>& factor : factors_)
            if (random.below(4) == 0) outputs.push_back(factor.back());
    }

    std::vector<Expr> outputs;

 private:
    Expr next(Expr state) {
        for (std::size_t i = 0; i < kinds_.size(); ++i) factors_[i].push_back(made(i, state));
        const Expr x = graph_.input("x", {2, 3});
        std::vector<Expr> terms;
        for (std::size_t i = 0; i < kinds_.size(); ++i)
            terms.push_back(factor(i, read_) * right(i));
        if (multiplies_again_) {
            const Expr other = tanh(terms.back());
            terms.push_back(factor(0, read_) * other);
        }
        if (adds_transposed_)
            for (std::size_t i = 0; i < kinds_.size(); ++i) {
                const Expr turned = transpose(factor(i, read_)), other = tanh(terms[i]);
                terms.push_back(turned * other);
            }
        terms.push_back(factor(0, read_with_input_) * x);
        if (begins_with_input_) std::swap(terms.front(), terms.back());
        return tanh(accumulate(terms));
    }

    /// The state before, but for one factor, which may read one of the first three.
    Expr right(std::size_t i) const {
        if (i + 1 < kinds_.size() || early_ == 3) return states_.back();
        return states_[std::min(states_.size() - 1, early_)];
    }

    Expr made(std::size_t i, Expr state) {
        const Expr before = factors_[i].back(), W = weights_[i];
        const std::string name = "X" + std::to_string(i);
        switch (kinds_[i]) {
            case 0:
                return W;
            case 1:
                return tanh(graph_.input(name, {2, 2}));
            case 2:
                return hadamard(before, W);
            case 3:
                return before * W;
            case 4:
                return before + state * transpose(state);
            default:
                return W * graph_.input(name, {2, 2});
        }
    }

    /// What stands for a factor: that of this step, of the one before, or of one of the first three.
    Expr factor(std::size_t i, std::size_t read) const {
        const std::vector<Expr>& all = factors_[i];
        if (read < 2) return all[all.size() - 1 - read];
        return all[std::min(all.size() - 1, read - 1)];
    }

    Graph& graph_;
    std::size_t read_ = 0, read_with_input_ = 0;  // 0: this step, 1: the one before, then fixed
    bool adds_transposed_ = false, begins_with_input_ = false, multiplies_again_ = false;
    std::size_t early_ = 0;
    std::vector<Expr> states_;  // of all steps so far, and before them
    std::vector<Expr> weights_;
    std::vector<std::size_t> kinds_;
    std::vector<std::vector<Expr>> factors_;  // by factor, then by step: first the weight
};

}  // namespace

TEST_CASE("passes: what code computes stays, in whatever order it stands, in nets of all kinds") {
    for (const OverTime over_time :
         {OverTime::last, OverTime::sum, OverTime::chain_inside, OverTime::stack_rows,
          OverTime::attention, OverTime::parts_of_stack})
        for (const bool is_recurrent : {false, true})
            for (const bool has_second_axis : {false, true}) {
                const TimeNet net{.over_time = over_time,
                                  .chain = &hadamard_op,
                                  .is_recurrent = is_recurrent,
                                  .has_gradients = true,
                                  .has_second_axis = has_second_axis};
                CAPTURE(net.text());
                Random random(5);
                Graph graph;
                check_passes(test::outputs_of(graph, net, 5, 3), random, 20);
            }
}

TEST_CASE("passes: what code computes stays, in whatever order it stands, in random nets") {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        const test::RandomNet net(seed);
        CAPTURE(seed);
        CAPTURE(net.text());
        Random random(seed);
        Graph graph;
        check_passes(net.all_outputs(graph, 5), random, 5);
    }
}

TEST_CASE("passes: what code computes stays, in whatever order it stands, in random graphs") {
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed, 12);
        std::vector<Expr> outputs{random.loss()};
        if (seed % 2 == 0)
            outputs = differentiate(random.loss(), random.leaves, Unreachable::zeros)
                          .loss_and_gradients();
        Graph copy;
        const std::vector<Expr> labelled = test::relabelled(outputs, copy, random.random, 1.0);
        check_passes(labelled,
                     test::of_copies(test::bound_leaf_values(outputs, random.bindings), labelled),
                     random.random, 4);
    }
}

TEST_CASE("passes: what code computes stays, in whatever order it stands, where products are one") {
    for (std::uint32_t seed = 0; seed < 80; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Graph graph;
        const NetOfProducts net(graph, random, 5);
        check_passes(net.outputs, random, 6);
    }
}
