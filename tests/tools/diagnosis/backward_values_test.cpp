// Reverse passes in numbers, whose terms can be replaced.

#include "tools/exchange/cases.hpp"
#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/tools/diagnosis/derivations/backward_values.hpp>
#include <revolute/tools/diagnosis/derivations/use_family.hpp>
#include <revolute/tools/exchange/case_net.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace revolute;
using test::case_named;

namespace {

constexpr const char* names[] = {
    "rnn_bidirectional_many_to_one", "lstm_two_layers_bidirectional", "gru_many_to_one",
    "gru_before_complex_step",       "lstm_peephole_complex_step",    "rnn_cross_entropy"};

struct Net {
    explicit Net(const char* name)
        : of(case_named(name)), net(of), walk(net.net, net.variables()), values(walk, net.values) {}

    /// Every use of an activation in a recurrence, without its slope, or only in some of a step's
    /// gradients.
    std::vector<Alteration> without_slopes(Reach reach) {
        std::vector<Alteration> result;
        for (std::uint32_t use = 0; use < walk.uses().size(); ++use) {
            const Op& op = walk.graph().op(walk.uses()[use].consumer);
            if (&op == &tanh_op || &op == &sigmoid_op)
                result.push_back({use, reach, values.term(use, values.site(use).adjoint)});
        }
        return result;
    }

    Case of;
    CaseNet net;
    BackwardWalk walk;
    BackwardValues values;
};

double largest(std::span<const double> numbers) {
    double result = 0;
    for (const double number : numbers) result = std::max(result, std::abs(number));
    return result;
}

/// Largest difference over the largest entry.
double relative(std::span<const double> a, std::span<const double> b) {
    double difference = 0;
    for (std::size_t i = 0; i < b.size(); ++i)
        difference = std::max(difference, std::abs(a[i] - b[i]));
    return difference / largest(b);
}

}  // namespace

TEST_CASE("backward values: with the right rules they are what differentiate gives") {
    for (const char* name : names) {
        CAPTURE(name);
        Net net(name);
        const Derivative derivative =
            differentiate(net.net.net.loss(), net.net.variables(), Unreachable::zeros);
        std::vector<double> right;
        for (const Matrix& gradient : evaluate(derivative.gradients(), net.net.values))
            right.insert(right.end(), gradient.values().begin(), gradient.values().end());
        REQUIRE(net.values.gradients().size() == right.size());
        CHECK(relative(net.values.gradients(), right) < 1e-14);
    }
}

TEST_CASE(
    "backward values: alterations on a derivation are those that it has been given together") {
    for (const char* name : names)
        for (const Reach first : {Reach::everywhere, Reach::recurrence, Reach::step}) {
            CAPTURE(name);
            CAPTURE(static_cast<int>(first));
            Net net(name);
            const std::vector<Alteration> slopes = net.without_slopes(first);
            std::vector<Alteration> halves;  // of every third term
            for (std::uint32_t use = 0; use < net.walk.uses().size(); use += 3)
                halves.push_back({.use = use, .factor = 0.5});
            std::vector<Alteration> both = slopes;
            both.insert(both.end(), halves.begin(), halves.end());
            const std::vector<double> right(net.values.gradients().begin(),
                                            net.values.gradients().end());
            const auto at_once = net.values.gradients(both);
            const std::vector<double> wrong(at_once.begin(), at_once.end());
            CHECK(relative(wrong, right) > 1e-3);

            const BackwardValues::Derivation before = net.values.derivation();
            net.values.accept(slopes);
            CHECK(relative(net.values.gradients(halves), wrong) < 1e-13);
            CHECK_FALSE(net.values.has_room_for(slopes));
            CHECK(net.values.has_room_for(halves));
            net.values.accept(halves);
            CHECK(relative(net.values.gradients(), wrong) < 1e-13);
            net.values.resume(before);
            CHECK(std::ranges::equal(net.values.gradients(), right));
            CHECK(relative(net.values.gradients(both), wrong) < 1e-14);
        }
}

TEST_CASE(
    "backward values: what a mistake does in each column of the batch adds up to what it does") {
    for (const char* name : names) {
        CAPTURE(name);
        Net net(name);
        const std::vector<Alteration> slopes = net.without_slopes(Reach::everywhere);
        const std::vector<double> right(net.values.gradients().begin(),
                                        net.values.gradients().end());
        std::vector<double> sum = right;
        for (int column = 0; column < net.of.sizes.batch; ++column) {
            const auto in_column = net.values.gradients(slopes, column);
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += in_column[i] - right[i];
        }
        CHECK(relative(sum, net.values.gradients(slopes)) < 1e-13);
    }
}

TEST_CASE("backward values: a term that is left out leaves zeros where nothing else arrives") {
    Net net("rnn_tanh_many_to_one");
    std::vector<Alteration> alterations;
    for (std::uint32_t use = 0; use < net.walk.uses().size(); ++use)
        if (&net.walk.graph().op(net.walk.uses()[use].consumer) == &tanh_op)
            alterations.push_back({.use = use, .factor = 0});
    const auto gradients = net.values.gradients(alterations);
    const std::vector<Expr> variables = net.net.variables();
    for (std::size_t i = 0; i < variables.size(); ++i) {
        CAPTURE(variables[i].label());
        const bool is_head =
            variables[i] == net.net.net.read_out.V || variables[i] == net.net.net.read_out.c;
        const auto own = gradients.subspan(net.values.first_entry(i), variables[i].shape().size());
        CHECK((largest(own) > 0) == is_head);
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
