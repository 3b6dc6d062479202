// The engine's gradients beside the formulas derived by hand of the gated cells, and beside forward
// mode in every net.

#include <revolute/graph/values/error.hpp>
#include <revolute/tools/checks/closed_form_net.hpp>
#include <revolute/tools/checks/net_check.hpp>
#include <support/message.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace revolute;

namespace {

constexpr InitialState all_initial[] = {InitialState::zero, InitialState::given,
                                        InitialState::trainable};

/// Initial states are one leaf a state tensor.
std::size_t leaves_of(CellKind cell, InitialState initial) {
    if (initial == InitialState::zero) return 0;
    return cell == CellKind::lstm ? 2 : 1;
}

std::size_t parameters_of(CellKind cell) {
    if (cell == CellKind::lstm) return 4 * 3 + 2;
    return 3 * 3 + 2 + (cell == CellKind::gru ? 1 : 0);
}

void check_beside_closed_form(CellKind cell) {
    unsigned checked = 0;
    constexpr int many = test::is_sanitized ? 10 : 60;
    for (const int steps : {1, 2, 3, 25, many})
        for (const int hidden : {1, 3, 32})
            for (const int batch : {1, 5})
                for (const InitialState initial : all_initial)
                    for (std::uint64_t seed = 1; seed <= test::draws(5); ++seed) {
                        CAPTURE(steps);
                        CAPTURE(hidden);
                        CAPTURE(batch);
                        CAPTURE(static_cast<int>(initial));
                        CAPTURE(seed);
                        const NetCheck check = check_net(
                            {steps, 3, hidden, 2, batch}, {.cell = cell, .initial = initial}, seed,
                            {.differences = {.computed_by = ComputedBy::reference},
                             .with_differences = false,
                             .with_forward_mode = false});
                        CHECK(check.no_closed_form.empty());
                        CHECK(check.loss_relative <= closed_form_tolerance);
                        // W of the candidate; the other gates may have nothing to let through.
                        CHECK(check.gradients.variables.at(6).norm > 0.0);
                        REQUIRE(check.closed_form.size() ==
                                parameters_of(cell) + leaves_of(cell, initial));
                        for (const ClosedFormComparison& parameter : check.closed_form)
                            CHECK(parameter.relative <= closed_form_tolerance);
                        ++checked;
                    }
    CHECK(checked == 5 * 3 * 2 * 3 * test::draws(5));
}

}  // namespace

TEST_CASE("closed form: the engine equals it for an LSTM of every size and initial state") {
    check_beside_closed_form(CellKind::lstm);
}

TEST_CASE("closed form: the engine equals it for a GRU that resets after the product") {
    check_beside_closed_form(CellKind::gru);
}

TEST_CASE("closed form: the engine equals it for a GRU that resets before the product") {
    check_beside_closed_form(CellKind::gru_before);
}

TEST_CASE("closed form: nets that have none are told why") {
    CHECK(why_no_closed_form({}).empty());
    CHECK(why_no_closed_form({.cell = CellKind::simple_relu}) == "none with relu");
    CHECK(why_no_closed_form({.cell = CellKind::lstm_peephole}) == "none with peepholes");
    CHECK(why_no_closed_form({.layers = 2}) == "none for more than one layer");
    CHECK(why_no_closed_form({.is_bidirectional = true}) == "none for two directions");
    CHECK(why_no_closed_form({.loss = LossKind::cross_entropy}) ==
          "none for a loss other than mse");
    CHECK(why_no_closed_form({.answers = {0, 1}}) == "none for answers at chosen steps");
    const Architecture two{.layers = 2};
    const RandomNet random({}, two, 1);
    CHECK(test::message_of<GraphError>([&] { closed_form_of(random.net, two, random.values); }) ==
          "closed_form_of: there is none for more than one layer");
    const RandomNet other({}, {}, 1);
    CHECK(test::message_of<EvaluationError>([&] {
              closed_form_of(other.net, {}, {});
          }).starts_with("closed_form_of: no value is bound to W [1 x 1], made at net_check.cpp:"));
}

TEST_CASE("forward mode: reverse mode gives the same in every cell, stack and direction") {
    // Some entries alone, and all of them together.
    const CheckOptions few_entries{.differences = {.most_entries = 2}, .with_differences = false};
    int checked = 0;
    for (const CellKind cell : cell_kinds())
        for (const int layers : {1, 2})
            for (const bool is_bidirectional : {false, true})
                for (const bool is_residual : {false, true})
                    for (const InitialState initial :
                         {InitialState::given, InitialState::trainable}) {
                        const Architecture net{.cell = cell,
                                               .layers = layers,
                                               .is_bidirectional = is_bidirectional,
                                               .is_residual = is_residual,
                                               .initial = initial};
                        CAPTURE(std::string(name_of(cell)));
                        CAPTURE(layers);
                        CAPTURE(is_bidirectional);
                        CAPTURE(is_residual);
                        const NetCheck check = check_net(
                            {.steps = 4, .input = 2, .hidden = 3, .output = 2, .batch = 2}, net, 7,
                            {.with_differences = false});
                        CHECK(check.gradients.no_forward_mode.empty());
                        for (const VariableCheck& parameter : check.gradients.variables) {
                            CAPTURE(parameter.name);
                            REQUIRE(parameter.forward_mode);
                            CHECK(*parameter.forward_mode <= 1e-12);
                        }
                        ++checked;
                    }
    CHECK(checked == 6 * 2 * 2 * 2 * 2);
}

TEST_CASE("forward mode: reverse mode gives the same for cross-entropy at chosen steps") {
    for (const CellKind cell : cell_kinds()) {
        CAPTURE(std::string(name_of(cell)));
        const NetCheck check =
            check_net({.steps = 6, .input = 2, .hidden = 3, .output = 4, .batch = 3},
                      {.cell = cell,
                       .layers = 2,
                       .is_bidirectional = true,
                       .initial = InitialState::given,
                       .loss = LossKind::cross_entropy,
                       .answers = {1, 3, 5}},
                      2, {.differences = {.most_entries = 4}});
        CHECK(check.passes());
        for (const VariableCheck& parameter : check.gradients.variables) {
            CAPTURE(parameter.name);
            CHECK(parameter.forward_mode.value() <= 1e-12);
            CHECK(parameter.norm > 0.0);
        }
    }
}
