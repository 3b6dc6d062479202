#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <support/message.hpp>
#include <support/nets.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

using namespace revolute;
using test::message_of;

namespace {

/// h(t) = tanh(W x(t) + U h(t-1) + b), y = V h(T) + c.
struct SmallNet {
    explicit SmallNet(int steps)
        : net(recurrent_net(graph, {.steps = steps, .input = 2, .hidden = 3, .output = 1})),
          rolled(roll(std::vector{net.loss()})) {}

    Graph graph;
    RecurrentNet net;
    Rolled rolled;
};

}  // namespace

TEST_CASE("find: a member is the node that has the name at that step") {
    const SmallNet small(6);
    const auto node = [&](Member member) {
        const Part& part = small.rolled[member.part];
        return small.rolled.nodes[index(member.part)][part.place_of(member.t)];
    };
    for (int t = 0; t < 6; ++t) {
        const auto at = static_cast<std::size_t>(t);
        CHECK(node(small.rolled.find("x", t)) == small.net.inputs[at].id);
        CHECK(node(small.rolled.find("h", t)) ==
              small.net.layers.front().directions.front().output(at).id);
    }
    CHECK(node(small.rolled.find("U")) == small.net.parameters()[1].id);
    CHECK(node(small.rolled.find("L")) == small.net.loss().id);
}

TEST_CASE("find: names of another number of steps are found in what `at` gives") {
    const SmallNet small(8);
    const Rolled longer = small.rolled.at(20);
    CHECK(longer.find("x", 19).t == 19);
    CHECK(longer.find("x", 3).part == longer.find("x", 19).part);
    CHECK(message_of<GraphError>([&] { longer.find("x", 20); }) ==
          "find: there is no x(20)\n  x has steps from 0 to 19");
}

TEST_CASE("find: what there is not is refused with what there is") {
    const SmallNet small(6);
    CHECK(message_of<GraphError>([&] { small.rolled.find("x", 9); }) ==
          "find: there is no x(9)\n  x has steps from 0 to 5");
    CHECK(message_of<GraphError>([&] { small.rolled.find("x"); }) ==
          "find: there is no x\n  x has steps from 0 to 5");
    CHECK(message_of<GraphError>([&] { small.rolled.find("U", 0); }) ==
          "find: there is no U(0)\n  U has no step");
    CHECK(message_of<GraphError>([&] { small.rolled.find("K"); }) ==
          "find: there is no K\n  no value is called K");
    Graph graph;
    const Expr a = graph.input("a", {2, 1}), b = graph.input("a", {2, 1});
    CHECK(message_of<GraphError>([&] { roll(std::vector{a + b}).find("a"); }) ==
          "find: 2 values are called a; name them apart");
}

TEST_CASE("find: every name of every net is found at every step, and is that node's") {
    for (const Architecture& architecture : test::architectures()) {
        Graph graph;
        const RecurrentNet net =
            recurrent_net(graph, {.steps = 6, .input = 2, .hidden = 3, .output = 1}, architecture);
        const Rolled rolled = roll(std::vector{net.loss()});
        int found = 0;
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
            for (std::size_t place = 0; place < rolled.nodes[i].size(); ++place) {
                const Expr node = graph.at(rolled.nodes[i][place]);
                const auto step = node.step();
                const std::string name(graph.name(node.id));
                if (name.empty()) continue;
                ++found;
                CAPTURE(node.label());
                CHECK(rolled.find(name, step ? std::optional(step->t) : std::nullopt) ==
                      Member{PartId{i}, rolled.parts[i].step_of(place)});
            }
        CHECK(found > 10);
    }
}

TEST_CASE("program: values are given and read by name and step, by expression, and from bindings") {
    const SmallNet small(6);
    const Derivative d = differentiate(small.net.loss(), small.net.variables());
    Bindings values;
    double number = 0;
    const auto next = [&](Expr leaf) {
        Matrix value(leaf.shape());
        for (double& entry : value.values()) entry = std::sin(++number);
        values.bind(leaf, value);
    };
    for (const Expr& leaf : small.net.parameters()) next(leaf);
    for (const Expr& leaf : small.net.inputs) next(leaf);
    next(small.net.read_out.targets.front());

    Program from_bindings = compile(d.loss_and_gradients());
    from_bindings.bind(values);
    from_bindings.run();
    CHECK(from_bindings.scalar(small.net.loss()) ==
          doctest::Approx(scalar(small.net.loss(), values)).epsilon(1e-13));

    Program by_name = compile(d.loss_and_gradients());
    for (const char* name : {"W", "U", "b", "V", "c"})
        for (const Expr& leaf : small.net.parameters())
            if (leaf.label() == name) by_name.bind(name, *values.find(leaf));
    for (int t = 0; t < 6; ++t)
        by_name.bind("x", t, *values.find(small.net.inputs[static_cast<std::size_t>(t)]));
    by_name.bind(small.net.read_out.targets.front(),
                 *values.find(small.net.read_out.targets.front()));
    by_name.run();
    CHECK(by_name.value("L")(0, 0) == from_bindings.scalar(0));
    CHECK(message_of<GraphError>([&] {
              by_name.value("h", 2);
          }).starts_with("value: not an output of the program: "));
    CHECK(message_of<ShapeError>([&] {
              by_name.scalar(1);
          }).starts_with("scalar: the output must be 1 x 1"));
    Graph other;
    Bindings elsewhere;
    elsewhere.bind(other.input("x", {1, 1}), Matrix(1, 1, 2.0));
    CHECK(message_of<GraphError>([&] { by_name.bind(elsewhere); }) ==
          "bind: the leaves belong to another graph than the program's outputs");
    Program of_rolled = compile(small.rolled);
    CHECK(message_of<GraphError>([&] { of_rolled.bind(values); }).find("by name, or as members") !=
          std::string::npos);
    by_name.bind(Bindings());  // nothing
}
