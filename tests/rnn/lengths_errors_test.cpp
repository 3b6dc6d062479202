// What the builders for sequences of different lengths refuse.

#include "rnn/two_steps.hpp"
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace revolute;
using test::message_of;
using test::TwoSteps;

namespace {

/// The text of the GraphError of an action, without where it was asked for, which must be this
/// file.
template <class Action>
std::string refused(Action&& action) {
    const std::string text = message_of<GraphError>(std::forward<Action>(action));
    const std::size_t end = text.find("\n  asked for at lengths_errors_test.cpp:");
    REQUIRE(end != std::string::npos);
    return text.substr(0, end);
}

}  // namespace

TEST_CASE("shrinking_input_sequence: lengths must be there, positive and falling") {
    Graph graph;
    CHECK(refused([&] { shrinking_input_sequence(graph, "x", 1, {}); }) ==
          "shrinking_input_sequence: needs at least one length");
    CHECK(refused([&] {
              shrinking_input_sequence(graph, "x", 1, std::array{2, 0});
          }) == "shrinking_input_sequence: every length must be at least 1 (0 for column 1)");
    CHECK(refused([&] {
              shrinking_input_sequence(graph, "x", 1, std::array{3, 2, 4});
          }) ==
          "shrinking_input_sequence: the longest sequence must be first (4 for column 2 after 2)");
}

TEST_CASE("last_outputs: outputs that grow are refused") {
    Graph graph;
    const std::array outputs{graph.input("h", {1, 1}), graph.input("h", {1, 2})};
    CHECK(
        refused([&] { last_outputs(outputs); })
            .starts_with("last_outputs: the batch must not grow from one input to the next (1 "
                         "columns, then 2); put the longest sequences first\n  one is h [1 x 1]"));
    CHECK(message_of<GraphError>([] { last_outputs({}); }) == "last_outputs: needs an expression");
}

TEST_CASE("outputs_at: one step for each column, among those that are there") {
    TwoSteps net;
    CHECK(refused([&] { outputs_at(net.inputs, std::array{1}); }) ==
          "outputs_at: needs one step for each column (1 and 2)");
    CHECK(refused([&] {
              outputs_at(net.inputs, std::array{1, 2});
          }) == "outputs_at: the steps must be among 0 to 1 (2 for column 1)");
    CHECK(refused([&] {
              outputs_at(net.inputs, std::array{-1, 0});
          }) == "outputs_at: the steps must be among 0 to 1 (-1 for column 0)");
}

TEST_CASE("lengths: there must be a step, and an input and an output for each") {
    TwoSteps net;
    CHECK(refused([&] { input_lengths(net.graph, 2, 0); }) ==
          "input_lengths: needs at least one step (0)");
    const Lengths three = input_lengths(net.graph, 2, 3);
    CHECK(refused([&] { unroll_masked(net.cell, net.inputs, three, net.initial); }) ==
          "unroll_masked: needs one input for each step of the lengths (2 and 3)");
    CHECK(refused([&] { read_out_masked(net.inputs, three, 1); }) ==
          "read_out_masked: needs one output for each step of the lengths (2 and 3)");
}

TEST_CASE("unroll_masked: there must be a length for each column") {
    TwoSteps net;
    const Lengths of_three = input_lengths(net.graph, 3, 2);
    const std::string text =
        message_of<ShapeError>([&] { unroll_masked(net.cell, net.inputs, of_three, net.initial); });
    CHECK(
        text.starts_with("unroll_masked: needs one length for each column of an input (3 and 2)\n  "
                         "input is x[0] [1 x "
                         "2], made at two_steps.hpp:"));
    CHECK(text.find("\n  lengths are lengths [1 x 3], made at lengths_errors_test.cpp:") !=
          std::string::npos);
    CHECK(text.find("\n  asked for at lengths_errors_test.cpp:") != std::string::npos);
}
