// Figures of every cell, stacked, in both directions and with residual sums.

#include "figure_geometry.hpp"
#include "figure_models.hpp"
#include "graphviz_program.hpp"
#include <revolute/tools/figures/layout/layout.hpp>

#include <doctest/doctest.h>

#include <map>
#include <set>

namespace revolute {

namespace {

using test::StackedNet;

void check_readable(const StackedNet& net) {
    int view = 0;
    for (Figure& figure : net.views()) {
        CAPTURE(view++);
        REQUIRE(lay_out(figure));
        CHECK(test::faults_of(figure) == "");
    }
}

void check_readable(const Architecture& architecture) {
    CAPTURE(architecture.cell.name());
    CAPTURE(architecture.layers);
    CAPTURE(architecture.is_bidirectional);
    check_readable(StackedNet(architecture));
}

std::set<std::string> ids_of_nodes(const Figure& figure) {
    std::set<std::string> ids;
    for (const FigureNode& node : figure.nodes) ids.insert(node.id);
    return ids;
}

const FigureNode& node_of(const Figure& figure, std::string_view id) {
    const auto found = std::ranges::find(figure.nodes, id, &FigureNode::id);
    REQUIRE(found != figure.nodes.end());
    return *found;
}

std::string label_of(const Figure& figure, std::string_view id) {
    return to_plain(node_of(figure, id).label);
}

/// Where a node with a name stands, from left to right, at each step; by family and row.
std::map<std::pair<std::string, int>, std::map<int, int>> places_of_names(const Figure& figure) {
    std::map<std::pair<std::string, int>, std::map<int, int>> places;
    for (const FigureNode& node : figure.nodes) {
        const FigurePanel& panel = figure.panels[node.panel];
        if (has_name(node) && panel.has_frame())
            places[{node.family, node.box.top}][panel.column] = node.box.left;
    }
    return places;
}

/// Names of a row that stand in one order at a step and in the other at the next.
std::string exchanged_names(const Figure& figure) {
    std::string names;
    const auto places = places_of_names(figure);
    for (const auto& [one, lefts] : places)
        for (const auto& [other, other_lefts] : places)
            for (const auto& [column, left] : lefts) {
                const int next = column + 1;
                if (one.second != other.second || !lefts.contains(next) ||
                    !other_lefts.contains(column) || !other_lefts.contains(next))
                    continue;
                if ((left < other_lefts.at(column)) != (lefts.at(next) < other_lefts.at(next)))
                    names += fmt::format("{} {} ", one.first, other.first);
            }
    return names;
}

}  // namespace

TEST_CASE("figure of cells: every cell can be read") {
    for (const CellKind cell : cell_kinds())
        for (const InitialState initial :
             {InitialState::zero, InitialState::given, InitialState::trainable})
            check_readable({.cell = cell, .initial = initial});
}

TEST_CASE("figure of cells: stacked cells can be read") {
    for (const CellKind cell : cell_kinds())
        check_readable({.cell = cell, .layers = 2, .initial = InitialState::given});
    check_readable({.cell = CellKind::gru, .layers = 3, .initial = InitialState::trainable});
}

TEST_CASE("figure of cells: bidirectional and residual nets can be read") {
    for (const CellKind cell : cell_kinds()) {
        check_readable(
            {.cell = cell, .is_bidirectional = true, .initial = InitialState::trainable});
        check_readable({.cell = cell, .layers = 2, .is_residual = true});
    }
    check_readable({.cell = CellKind::simple,
                    .layers = 2,
                    .is_bidirectional = true,
                    .is_residual = true,
                    .initial = InitialState::given});
}

TEST_CASE("figure of cells: the gates of an LSTM are named and written as formulas") {
    const StackedNet net({.cell = CellKind::lstm, .initial = InitialState::given});
    const Figure figure = forward(net.net.loss());
    CHECK(label_of(figure, "i[1]") == "i_1 = sigmoid(a_{i,1})");
    CHECK(label_of(figure, "f[1]") == "f_1 = sigmoid(a_{f,1})");
    CHECK(label_of(figure, "g[1]") == "g_1 = tanh(a_{g,1})");
    CHECK(label_of(figure, "o[1]") == "o_1 = sigmoid(a_{o,1})");
    CHECK(label_of(figure, "a_f[1]") == "a_{f,1} = W_f x_1 + U_f h_0 + b_f");
    CHECK(label_of(figure, "c[1]") == "c_1 = f_1 ∘ c_0 + i_1 ∘ g_1");
    CHECK(label_of(figure, "h[1]") == "h_1 = o_1 ∘ tanh(c_1)");
    CHECK(node_of(figure, "c[1]").kind == NodeKind::state);
    CHECK(node_of(figure, "h[1]").kind == NodeKind::state);
    CHECK(node_of(figure, "f[1]").kind == NodeKind::operation);
}

TEST_CASE("figure of cells: the gates of a GRU are named and written as formulas") {
    const StackedNet net({.cell = CellKind::gru, .initial = InitialState::given});
    const Figure figure = forward(net.net.loss());
    CHECK(label_of(figure, "r[1]") == "r_1 = sigmoid(a_{r,1})");
    CHECK(label_of(figure, "z[1]") == "z_1 = sigmoid(a_{z,1})");
    CHECK(label_of(figure, "n[1]") == "n_1 = tanh(a_{n,1})");
    CHECK(label_of(figure, "h[1]") == "h_1 = (1 − z_1) ∘ n_1 + z_1 ∘ h_0");
}

TEST_CASE("figure of cells: adjoints of gates are named in the backward figure") {
    const StackedNet net({.cell = CellKind::lstm, .initial = InitialState::given});
    const Figure figure = backward(*net.derivative);
    CHECK(label_of(figure, "da_g[2]") == "da_{g,2} = dg_2 ∘ (1 − g_2^2)");
    CHECK(label_of(figure, "dy") == "dy = db_y = 1 · (y − Y)");
    for (const std::string gate : {"i", "f", "g", "o"})
        for (int t = 0; t < 3; ++t) {
            CHECK(ids_of_nodes(figure).contains(fmt::format("d{}[{}]", gate, t)));
            CHECK(ids_of_nodes(figure).contains(fmt::format("da_{}[{}]", gate, t)));
        }
}

TEST_CASE("figure of cells: layers stand below each other, steps beside each other") {
    const StackedNet net({.cell = CellKind::lstm, .layers = 2, .initial = InitialState::given});
    Figure figure = forward(net.net.loss());
    REQUIRE(lay_out(figure));
    for (int t = 0; t < 3; ++t) {
        const auto box = [&](std::string_view name) {
            return node_of(figure, fmt::format("{}[{}]", name, t)).box;
        };
        for (const std::string_view gate : {"i", "f", "g", "o", "c"}) {
            CHECK(box(fmt::format("{}1", gate)).bottom < box("h1").top);
            CHECK(box("h1").bottom < box(fmt::format("{}2", gate)).top);
            CHECK(box(fmt::format("{}2", gate)).bottom < box("h2").top);
        }
    }
}

TEST_CASE("figure of cells: gates keep their order from step to step") {
    const StackedNet net({.cell = CellKind::lstm, .initial = InitialState::given}, 4);
    Figure figure = forward(net.net.loss());
    REQUIRE(lay_out(figure));
    const auto left = [&](std::string_view name, int t) {
        return node_of(figure, fmt::format("a_{}[{}]", name, t)).box.left;
    };
    for (int t = 1; t < 4; ++t)
        for (const std::string_view one : {"i", "f", "g"})
            for (const std::string_view other : {"i", "f", "g"})
                CHECK((left(one, 0) < left(other, 0)) == (left(one, t) < left(other, t)));
}

TEST_CASE("figure of cells: what has a name keeps its order from step to step, in every view") {
    for (const CellKind cell : {CellKind::lstm, CellKind::lstm_peephole, CellKind::gru})
        for (const int steps : {2, 3, 4}) {
            const StackedNet net({.cell = cell, .initial = InitialState::given}, steps);
            for (Figure& figure : net.views()) {
                CAPTURE(name_of(cell));
                CAPTURE(steps);
                REQUIRE(lay_out(figure));
                CHECK(exchanged_names(figure) == "");
            }
        }
}

TEST_CASE(
    "figure of cells: the state that a backward recurrence starts from stands behind the steps") {
    for (const InitialState initial : {InitialState::given, InitialState::trainable}) {
        const StackedNet net({.is_bidirectional = true, .initial = initial});
        for (Figure figure : net.views()) {
            REQUIRE(lay_out(figure));
            int steps = 0, right = 0;
            for (const FigurePanel& panel : figure.panels)
                if (panel.has_frame()) right = std::max(right, panel.box.right);
            std::set<std::string> titles;
            for (const FigurePanel& panel : figure.panels)
                if (panel.has_frame()) titles.insert(to_plain(panel.title));
            CHECK(titles == std::set<std::string>{"t = 0", "t = 1", "t = 2"});
            for (const FigureNode& node : figure.nodes)
                if (node.id == "hr[3]" || node.id == "dhr[3]") {
                    ++steps;
                    CHECK(node.box.left > right);
                }
            CHECK(steps >= 1);
        }
    }
}

TEST_CASE("figure of cells: a stack of rows ends with its bracket") {
    const StackedNet net({.is_bidirectional = true}, 1);
    CHECK(test::dot_of(forward(net.net.loss()))
              .find("hr<SUB><FONT POINT-SIZE=\"9\">0</FONT></SUB>&#93;>") != std::string::npos);
}

}  // namespace revolute
