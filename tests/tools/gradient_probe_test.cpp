// Sums of gradients' entries that tell whether a derivation is worth a closer look.

#include "cases.hpp"
#include <revolute/graph/evaluate.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/tools/backward_walk.hpp>
#include <revolute/tools/gradient_probe.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace revolute;

namespace {

/// The backward pass in which f' is missing for every tanh.
std::optional<Expr> without_slope(const Pullback& p) {
    return &p.op() == &tanh_op ? p.adjoint : right_rule(p);
}

struct Probed {
    explicit Probed(const char* name)
        : of(test::case_named(name)), net(of), walk(net.net, net.variables()) {}

    std::vector<GradientArray> arrays(const TermRule& rule) const {
        return gradient_arrays(gradients_of(of, evaluate(walk.gradients(rule), net.values)));
    }
    bool is_promising(const GradientProbe& probe, const TermRule& rule) const {
        return probe.is_promising(evaluate(probe.sums(walk.gradients(rule)), net.values));
    }

    Case of;
    CaseNet net;
    BackwardWalk walk;
};

constexpr const char* names[] = {"rnn_tanh_many_to_one", "lstm_two_layers_bidirectional",
                                 "gru_before_complex_step", "lstm_peephole_complex_step",
                                 "gru_bidirectional_many_to_many"};

}  // namespace

TEST_CASE("gradient probe: what was given is promising, the right gradients are not") {
    for (const char* name : names) {
        CAPTURE(name);
        Probed probed(name);
        const Judge judge(probed.arrays(right_rule), probed.arrays(without_slope), 1e-10);
        const GradientProbe probe(probed.of, probed.net, judge);
        CHECK(probed.is_promising(probe, without_slope));
        CHECK_FALSE(probed.is_promising(probe, right_rule));
    }
}

TEST_CASE("gradient probe: a derivation that explains one array of several is promising") {
    Probed probed("rnn_tanh_many_to_one");
    std::vector<GradientArray> given = probed.arrays(without_slope);
    std::ranges::find(given, "weight_hh_l0", &GradientArray::name)->values.front()(1, 2) += 0.1;
    const Judge judge(probed.arrays(right_rule), given, 1e-10);
    const GradientProbe probe(probed.of, probed.net, judge);
    CHECK(probed.is_promising(probe, without_slope));
}

TEST_CASE("gradient probe: a derivation that changes an array that agrees is not promising") {
    Probed probed("rnn_tanh_many_to_one");
    std::vector<GradientArray> given = probed.arrays(without_slope);
    const std::vector<GradientArray> right = probed.arrays(right_rule);
    const auto name = [](const GradientArray& array) { return array.name == "weight_ih_l0"; };
    *std::ranges::find_if(given, name) = *std::ranges::find_if(right, name);
    const Judge judge(right, given, 1e-10);
    const GradientProbe probe(probed.of, probed.net, judge);
    CHECK_FALSE(probed.is_promising(probe, without_slope));
}

TEST_CASE("gradient probe: products of the gradients are not evaluated for their sums") {
    Probed probed("lstm_many_to_one");
    const Judge judge(probed.arrays(right_rule), probed.arrays(without_slope), 1e-10);
    const GradientProbe probe(probed.of, probed.net, judge);
    const std::vector<Expr> gradients = probed.walk.gradients(right_rule);
    const std::vector<Expr> sums = probe.sums(gradients);
    REQUIRE(sums.size() == gradients.size());
    std::vector<bool> is_read(probed.net.graph.size());
    for (const Expr& sum : sums) is_read[index(sum.id)] = true;
    for (std::uint32_t i = probed.net.graph.size(); i-- > 0;)
        if (is_read[i])
            for (const NodeId operand : probed.net.graph.operands(NodeId{i}))
                is_read[index(operand)] = true;
    const std::vector<Expr> parameters = probed.net.net.parameters();  // the first variables
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (parameters[i].shape().columns == 1) continue;  // a bias: its sum is no cheaper
        CAPTURE(parameters[i].label());
        CHECK_FALSE(is_read[index(gradients[i].id)]);
    }
}
