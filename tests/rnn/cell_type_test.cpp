#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/stack.hpp>
#include <support/message.hpp>
#include <support/own_cells.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace revolute;
using test::own_cells;

TEST_CASE("cell type: the library's are equal to themselves, a user's to its copies alone") {
    for (const CellKind kind : cell_kinds()) {
        const CellType type = kind;
        CHECK(type.kind() == kind);
        CHECK(type.name() == name_of(kind));
        CHECK(type == cell_type_named(name_of(kind)));
        CHECK(type != own_cells()[0]);
    }
    const CellType copy = own_cells()[0];
    CHECK(copy == own_cells()[0]);
    CHECK(copy != cell_type<test::MinimalGatedUnit>("mgu"));
    CHECK(!copy.kind());
    CHECK(copy.title() == "mgu");
    CHECK(CellType(CellKind::gru_before).title() == "GRU with the reset before the product");
}

TEST_CASE("cell type: a name finds one's own types and the library's") {
    CHECK(cell_type_named("mgu", own_cells()) == own_cells()[0]);
    CHECK(!cell_type_named("mgu"));
    CHECK(cell_type_named("lstm", own_cells()) == CellType(CellKind::lstm));
    CHECK(names_of_cell_types(std::span(own_cells()).first(1)) ==
          "\"simple\", \"simple-relu\", \"gru\", \"gru-before\", \"lstm\", \"lstm-peephole\", "
          "\"mgu\"");
}

TEST_CASE("cell type: a name that is taken or empty, and no function, are refused") {
    const auto make = [](Graph& graph, int input, int hidden, std::string_view suffix,
                         SourceLine) -> AnyCell {
        return test::MinimalGatedUnit(graph, input, hidden, suffix);
    };
    const auto refusal = [&](std::string name, CellType::Make function) {
        const std::string text =
            test::message_of<GraphError>([&] { CellType(std::move(name), std::move(function)); });
        return text.substr(0, text.find("\n  asked for at "));
    };
    CHECK(refusal("gru", make) ==
          "cell type: the name must be another than those of the library's cells (gru)");
    CHECK(refusal("rnn", make).ends_with("(rnn)"));
    CHECK(refusal("", make) ==
          "cell type: the name must be another than those of the library's cells (it is empty)");
    const std::vector<CellType> twice{CellType("mine", make), CellType("mine", make)};
    CHECK(test::message_of<GraphError>([&] { cell_type_named("mine", twice); }) ==
          "cell types: two of them are called mine");
    CHECK(refusal("mine", nullptr) == "cell type: mine needs a function that makes a cell");
    const std::string ascii =
        "cell type: the name must be of printable ASCII characters without blanks ";
    CHECK(refusal("my cell", make) == ascii + "(\"my cell\")");
    CHECK(refusal("a\nb", make) == ascii + R"(("a\nb"))");
    CHECK(refusal("\xff", make) == ascii + R"(("\xff"))");
}

namespace {

/// A cell of which a test says what it tells of itself.
struct Claimed {
    std::vector<StateTensor> tensors;
    std::vector<Expr> told;

    std::vector<StateTensor> state_tensors() const { return tensors; }
    std::vector<Expr> parameters() const { return told; }
    State step(Expr x, const State&) const { return {told.front() * x}; }
};

/// What `make_cell` says of a cell that tells so of itself; its parameters are chosen among W and
/// b, which are made, and an input g.
std::string refusal_of(
    const std::vector<StateTensor>& tensors,
    const std::function<std::vector<Expr>(Expr W, Expr b, Expr g)>& parameters = [](Expr W, Expr b,
                                                                                    Expr) {
        return std::vector{W, b};
    }) {
    const CellType type(
        "claimed",
        [&](Graph& graph, int input, int hidden, std::string_view, SourceLine) -> AnyCell {
            const Expr W = graph.parameter("W", {hidden, input});
            const Expr b = graph.parameter("b", {hidden, 1});
            const Expr g = graph.input("g", {hidden, 1});
            return Claimed{tensors, parameters(W, b, g)};
        });
    const std::string text = test::message_of<GraphError>([&] {
        Graph graph;
        make_cell(type, graph, 2, 3);
    });
    CHECK(text.find("\n  asked for at ") != std::string::npos);
    return text.substr(0, text.find("\n  asked for at "));
}

}  // namespace

TEST_CASE("cell type: what a cell tells of its state must be complete") {
    CHECK(refusal_of({}) ==
          "cell claimed: the cell's state_tensors() must have one at least, its "
          "output (there is none)");
    CHECK(refusal_of({{"", 3}}) ==
          "cell claimed: each of the cell's state tensors must have a name (one is empty)");
    CHECK(refusal_of({{"h", 3}, {"c", 0}}) ==
          "cell claimed: state tensor c of the cell must have one row at least (0)");
    CHECK(refusal_of({{"h", 3}, {"h", 3}}) ==
          "cell claimed: two of the cell's state tensors are called h");
}

TEST_CASE("cell type: what a cell tells of its parameters must be what it has made") {
    const std::vector<StateTensor> h{{"h", 3}};
    const std::string begin =
        "cell claimed: the cell's parameters() must be leaves of its graph, each once (number ";
    const auto told = [&](auto parameters) { return refusal_of(h, parameters); };
    CHECK(told([](Expr W, Expr, Expr) { return std::vector{W, Expr()}; }) == begin + "2 is empty)");
    Graph other;
    const Expr elsewhere = other.parameter("b", {3, 1});
    CHECK(told([&](Expr W, Expr, Expr) {
              return std::vector{W, elsewhere};
          }) == begin + "2 is of another graph)");
    CHECK(told([](Expr W, Expr b, Expr) {
              return std::vector{W, tanh(b)};
          }).starts_with(begin + "2 is no leaf: "));
    CHECK(told([](Expr W, Expr b, Expr) {
              return std::vector{b, W, b};
          }).starts_with(begin + "3 is there before: "));
    CHECK(told([](Expr W, Expr, Expr) { return std::vector{W}; })
              .starts_with("cell claimed: the cell's parameters() must have every parameter that "
                           "the cell makes\n  one that is not among them is "));
}

TEST_CASE("unroll: a cell that returns an empty expression is refused") {
    struct Forgetful {
        Expr W;
        std::vector<StateTensor> state_tensors() const { return {{"h", 3}, {"c", 3}}; }
        std::vector<Expr> parameters() const { return {W}; }
        State step(Expr x, const State&) const { return {W * x, Expr()}; }
    };
    Graph graph;
    const Forgetful cell{graph.parameter("W", {3, 2})};
    const std::vector<Expr> x = input_sequence(graph, "x", {2, 1}, 2);
    CHECK(test::message_of<GraphError>([&] { unidirectional(cell, x); }) ==
          "unroll: the cell's step must return an expression for each state tensor (c is empty), "
          "in step t = 0");
}

TEST_CASE("unroll: a cell without a state tensor is refused") {
    Graph graph;
    const Expr W = graph.parameter("W", {3, 2});
    const std::vector<Expr> x = input_sequence(graph, "x", {2, 1}, 2);
    const std::string said = "the cell's state_tensors() must have one at least, its output";
    CHECK(test::message_of<GraphError>([&] {
              unroll(Claimed{{}, {W}}, x, Initial{});
          }).starts_with("unroll: " + said));
    CHECK(test::message_of<GraphError>([&] {
              unidirectional(Claimed{{}, {W}}, x);
          }).find(said) != std::string::npos);
}

TEST_CASE("parameter table: it has the cell's parameters in their order, each with its part") {
    using enum ParameterRole;
    for (const CellKind kind : cell_kinds()) {
        CAPTURE(name_of(kind));
        Graph graph;
        const AnyCell cell = make_cell(kind, graph, 2, 3);
        const std::vector<CellParameter> table = cell.parameter_table();
        CHECK(expressions_of(table) == cell.parameters());
        for (const CellParameter& parameter : table) {
            // The name that the equations have says the same.
            const std::string label = parameter.expression.label();
            const std::string gate = parameter.gate.empty() ? "" : "_" + parameter.gate;
            const std::string expected = parameter.role == input_weight       ? "W" + gate
                                         : parameter.role == recurrent_weight ? "U" + gate
                                         : parameter.role == bias             ? "b" + gate
                                         : parameter.role == peephole         ? "p" + gate
                                                                      : "b_h" + parameter.gate;
            CHECK(label == expected);
            CHECK(!parameter.array.empty());
            CHECK(parameter.start == (label == "b_f" ? 1 : 0));
        }
    }
}

TEST_CASE(
    "parameter table: of a cell that says nothing it has the parameters alone, of a stack no "
    "arrays") {
    Graph graph;
    const AnyCell silent = make_cell(own_cells()[1], graph, 2, 3);
    for (const CellParameter& parameter : silent.parameter_table())
        CHECK(parameter.role == ParameterRole::other);
    CHECK(expressions_of(silent.parameter_table()) == silent.parameters());
    const Stack stack(
        {make_cell(CellKind::gru, graph, 2, 3, "1"), make_cell(CellKind::lstm, graph, 3, 3, "2")});
    CHECK(expressions_of(stack.parameter_table()) == stack.parameters());
    for (const CellParameter& parameter : stack.parameter_table()) CHECK(parameter.array.empty());
    CHECK(stack.parameter_table().front().role == ParameterRole::input_weight);
}

namespace {

/// Says of its parameters what its type C has made of their table.
template <std::vector<CellParameter> (*changed)(std::vector<CellParameter>)>
struct OtherTable : test::MinimalGatedUnit {
    using MinimalGatedUnit::MinimalGatedUnit;
    std::vector<CellParameter> parameter_table() const {
        return changed(MinimalGatedUnit::parameter_table());
    }
    std::vector<Expr> parameters() const { return MinimalGatedUnit::parameters(); }
};

std::vector<CellParameter> in_another_order(std::vector<CellParameter> table) {
    std::swap(table[0], table[1]);
    return table;
}

std::vector<CellParameter> without_the_last(std::vector<CellParameter> table) {
    table.pop_back();
    return table;
}

}  // namespace

TEST_CASE("parameter table: one of other parameters, or in another order, is refused") {
    Graph graph;
    const auto refusal = [](const AnyCell& cell) {
        return test::message_of<GraphError>([&] { cell.parameter_table(); });
    };
    CHECK(refusal(OtherTable<in_another_order>(graph, 2, 3, "1")) ==
          "cell: parameter_table() must have what parameters() has, in its order\n"
          "  the table: U1_f, W1_f, b1_f, W1_n, U1_n, b1_n\n"
          "  parameters(): W1_f, U1_f, b1_f, W1_n, U1_n, b1_n");
    CHECK(refusal(OtherTable<without_the_last>(graph, 2, 3, "2"))
              .find("the table: W2_f, U2_f, b2_f, W2_n, U2_n\n") != std::string::npos);
}

TEST_CASE("recurrent net: its table is that of all its parameters") {
    for (const CellType& cell : {CellType(CellKind::lstm), own_cells()[0], own_cells()[1]}) {
        Graph graph;
        const RecurrentNet net =
            recurrent_net(graph, {.steps = 3, .input = 2, .hidden = 2, .output = 1},
                          {.cell = cell, .layers = 2, .is_bidirectional = true, .answers = {1, 2}});
        CHECK(expressions_of(net.parameter_table()) == net.parameters());
        Graph other;
        const RecurrentNet one =
            one_step_net(other, {.steps = 3, .input = 2, .hidden = 2, .output = 1},
                         {.cell = cell, .layers = 2, .is_bidirectional = true, .answers = {1, 2}});
        CHECK(one.inputs.size() == 1);
        CHECK(
            std::ranges::equal(one.parameters(), net.parameters(), {}, &Expr::shape, &Expr::shape));
    }
}
