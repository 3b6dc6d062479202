#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/language/net_text.hpp>
#include <support/cube.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

using namespace revolute;

namespace {

constexpr const char* operand_names[] = {"a", "b", "c", "d"};

/// Numbers of the domain that differ from entry to entry.
Matrix numbers_in(const Domain& domain, Shape shape, int seed) {
    Matrix result(shape);
    double place = seed;
    for (double& entry : result.values()) {
        place += 1;
        const double fraction = 0.5 + 0.49 * std::sin(2.7 * place);
        entry = domain.low + fraction * (domain.high - domain.low);
        if (domain.is_whole) entry = std::round(entry);
    }
    return result;
}

}  // namespace

TEST_CASE("net texts: every operator is read as its notation writes it") {
    for (const Op* op : catalogue()) {
        CAPTURE(op->name);
        Graph graph;
        std::vector<Operand> operands;
        Bindings values;
        std::string sizes, given;
        const std::size_t count = op->arity == variadic ? 3 : op->arity;
        for (std::size_t i = 0; i < count; ++i) {
            const Shape shape = op->example.operands[i];
            const Expr leaf = graph.input(operand_names[i], shape);
            values.bind(leaf, numbers_in(op->example.domains[i], shape, static_cast<int>(i)));
            operands.emplace_back(leaf);
            sizes += fmt::format("{}: {} x {}   ", operand_names[i], shape.rows, shape.columns);
            given += fmt::format("{}{}", i == 0 ? "given " : ", ", operand_names[i]);
        }
        const std::span attributes(op->example.attributes.data(), op->example.attribute_count);
        const Expr built = apply_to_all(*op, operands, attributes);
        const std::string formula = expression(built, Notation::text).text;
        CAPTURE(formula);
        const NetText text =
            read_net(fmt::format("{}\n{}\nv = {}\nL = sum(v)\n", sizes, given, formula));
        Graph read_graph;
        const TextNet read = text.build(read_graph, {.steps = 1, .columns = 7});
        Bindings read_values;
        for (const auto& leaves : {read.given, read.targets})
            for (const NetValue& leaf : leaves)
                for (const Operand& operand : operands)
                    if (graph.name(operand.expr.id) == leaf.name)
                        read_values.bind(leaf.value, *values.find(operand.expr));
        const Expr value = read.values.at({"v", std::nullopt});
        const Matrix expected = evaluate(built, values), found = evaluate(value, read_values);
        REQUIRE(found.shape() == expected.shape());
        CHECK(largest_difference(found, expected) < 1e-14);
    }
}

TEST_CASE("net texts: an operator of one's own is called by its name") {
    const Op* const own[] = {&test::cube_op};
    const std::string text = "x: 2\nh(t) = cube(x(t) + h(t-1))\nL = sum(h(T))\n";
    Graph graph;
    const TextNet net = read_net(text, "net", own).build(graph, {.steps = 2});
    Bindings values;
    for (const Expr& x : net.inputs.front().values) values.bind(x, Matrix(2, 1, 1.0));
    CHECK(scalar(net.loss, values) == 2 * 8);
    CHECK_THROWS_AS(read_net(text), ParseError);
}
