// The reverse pass whose rules can be replaced.

#include "cases.hpp"
#include <revolute/graph/derivative_rule.hpp>
#include <revolute/graph/differentiate.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/tools/case_net.hpp>
#include <revolute/tools/use_family.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace revolute;
using test::case_named;

TEST_CASE("backward walk: with the right rules it makes the nodes that differentiate makes") {
    for (const char* name :
         {"rnn_bidirectional_many_to_one", "lstm_two_layers_bidirectional", "gru_many_to_one",
          "gru_before_complex_step", "lstm_peephole_complex_step", "rnn_cross_entropy"}) {
        CAPTURE(name);
        const Case of = case_named(name);
        CaseNet net(of);
        const Derivative derivative =
            differentiate(net.net.loss(), net.variables(), Unreachable::zeros);
        const std::uint32_t size = net.graph.size();
        const BackwardWalk walk(net.net, net.variables());
        CHECK(std::ranges::equal(walk.gradients(right_rule), derivative.gradients()));
        CHECK(std::ranges::equal(walk.gradients(Derivation{}), derivative.gradients()));
        CHECK(net.graph.size() == size);
    }
}

TEST_CASE("backward walk: a term that is left out leaves zeros where nothing else arrives") {
    const Case of = case_named("rnn_tanh_many_to_one");
    CaseNet net(of);
    const BackwardWalk walk(net.net, net.variables());
    const std::vector<Expr> gradients =
        walk.gradients([&](const Pullback& p) -> std::optional<Expr> {
            if (&p.op() == &tanh_op) return std::nullopt;
            return pull_back(p);
        });
    const std::vector<Expr> variables = net.variables();
    for (std::size_t i = 0; i < variables.size(); ++i) {
        CAPTURE(variables[i].label());
        const bool is_head =
            variables[i] == net.net.read_out.V || variables[i] == net.net.read_out.c;
        CHECK((largest_entry(evaluate(gradients[i], net.values)) > 0) == is_head);
    }
}

TEST_CASE("use families: uses alike across steps are one family, written from the step t") {
    const Case of = case_named("rnn_tanh_many_to_one");
    CaseNet net(of);
    const BackwardWalk walk(net.net, net.variables());
    const std::vector<UseFamily> families = use_families(walk);
    const auto count = [&](std::string_view described, std::string_view operand) -> std::size_t {
        const auto found = std::ranges::find_if(families, [&](const UseFamily& family) {
            return family.described() == described && family.operand == operand;
        });
        return found == families.end() ? 0 : found->uses.size();
    };
    CHECK(count("h[t] = tanh(z[t])", "z[t]") == 7);
    CHECK(count("U h[t-1]", "h[t-1]") == 7);  // the first reads the initial state
    CHECK(count("U h[t-1]", "U") == 7);
    CHECK(count("W x[t]", "x[t]") == 7);
    CHECK(count("V h[6]", "h[6]") == 1);
}
