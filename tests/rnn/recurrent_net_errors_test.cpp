// What nets, layers and the unrolling of a cell refuse.

#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/many_to_one.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/rnn/truncate.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

using namespace revolute;
using test::message_of;

namespace {

/// The text of the error that building such a net throws, and the line that it must name.
template <class Kind>
void check_net(const Sizes& sizes, const Architecture& architecture, std::string_view expected) {
    Graph graph;
    const int line = __LINE__ + 1;
    const auto build = [&] { recurrent_net(graph, sizes, architecture); };
    CHECK(message_of<Kind>(build) ==
          fmt::format("{}\n  asked for at recurrent_net_errors_test.cpp:{}", expected, line));
}

}  // namespace

TEST_CASE("recurrent_net: fewer than one layer or step is refused") {
    check_net<GraphError>({}, {.layers = 0}, "recurrent_net: needs at least one layer (0)");
    check_net<GraphError>({}, {.layers = -2}, "recurrent_net: needs at least one layer (-2)");
    check_net<GraphError>({.steps = 0}, {}, "input_sequence: needs at least one step (0)");
}

TEST_CASE("recurrent_net: an answer at a step that is not there, or twice at one, is refused") {
    check_net<GraphError>({.steps = 4}, {.answers = {1, 4}},
                          "recurrent_net: the steps of answers must be among 0 to 3 (4)");
    check_net<GraphError>({.steps = 4}, {.answers = {-1}},
                          "recurrent_net: the steps of answers must be among 0 to 3 (-1)");
    check_net<GraphError>({.steps = 4}, {.answers = {3, 1, 3}},
                          "recurrent_net: a net answers once at a step (twice at 3)");
}

TEST_CASE("recurrent_net: sizes below 1 are refused, each by the leaf that it is a size of") {
    check_net<ShapeError>({.input = 0}, {}, "input: sizes of x must be positive ([0 x 1])");
    check_net<ShapeError>({.batch = -3}, {}, "input: sizes of x must be positive ([1 x -3])");
    check_net<ShapeError>({.hidden = 0}, {}, "parameter: sizes of W must be positive ([0 x 1])");
    check_net<ShapeError>({.output = 0}, {}, "parameter: sizes of V must be positive ([0 x 1])");
}

TEST_CASE("residual: an output of another shape than its input names both") {
    Graph graph;
    const auto x = input_sequence(graph, "x", {2, 1}, 1);
    const int line = __LINE__ + 1;
    const auto outputs = input_sequence(graph, "y", {3, 1}, 1);
    const auto add = [&] { residual(x, outputs); };
    const std::string text = message_of<ShapeError>(add);
    CHECK(text.starts_with(fmt::format(
        "add: shapes of the operands must be equal ([3 x 1] and [2 x 1]), in step t = 0\n"
        "  operand 0 is y[0] [3 x 1], made at recurrent_net_errors_test.cpp:{}\n"
        "  operand 1 is x[0] [2 x 1], made at recurrent_net_errors_test.cpp:{}\n"
        "  asked for at ",
        line, line - 2)));
    CHECK(text.ends_with(
        fmt::format(", for what is made at recurrent_net_errors_test.cpp:{}", line + 1)));
}

TEST_CASE("residual: there must be one output for each input") {
    Graph graph;
    const auto x = input_sequence(graph, "x", {2, 1}, 3);
    const int line = __LINE__ + 1;
    const auto call = [&] { residual(x, std::span(x).first(2)); };
    CHECK(message_of<GraphError>(call) ==
          fmt::format("residual: needs one output for each input (3 inputs, 2 outputs)\n  asked "
                      "for at recurrent_net_errors_test.cpp:{}",
                      line));
}

TEST_CASE("layers: no input is refused, and inputs of two graphs") {
    Graph graph, other;
    const SimpleRnn cell(graph, 2, 3);
    CHECK(message_of<GraphError>([&] { unidirectional(cell, {}); }) ==
          "unroll: needs an expression");
    CHECK(message_of<GraphError>([&] { bidirectional(cell, cell, {}); }) ==
          "unroll: needs an expression");
    const int line = __LINE__ + 1;
    const std::array x{graph.input("x", {2, 1}), other.input("w", {2, 1})};
    CHECK(message_of<GraphError>([&] { unidirectional(cell, x); }) ==
          fmt::format("unroll: expressions must belong to one graph\n"
                      "  one is x [2 x 1], made at recurrent_net_errors_test.cpp:{0}\n"
                      "  another is w [2 x 1], made at recurrent_net_errors_test.cpp:{0}",
                      line));
    CHECK(message_of<GraphError>([&] {
              unidirectional(cell, std::array{x[0], Expr{}});
          }) == "unroll: an expression is empty");
}

TEST_CASE("unroll: inputs that do not fit the cell are named with the step") {
    Graph graph;
    const SimpleRnn cell(graph, 2, 3);
    const int line = __LINE__ + 1;
    const auto x = input_sequence(graph, "x", {4, 1}, 2);
    const std::string text = message_of<ShapeError>([&] { unidirectional(cell, x); });
    CHECK(text.starts_with(
        fmt::format("matmul: columns of the first operand (2) must equal rows of the second (4), "
                    "in step t = 0\n"
                    "  operand 0 is W [3 x 2], made at recurrent_net_errors_test.cpp:{}\n"
                    "  operand 1 is x[0] [4 x 1], made at recurrent_net_errors_test.cpp:{}\n",
                    line - 2, line)));
}

TEST_CASE("read_out: no output, and targets that are not one for each, are refused") {
    Graph graph;
    CHECK(message_of<GraphError>([] { read_out({}, 1); }) == "read_out: needs an expression");
    const auto h = input_sequence(graph, "h", {2, 1}, 2);
    const int line = __LINE__ + 1;
    const auto one_target = [&] { read_out_with(h, std::span(h).first(1), 1, LossKind::mse, {}); };
    CHECK(message_of<GraphError>(one_target) ==
          fmt::format("read_out: needs one target for each output (2 outputs, 1 targets)\n  asked "
                      "for at recurrent_net_errors_test.cpp:{}",
                      line));
}

TEST_CASE("many_to_one: fewer than one step is refused") {
    Graph graph;
    const SimpleRnn cell(graph, 1, 1);
    const int line = __LINE__ + 1;
    const auto call = [&] { many_to_one(cell, {.steps = 0}); };
    CHECK(message_of<GraphError>(call) ==
          fmt::format("input_sequence: needs at least one step (0)\n  asked for at "
                      "recurrent_net_errors_test.cpp:{}",
                      line));
}

TEST_CASE("unroll: an initial state of another cell is refused") {
    Graph graph;
    const Lstm cell(graph, 1, 3);
    const auto x = input_sequence(graph, "x", {1, 1}, 2);
    const int line = __LINE__ + 2;
    const std::array tensors{StateTensor{"h", 3}};
    const Initial one = initial_state(graph, tensors, 1, InitialState::given, {});
    const auto expected = [&](std::string_view subject, int asked) {
        return fmt::format(
            "{}: the initial state must be as the cell's: h with 3 rows, c with 3 rows\n  there is "
            "h[0] [3 x 1], made at recurrent_net_errors_test.cpp:{}\n  asked for at "
            "recurrent_net_errors_test.cpp:{}",
            subject, line, asked);
    };
    const int next = __LINE__ + 1;
    CHECK(message_of<ShapeError>([&] { unroll(cell, x, one); }) == expected("unroll", next));
    const int last = __LINE__ + 1;
    const auto cut = [&] { truncate(cell, x, one, {}); };
    CHECK(message_of<ShapeError>(cut) == expected("truncate", last));
}
