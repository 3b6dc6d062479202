#include "figure_models.hpp"
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <support/nets.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

namespace revolute {

namespace {

/// Labels of the edges, by "from -> to".
std::multimap<std::string, std::string> factors_of(const Figure& figure) {
    std::multimap<std::string, std::string> factors;
    for (const FigureEdge& edge : figure.edges)
        factors.emplace(figure.nodes[edge.from].id + " -> " + figure.nodes[edge.to].id,
                        to_plain(edge.label));
    return factors;
}

std::string factor(const Figure& figure, const std::string& edge) {
    const auto factors = factors_of(figure);
    CAPTURE(edge);
    REQUIRE(factors.count(edge) == 1);
    return factors.find(edge)->second;
}

/// The local derivative of an expression with respect to x, in the figure of its sum.
std::string derivative_of(Expr y, Expr x) {
    const Figure figure = local_derivatives(differentiate(sum(y.named("y")), {x}));
    return factor(figure, "y -> " + x.label());
}

// y = x^3, written with a name of its own for every part of the rule.
constinit const Op cube_op{
    .name = "cube",
    .shape = [](const ShapeArguments& x) { return x[0]; },
    .pullback = {[](const Pullback& p) { return 3.0 * hadamard(p.adjoint, square(p.input(0))); }},
};

// Y = A' X A.
constinit const Op congruence_op{
    .name = "congruence",
    .arity = 2,
    .shape = [](const ShapeArguments& x) { return x[0]; },
    .pullback = {[](const Pullback& p) { return p.input(1) * (p.adjoint * transpose(p.input(1))); },
                 shape_only},
};

// Y = diag(a) X diag(b).
constinit const Op two_scales_op{
    .name = "two_scales",
    .arity = 3,
    .shape = [](const ShapeArguments& x) { return x[0]; },
    .pullback = {[](const Pullback& p) {
                     return scale_columns(scale_rows(p.input(1), p.adjoint), transpose(p.input(2)));
                 },
                 shape_only, shape_only},
};

// An operator whose rule is no product: it is written out.
constinit const Op odd_op{
    .name = "odd",
    .shape = [](const ShapeArguments& x) { return x[0]; },
    .pullback = {[](const Pullback& p) { return tanh(p.adjoint) + p.input(0); }},
};

}  // namespace

TEST_CASE("local derivatives: what a number is taken of is written as formulas write it") {
    Graph graph;
    const Expr U = graph.parameter("U", {2, 2});
    Expr h = graph.input("h0", {2, 1});
    for (const char* name : {"a", "b", "c", "d"}) h = U * (h + graph.input(name, {2, 1}));
    const auto labels = [&](Expr y) {
        std::string text;
        for (const auto& [edge, label] :
             factors_of(local_derivatives(differentiate(sum(square(y)).named("L"), {U}))))
            text += label + "\n";
        return text;
    };
    CHECK(labels(h).find("2 ") != std::string::npos);
    CHECK(labels(h / 22.0).find("2 (… / 22)") != std::string::npos);
    CHECK(labels(0.3 * h).find("2 (0.3 …)") != std::string::npos);
}

TEST_CASE("local derivatives: of a simplified graph no edge is lost, though adjoints are joined") {
    Graph graph;
    const Expr A = graph.parameter("A", {3, 3}), x = graph.input("x", {3, 1});
    const Expr z = tanh(A * x).named("z");
    const auto edges_of = [](const Derivative& derivative) {
        std::multimap<std::string, std::string> edges;
        for (const auto& [edge, label] : factors_of(local_derivatives(derivative)))
            edges.emplace(edge.substr(0, edge.find(' ')), label);
        return edges;
    };
    for (const Expr loss :
         {transpose(z) * (A * z), 0.5 * sum(square(z)), sum(z), -1.0 * sum(exp(z))}) {
        const Derivative derivative = differentiate(loss.named("L"), {A});
        Graph simple;
        const Derivative simplified =
            simplify(derivative, simple, simplification_rules()).derivative;
        CHECK(edges_of(simplified).count("L") == edges_of(derivative).count("L"));
        CHECK(edges_of(simplified).size() == edges_of(derivative).size());
    }
}

TEST_CASE(
    "local derivatives: every variable of every net is reached from the loss, simplified too") {
    for (const Architecture& architecture : test::architectures_to_draw())
        for (const bool answers_every_step : {false, true}) {
            const test::NetKind kind{architecture, answers_every_step};
            CAPTURE(kind.text());
            Graph graph, simple;
            const RecurrentNet net = test::net_of(graph, kind, 3);
            const Derivative derivative = differentiate(net.loss(), net.variables());
            for (const Derivative& each :
                 {derivative, simplify(derivative, simple, simplification_rules()).derivative}) {
                const Figure figure = local_derivatives(each);
                std::set<std::size_t> reached;
                for (std::size_t i = 0; i < figure.nodes.size(); ++i)
                    if (figure.nodes[i].id == "L") reached.insert(i);
                for (std::size_t before = 0; before != reached.size();) {
                    before = reached.size();
                    for (const FigureEdge& edge : figure.edges)
                        if (reached.contains(edge.from)) reached.insert(edge.to);
                }
                CHECK(reached.size() == figure.nodes.size());
                std::set<std::size_t> hand_on;
                for (const FigureEdge& edge : figure.edges) hand_on.insert(edge.from);
                // What is multiplied by zero alone is gone from a simplified loss.
                const std::array loss{each.loss().id};
                const std::vector<bool> read = ancestors(*each.loss().graph, loss);
                const auto variables = std::ranges::count_if(
                    each.variables(), [&](const Expr& x) { return read[index(x.id)]; });
                CHECK(std::ssize(figure.nodes) - std::ssize(hand_on) == variables);
            }
        }
}

TEST_CASE("local derivatives: those of the simple net are figure 7-6") {
    const test::Net net({.steps = 3, .input = 2, .hidden = 3}, InitialState::given);
    const Figure figure = local_derivatives(net.derivative);
    CHECK(factor(figure, "L -> y") == "y − Y");
    CHECK(factor(figure, "y -> h[2]") == "V^T");
    CHECK(factor(figure, "y -> V") == "h_2^T");
    CHECK(factor(figure, "y -> c") == "1");
    CHECK(factor(figure, "h[1] -> z[1]") == "1 − h_1^2");
    CHECK(factor(figure, "z[1] -> h[0]") == "U^T");
    CHECK(factor(figure, "z[1] -> U") == "h_0^T");
    CHECK(factor(figure, "z[1] -> W") == "x_1^T");
    CHECK(factor(figure, "z[1] -> b") == "1");
    CHECK(factor(figure, "z[0] -> h[-1]") == "U^T");
    CHECK(figure.nodes.size() == 14);  // L, y, V, c, W, U, b, h(-1), and h, z of three steps
}

TEST_CASE("local derivatives: the factor is read off each operator's own rule") {
    Graph graph;
    const Expr a = graph.parameter("a", {2, 2}), x = graph.parameter("x", {2, 2});
    CHECK(derivative_of(a * x, x) == "a^T");
    CHECK(derivative_of(x * a, x) == "a^T");
    CHECK(derivative_of(hadamard(a, x), x) == "a");
    CHECK(derivative_of(a - x, x) == "−1");
    CHECK(derivative_of(a + x, x) == "1");
    CHECK(derivative_of(square(x), x) == "2 x");
    CHECK(derivative_of(scale(0.5, x), x) == "0.5");
    CHECK(derivative_of(tanh(x), x) == "1 − y^{∘2}");
    CHECK(derivative_of(power(x, -1.0), x) == "−x^{∘−2}");
    CHECK(derivative_of(power(x, 2.5), x) == "2.5 x^{∘1.5}");
    CHECK(derivative_of(transpose(x), x) == "·^T");
    CHECK(derivative_of(row_sums(x), x) == "broadcast_columns(·, 2)");
    CHECK(derivative_of(cumulative_sum(x), x) == "reverse_cumulative_sum(·)");
    CHECK(derivative_of(diagonal(x), x) == "diagonal_matrix(·)");
    CHECK(derivative_of(log_determinant(x), x) == "inverse(x)^T");
}

TEST_CASE("local derivatives: between two factors the adjoint is a dot in brackets") {
    Graph graph;
    const Expr a = graph.parameter("a", {2, 2}), x = graph.parameter("x", {2, 2}),
               b = graph.parameter("b", {2, 2});
    CHECK(derivative_of(inverse(x), x) == "−y^T (·) y^T");
    CHECK(derivative_of(apply(congruence_op, {x, a}), x) == "a (·) a^T");
    CHECK(derivative_of(apply(two_scales_op, {x, row_sums(a), row_sums(b)}), x) ==
          "(diag(row_sums(a)) ·) diag(row_sums(b)^T)");
    // Where nothing is to be mistaken it has none.
    CHECK(derivative_of(solve(a, x), x) == "solve(a^T, ·)");
    CHECK(derivative_of(solve(x, a), x) == "−solve(x^T, ·) y^T");
    CHECK(derivative_of(scale_rows(row_sums(a), x), x) == "diag(row_sums(a)) ·");
    CHECK(derivative_of(scale_columns(x, column_sums(a)), x) == "· diag(column_sums(a))");
}

TEST_CASE("local derivatives: what divides stays below the line") {
    Graph graph;
    const Expr a = graph.parameter("a", {2, 2}), x = graph.parameter("x", {2, 2});
    CHECK(derivative_of(log(x), x) == "1 / x");
    CHECK(derivative_of(sqrt(x), x) == "0.5 / y");
    CHECK(derivative_of(a / x, a) == "1 / x");
    CHECK(derivative_of(x / a, a) == "−y / a");
    CHECK(derivative_of(x / 4.0, x) == "0.25");
    CHECK(derivative_of(1.0 / x, x) == "−y / x");
}

TEST_CASE("local derivatives: a factor that is written out as a transpose is transposed back") {
    Graph graph;
    const Expr q = graph.parameter("q", {3, 1}), p = graph.parameter("p", {3, 2});
    CHECK(derivative_of(transpose(q) * p, p) == "q");
}

TEST_CASE("local derivatives: what has no name and is long is said to be what it is") {
    Graph graph;
    const Expr W = graph.parameter("W_recurrent", {2, 2}),
               x = graph.parameter("x_observed", {2, 2});
    const Expr a = graph.parameter("a", {2, 2});
    const Expr z = W * x + a + x;
    CHECK(derivative_of(hadamard(a, tanh(z)), a) == "tanh(…)");
    CHECK(derivative_of(gelu(a), a) == "gelu′(a)");
    CHECK(derivative_of(elu(a, 0.5), a) == "elu′(a)");
    CHECK(derivative_of(huber(a, W), a) == "0.5 clamp(a − W_{recurrent}, −1, 1)");
    const Expr other = graph.parameter("other_input_observed", {2, 2});
    CHECK(derivative_of(huber(W, other), W) == "∂huber(…)/∂W_{recurrent}");
    CHECK(derivative_of(huber(a, other), a) == "∂huber(…)/∂a");
}

TEST_CASE("local derivatives: an operator of the user's is read like any other") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    CHECK(derivative_of(apply(cube_op, {x}), x) == "3 x^2");
    CHECK(derivative_of(apply(odd_op, {x}), x) == "tanh(·) + x");
}

TEST_CASE("local derivatives: both operands of x o x have an edge") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const Figure figure = local_derivatives(differentiate(sum(hadamard(x, x).named("y")), {x}));
    CHECK(factors_of(figure).count("y -> x") == 2);
}

TEST_CASE("local derivatives: values without a variable behind them are left out") {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1}), data = graph.input("data", {2, 1});
    const Figure figure = local_derivatives(differentiate(sum(hadamard(x, tanh(data))), {x}));
    for (const FigureNode& node : figure.nodes) CHECK(node.id != "data");
}

TEST_CASE("local derivatives: tooltips say what is divided by what") {
    const test::Net net({.steps = 1, .input = 2, .hidden = 3});
    const Figure figure = local_derivatives(net.derivative);
    for (const FigureEdge& edge : figure.edges)
        if (figure.nodes[edge.to].id == "W") CHECK(edge.tooltip == "d(z_0) / d(W) = x_0^T");
}

TEST_CASE(
    "local derivatives: a weight that depends on the step is written with it in a folded figure") {
    const auto weight_of = [](std::string label,
                              std::int32_t t) {  // "3 t−1", "t", "7" without a note
        label = label.substr(0, label.find(" ("));
        const std::size_t letter = label.find('t');
        if (letter == std::string::npos) return std::stoi(label);
        const std::size_t sign = label.find_first_of("+\xE2", letter);
        const std::int32_t slope = letter == 0 ? 1 : std::stoi(label);
        if (sign == std::string::npos) return slope * t;
        const bool is_plus = label[sign] == '+';
        return slope * t + (is_plus ? 1 : -1) * std::stoi(label.substr(sign + (is_plus ? 1 : 3)));
    };
    for (const std::int32_t first : {0, 1})
        for (const std::int32_t slope : {1, 3})
            for (const std::int32_t start : {1, 2, 5})
                for (const std::int32_t count : {8, 13})
                    for (const bool is_of_graph : {false, true}) {
                        CAPTURE(first);
                        CAPTURE(slope);
                        CAPTURE(start);
                        CAPTURE(count);
                        Graph graph;
                        const Expr U = graph.parameter("U", {2, 2});
                        Expr h = graph.initial_state("h0", {2, 1});
                        std::vector<Expr> losses;
                        for (std::int32_t t = first; t < first + count; ++t) {
                            const Scope at(graph, Step{0, t});
                            h = tanh(U * h).named("h");
                            const double weight = start + slope * (t - first);
                            losses.push_back((weight * sum(square(h)).named("q")).named("l"));
                        }
                        FigureOptions options{.title = "", .steps = ShownSteps::folded};
                        if (is_of_graph) options.step_count = count;
                        const Figure figure = local_derivatives(
                            differentiate(accumulate(losses).named("L"), {U}), options);
                        const std::string label = factor(figure, "l[t] -> q[t]");
                        CAPTURE(label);
                        for (std::int32_t t = first; t < first + count; ++t)
                            CHECK(weight_of(label, t) == start + slope * (t - first));
                    }
}

TEST_CASE("local derivatives: the graph is left as it is") {
    const test::Net net({.steps = 2});
    const std::uint32_t size = net.graph.size();
    local_derivatives(net.derivative);
    CHECK(net.graph.size() == size);
}

}  // namespace revolute
