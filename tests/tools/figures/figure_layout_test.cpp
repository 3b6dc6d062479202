#include "figure_geometry.hpp"
#include "figure_models.hpp"
#include <revolute/tools/figures/layout/layout.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

namespace revolute {

namespace {

using test::faults_of;

void check_figure(const std::string& name, Figure figure) {
    CAPTURE(name);
    REQUIRE(lay_out(figure));
    CHECK(faults_of(figure) == "");
}

void check_views(const Derivative& derivative, const std::string& name) {
    for (const LabelMode mode : {LabelMode::formula, LabelMode::op, LabelMode::shape}) {
        const FigureOptions options{"A figure", mode};
        const std::string view = fmt::format("{}, labels {}", name, static_cast<int>(mode));
        check_figure(view + ", forward", forward(derivative.loss(), options));
        check_figure(view + ", backward", backward(derivative, options));
        check_figure(view + ", joint", joint(derivative, options));
        check_figure(view + ", local", local_derivatives(derivative, options));
    }
}

}  // namespace

TEST_CASE("layout: the check of figures sees what cannot be read") {
    const test::Net net({.steps = 2});
    Figure good = forward(net.model.loss);
    REQUIRE(lay_out(good));
    Figure overlapping = good;
    overlapping.nodes[0].box = overlapping.nodes[5].box;
    CHECK(faults_of(overlapping).find("overlaps") != std::string::npos);
    Figure struck = good;
    struck.edges[0].path = {{0, 0}, {0, 0}, {0, 0}, good.nodes[7].box.center()};
    CHECK(faults_of(struck).find(" runs through " + good.nodes[7].id) != std::string::npos);
    CHECK(faults_of(struck).find("does not run from border to border") != std::string::npos);
    Figure narrow = good;
    narrow.nodes[3].box.right -= 30;
    CHECK(faults_of(narrow).find("is wider than its box") != std::string::npos);
}

TEST_CASE("layout: the simple net can be read at any number of steps") {
    for (const int steps : {1, 2, 3, 5, 8})
        for (const auto initial :
             {InitialState::zero, InitialState::given, InitialState::trainable}) {
            const test::Net net({.steps = steps, .input = 2, .hidden = 3}, initial);
            check_views(net.derivative,
                        fmt::format("{} steps, initial {}", steps, static_cast<int>(initial)));
        }
}

TEST_CASE("layout: the simple net can be read for any sizes") {
    for (const int batch : {1, 3})
        for (const int hidden : {1, 4})
            for (const auto initial :
                 {InitialState::zero, InitialState::given, InitialState::trainable}) {
                const test::Net net(
                    {.steps = 3, .input = hidden, .hidden = hidden, .output = 2, .batch = batch},
                    initial);
                check_views(net.derivative, fmt::format("batch {}, hidden {}", batch, hidden));
            }
}

TEST_CASE("layout: a graph without sharing can be read") {
    const test::Net net({.steps = 3, .input = 2, .hidden = 3}, InitialState::given, Sharing::off);
    check_views(net.derivative, "unshared");
}

TEST_CASE("layout: a perceptron without steps can be read") {
    const test::Perceptron net;
    check_views(differentiate(net.loss, net.variables), "perceptron");
}

TEST_CASE("layout: a cell with two state tensors can be read") {
    Graph graph;
    const test::TwoStates cell(graph);
    const ManyToOne net =
        many_to_one(cell, {.steps = 4, .input = 2, .hidden = 2}, InitialState::given);
    check_views(differentiate(net.loss, net.variables()), "two states");
}

TEST_CASE("layout: two time axes can be read") {
    const test::EncoderDecoder net;
    check_views(differentiate(net.loss, net.variables), "encoder and decoder");
}

TEST_CASE("layout: several outputs can be read") {
    const test::Net net({.steps = 4, .input = 2, .hidden = 3});
    std::vector<Expr> outputs{net.model.y};
    for (const State& state : net.model.unrolled.states) outputs.push_back(state.front());
    check_figure("outputs", forward(outputs));
}

TEST_CASE("layout: a random graph of 60 nodes and more can be read") {
    for (std::uint32_t seed = 1; seed <= 6; ++seed) {
        test::RandomGraph random(seed, 40);
        const Expr loss = random.loss();
        const Derivative derivative = differentiate(loss, random.leaves, Unreachable::zeros);
        check_views(derivative, fmt::format("random {}", seed));
    }
}

TEST_CASE("layout: parallel edges have paths of their own") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    Figure figure = forward(hadamard(x, x));
    REQUIRE(lay_out(figure));
    REQUIRE(figure.edges.size() == 2);
    CHECK(figure.edges[0].path != figure.edges[1].path);
}

TEST_CASE("layout: equal names stand in one row across steps") {
    const test::Net net({.steps = 4, .input = 2, .hidden = 3}, InitialState::given);
    for (Figure figure :
         {forward(net.model.loss), backward(net.derivative), joint(net.derivative)}) {
        REQUIRE(lay_out(figure));
        for (const std::string name : {"z", "h", "x", "dz", "dh"}) {
            std::vector<int> tops;
            for (const FigureNode& node : figure.nodes)
                if (node.id.starts_with(name + "[") && figure.panels[node.panel].has_frame())
                    tops.push_back(node.box.top);
            CAPTURE(name);
            CHECK(std::ranges::all_of(tops, [&](int top) { return top == tops.front(); }));
        }
    }
}

TEST_CASE("layout: panels are ordered by time and of one width") {
    const test::Net net({.steps = 3, .input = 2, .hidden = 3});
    Figure figure = forward(net.model.loss);
    REQUIRE(lay_out(figure));
    std::vector<Box> frames;
    for (const FigurePanel& panel : figure.panels)
        if (panel.has_frame()) frames.push_back(panel.box);
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].right < frames[1].left);
    CHECK(frames[1].right < frames[2].left);
    CHECK(frames[0].width() == frames[1].width());
    CHECK(frames[1].width() == frames[2].width());
}

TEST_CASE("layout: a figure that needs too many places is left as it is") {
    const test::Net net({.steps = 3});
    Figure figure = forward(net.model.loss);
    CHECK_FALSE(lay_out(figure, 10));
    CHECK_FALSE(figure.is_laid_out);
}

TEST_CASE("layout: an empty figure is laid out") {
    Figure figure;
    CHECK(lay_out(figure));
}

}  // namespace revolute
