// Every rule of the library on expressions to which it applies.

#include <revolute/graph/cost/operation_count.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <support/bindings.hpp>
#include <support/golden.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

using namespace revolute;

namespace {

/// Leaves of every shape that examples need.
struct Leaves {
    explicit Leaves(Graph& g) : graph(g) {}

    Graph& graph;
    Expr x = graph.input("x", {2, 3}), y = graph.input("y", {2, 3});
    Expr s = graph.input("s", {1, 1}), column = graph.input("c", {2, 1});
    Expr row = graph.input("r", {1, 3}), tall = graph.input("t", {3, 4});
    Expr three_by_two = graph.input("z", {3, 2});
    Expr square = graph.input("A", {3, 3});
    Expr d = graph.input("d", {3, 1}), e = graph.input("e", {3, 1});
    Expr zero = graph.constant(0.0, {2, 3}), one = graph.constant(1.0, {2, 3});
    Expr half = graph.constant(0.5, {2, 3});
};

struct Case {
    const char* rule;
    Expr (*before)(const Leaves& of);
    const char* after;  ///< as a formula
};

/// x(t) of a step.
Expr at_step(const Leaves& l, std::int32_t t) {
    const Scope scope(l.graph, Step{0, t});
    return l.graph.input("x", {2, 3});
}

Expr sum_of(std::initializer_list<Expr> terms) { return accumulate(std::vector<Expr>(terms)); }

const Case examples[] = {
    {"fold-constants", [](const Leaves& l) { return l.x + tanh(l.zero - l.one); }, nullptr},
    {"fold-constants", [](const Leaves& l) { return l.x + matmul(l.one, transpose(l.one)) * l.y; },
     nullptr},
    {"add-zero", [](const Leaves& l) { return l.x + 0.0; }, "x"},
    {"zero-add", [](const Leaves& l) { return 0.0 + l.x; }, "x"},
    {"subtract-zero", [](const Leaves& l) { return l.x - 0.0; }, "x"},
    {"zero-subtract", [](const Leaves& l) { return 0.0 - l.x; }, "-x"},
    {"subtract-self", [](const Leaves& l) { return l.x - l.x; }, "0"},
    {"negate-twice", [](const Leaves& l) { return -(-l.x); }, "x"},
    {"add-negative", [](const Leaves& l) { return l.x + (-l.y); }, "x - y"},
    {"negative-add", [](const Leaves& l) { return (-l.x) + l.y; }, "y - x"},
    {"subtract-negative", [](const Leaves& l) { return l.x - (-l.y); }, "x + y"},
    {"negate-difference", [](const Leaves& l) { return -(l.x - l.y); }, "y - x"},
    {"add-self", [](const Leaves& l) { return l.x + l.x; }, "2 x"},
    {"add-steps",
     [](const Leaves& l) {
         return ((at_step(l, 0) + at_step(l, 1)) + at_step(l, 2)) + at_step(l, 3);
     },
     "x[0] + x[1] + x[2] + x[3]"},
    {"add-steps",
     [](const Leaves& l) { return tanh(at_step(l, 2) + (at_step(l, 0) + at_step(l, 1))); },
     "tanh(x[2] + x[0] + x[1])"},
    {"accumulate-zero",
     [](const Leaves& l) {
         return sum_of({l.x, l.zero, l.y});
     },
     "x + y"},
    {"accumulate-zero",
     [](const Leaves& l) {
         return sum_of({l.zero, l.y});
     },
     "y"},
    {"accumulate-equal",
     [](const Leaves& l) {
         return sum_of({l.x, l.x, l.x});
     },
     "3 x"},
    {"accumulate-negative",
     [](const Leaves& l) {
         return sum_of({-l.x, l.y});
     },
     "y - x"},
    {"accumulate-nested",
     [](const Leaves& l) {
         return sum_of({l.x, sum_of({l.y, l.x}), l.y});
     },
     "x + y + x + y"},
    {"scale-one", [](const Leaves& l) { return 1.0 * l.x; }, "x"},
    {"scale-zero", [](const Leaves& l) { return 0.0 * l.x; }, "0"},
    {"scale-minus-one", [](const Leaves& l) { return -1.0 * l.x; }, "-x"},
    {"scale-scale", [](const Leaves& l) { return 2.0 * (3.0 * l.x); }, "6 x"},
    {"scale-scale", [](const Leaves& l) { return -(3.0 * (-l.x)); }, "3 x"},
    {"hadamard-constant", [](const Leaves& l) { return hadamard(l.half, l.x); }, "0.5 x"},
    {"hadamard-constant", [](const Leaves& l) { return hadamard(l.x, l.one); }, "x"},
    {"hadamard-self", [](const Leaves& l) { return hadamard(l.x, l.x); }, "x^2"},
    {"swapped", [](const Leaves& l) { return tanh(l.x + l.y) - tanh(l.y + l.x); }, "0"},
    {"multiply-constant", [](const Leaves& l) { return multiply(l.graph.constant(2.0), l.x); },
     "2 x"},
    {"multiply-zero", [](const Leaves& l) { return multiply(l.s, l.zero); }, "0"},
    {"divide-constant", [](const Leaves& l) { return l.x / 4.0; }, "0.25 x"},
    {"zero-divide", [](const Leaves& l) { return 0.0 / l.x; }, "0"},
    {"one-divide", [](const Leaves& l) { return 1.0 / l.x; }, "x^-1"},
    {"product-zero",
     [](const Leaves& l) {
         return l.x * l.graph.constant(0.0, {3, 5});
     },
     "0"},
    {"zero-product",
     [](const Leaves& l) {
         return l.graph.constant(0.0, {5, 2}) * l.x;
     },
     "0"},
    {"product-number", [](const Leaves& l) { return l.column * l.graph.constant(2.0); }, "2 c"},
    {"product-number", [](const Leaves& l) { return l.graph.constant(2.0) * l.row; }, "2 r"},
    {"power-zero", [](const Leaves& l) { return power(l.x, 0.0); }, "1"},
    {"power-one", [](const Leaves& l) { return power(l.x, 1.0); }, "x"},
    {"power-two", [](const Leaves& l) { return power(l.x, 2.0); }, "x^2"},
    {"power-minus-one", [](const Leaves& l) { return power(l.x, -1.0); }, "x^-1"},
    {"reciprocal-twice", [](const Leaves& l) { return reciprocal(reciprocal(l.x)); }, "x"},
    {"square-negative", [](const Leaves& l) { return square(-l.x); }, "x^2"},
    {"abs-negative", [](const Leaves& l) { return abs(-l.x); }, nullptr},
    {"abs-twice", [](const Leaves& l) { return abs(abs(l.x)); }, nullptr},
    {"relu-twice", [](const Leaves& l) { return relu(relu(l.x)); }, nullptr},
    {"mask-all", [](const Leaves& l) { return mask(l.x, l.one); }, "x"},
    {"mask-none", [](const Leaves& l) { return mask(l.x, l.zero); }, "0"},
    {"mask-zero", [](const Leaves& l) { return mask(l.zero, l.y); }, "0"},
    {"where-all", [](const Leaves& l) { return where(l.one, l.x, l.y); }, "x"},
    {"where-none", [](const Leaves& l) { return where(l.zero, l.y, l.x); }, "x"},
    {"where-same", [](const Leaves& l) { return where(l.y, l.x, l.x); }, "x"},
    {"where-or-zero", [](const Leaves& l) { return where(l.y, l.x, l.zero); }, nullptr},
    {"mask-twice", [](const Leaves& l) { return mask(mask(l.x, l.y), l.y); }, nullptr},
    {"stop-twice", [](const Leaves& l) { return stop_gradient(stop_gradient(l.x)); }, "stop(x)"},
    {"inverse-twice", [](const Leaves& l) { return inverse(inverse(l.square)); }, "A"},
    {"log-determinant-inverse", [](const Leaves& l) { return log_determinant(inverse(l.square)); },
     nullptr},
    {"inverse-transpose", [](const Leaves& l) { return inverse(transpose(l.square)); },
     "inverse(A)'"},
    {"inverse-transpose",
     [](const Leaves& l) { return inverse(l.square) - transpose(inverse(transpose(l.square))); },
     "0"},
    {"log-determinant-transpose",
     [](const Leaves& l) { return log_determinant(transpose(l.square)); }, nullptr},
    {"transpose-diagonal", [](const Leaves& l) { return transpose(diagonal_matrix(l.d)); },
     "diagonal_matrix(d)"},
    {"diagonal-transpose", [](const Leaves& l) { return diagonal(transpose(l.square)); },
     "diagonal(A)"},
    {"transpose-twice", [](const Leaves& l) { return transpose(transpose(l.x)); }, "x"},
    {"transpose-number", [](const Leaves& l) { return transpose(l.s); }, "s"},
    {"transpose-product", [](const Leaves& l) { return transpose(l.x * l.tall); }, "t' x'"},
    {"transpose-sum", [](const Leaves& l) { return transpose(transpose(l.x) + l.three_by_two); },
     "x + z'"},
    {"transpose-difference",
     [](const Leaves& l) { return transpose(l.three_by_two - transpose(l.x)); }, "z' - x"},
    {"transpose-negative", [](const Leaves& l) { return transpose(-l.x); }, "-x'"},
    {"transpose-scaled", [](const Leaves& l) { return transpose(2.0 * l.x); }, "2 x'"},
    {"transpose-accumulate",
     [](const Leaves& l) {
         return transpose(sum_of({transpose(l.x), l.three_by_two, transpose(l.y)}));
     },
     "x + z' + y"},
    {"scale-rows-zero", [](const Leaves& l) { return scale_rows(l.column, l.zero); }, "0"},
    {"scale-rows-by-zero",
     [](const Leaves& l) {
         return scale_rows(l.graph.constant(0.0, {2, 1}), l.x);
     },
     "0"},
    {"scale-rows-by-one",
     [](const Leaves& l) {
         return scale_rows(l.graph.constant(1.0, {2, 1}), l.x);
     },
     "x"},
    {"scale-columns-zero", [](const Leaves& l) { return scale_columns(l.zero, l.row); }, "0"},
    {"scale-columns-by-zero",
     [](const Leaves& l) {
         return scale_columns(l.x, l.graph.constant(0.0, {1, 3}));
     },
     "0"},
    {"scale-columns-by-one",
     [](const Leaves& l) {
         return scale_columns(l.x, l.graph.constant(1.0, {1, 3}));
     },
     "x"},
    {"diagonal-product", [](const Leaves& l) { return diagonal_matrix(l.d) * l.tall; },
     "diag(d) t"},
    {"diagonal-product", [](const Leaves& l) { return identity_matrix(l.graph, 3) * l.tall; }, "t"},
    {"product-diagonal", [](const Leaves& l) { return l.x * diagonal_matrix(l.d); }, "x diag(d')"},
    {"product-diagonal", [](const Leaves& l) { return l.x * identity_matrix(l.graph, 3); }, "x"},
    {"scale-rows-diagonal",
     [](const Leaves& l) { return diagonal_matrix(l.d) * diagonal_matrix(l.e); },
     "diagonal_matrix(d o e)"},
    {"scale-columns-diagonal",
     [](const Leaves& l) { return scale_columns(diagonal_matrix(l.d), l.row); },
     "diagonal_matrix(d o r')"},
    {"product-ones",
     [](const Leaves& l) {
         return l.graph.constant(1.0, {1, 2}) * l.x;
     },
     nullptr},
    {"product-ones",
     [](const Leaves& l) {
         return l.x * l.graph.constant(1.0, {3, 1});
     },
     nullptr},
    {"product-ones",
     [](const Leaves& l) {
         return l.graph.constant(1.0, {4, 1}) * l.row;
     },
     nullptr},
    {"product-ones",
     [](const Leaves& l) {
         return l.column * l.graph.constant(1.0, {1, 4});
     },
     nullptr},
    {"same-shape", [](const Leaves& l) { return row_sums(l.column); }, "c"},
    {"same-shape", [](const Leaves& l) { return broadcast(sum(l.s), 1, 1); }, "s"},
    {"same-shape", [](const Leaves& l) { return rows(l.x, 0, 2); }, "x"},
    {"same-shape", [](const Leaves& l) { return stack_columns({l.x}); }, "x"},
    {"same-shape", [](const Leaves& l) { return diagonal(l.s); }, "s"},
    {"same-shape", [](const Leaves& l) { return diagonal_matrix(l.s); }, "s"},
    {"total-of-one-column", [](const Leaves& l) { return cumulative_sum(l.column); }, "c"},
    {"total-of-one-column", [](const Leaves& l) { return reverse_cumulative_sum(l.column); }, "c"},
    {"diagonal-of-diagonal", [](const Leaves& l) { return diagonal(diagonal_matrix(l.d)); }, "d"},
    {"reshape-twice", [](const Leaves& l) { return reshape(reshape(l.x, 6, 1), 3, 2); },
     "reshape(x, 3, 2)"},
    {"sum-broadcast", [](const Leaves& l) { return sum(broadcast(l.s, 2, 3)); }, "6 s"},
    {"row-sums-broadcast", [](const Leaves& l) { return row_sums(broadcast_columns(l.column, 4)); },
     "4 c"},
    {"column-sums-broadcast", [](const Leaves& l) { return column_sums(broadcast_rows(l.row, 4)); },
     "4 r"},
    {"rows-of-rows", [](const Leaves& l) { return rows(rows(l.tall, 1, 2), 1, 1); },
     "rows(t, 2, 1)"},
    {"rows-of-stack",
     [](const Leaves& l) {
         return rows(stack_rows({l.x, l.y}), 3, 1);
     },
     "rows(y, 1, 1)"},
    {"rows-of-stack",
     [](const Leaves& l) {
         return rows(stack_rows({l.x, l.y}), 0, 2);
     },
     "x"},
    {"rows-of-placed", [](const Leaves& l) { return rows(place_rows(l.x, 1, 5), 2, 1); },
     "rows(x, 1, 1)"},
    {"rows-of-placed", [](const Leaves& l) { return rows(place_rows(l.x, 1, 5), 3, 2); }, "0"},
    {"rows-of-placed", [](const Leaves& l) { return rows(place_rows(l.x, 1, 5), 0, 1); }, "0"},
    {"place-rows-twice", [](const Leaves& l) { return place_rows(place_rows(l.x, 1, 5), 2, 9); },
     "place_rows(x, 3, 9)"},
    {"stack-of-rows",
     [](const Leaves& l) {
         return stack_rows({rows(l.tall, 0, 1), rows(l.tall, 1, 2)});
     },
     "t"},
    {"sum-of-placed-rows",
     [](const Leaves& l) { return place_rows(l.y, 2, 4) + place_rows(l.x, 0, 4); }, "[x; y]"},
    {"sum-of-placed-rows",
     [](const Leaves& l) {
         return sum_of({place_rows(l.y, 3, 6), l.graph.input("z", {6, 3}), place_rows(l.x, 1, 6)});
     },
     "[0; x; y; 0] + z"},
    {"columns-of-columns", [](const Leaves& l) { return columns(columns(l.x, 1, 2), 1, 1); },
     "columns(x, 2, 1)"},
    {"columns-of-stack",
     [](const Leaves& l) {
         return columns(stack_columns({l.x, l.y}), 4, 2);
     },
     "columns(y, 1, 2)"},
    {"columns-of-placed", [](const Leaves& l) { return columns(place_columns(l.x, 1, 5), 1, 3); },
     "x"},
    {"place-columns-twice",
     [](const Leaves& l) { return place_columns(place_columns(l.x, 1, 5), 2, 9); },
     "place_columns(x, 3, 9)"},
    {"stack-of-columns",
     [](const Leaves& l) {
         return stack_columns({columns(l.x, 0, 1), columns(l.x, 1, 1), columns(l.x, 2, 1)});
     },
     "x"},
    {"sum-of-placed-columns",
     [](const Leaves& l) {
         return sum_of({place_columns(l.x, 0, 6), place_columns(l.y, 3, 6)});
     },
     "[x, y]"},
};

/// What is left alone because changing it would be wrong, or more work.
const std::pair<const char*, Expr (*)(const Leaves&)> kept[] = {
    {"parts that overlap",
     [](const Leaves& l) { return place_rows(l.x, 0, 3) + place_rows(l.y, 1, 3); }},
    {"a part across two",
     [](const Leaves& l) {
         return rows(stack_rows({l.x, l.y}), 1, 2);
     }},
    {"a part beyond what is placed",
     [](const Leaves& l) { return rows(place_rows(l.x, 1, 5), 2, 2); }},
    {"parts in another order",
     [](const Leaves& l) {
         return stack_rows({rows(l.x, 1, 1), rows(l.x, 0, 1)});
     }},
    {"factors that underflow", [](const Leaves& l) { return 1e-200 * (1e-200 * l.x); }},
    {"a divisor without reciprocal", [](const Leaves& l) { return l.x / 0.0; }},
    {"a function of a constant that is not finite",
     [](const Leaves& l) { return l.x + log(l.zero); }},
    {"a constant matrix that is not uniform",
     [](const Leaves& l) { return place_rows(l.one, 0, 3) + l.tall * transpose(l.tall); }},
    {"totals of several columns", [](const Leaves& l) { return cumulative_sum(l.x); }},
    {"a mask", [](const Leaves& l) { return mask(l.x, l.y); }},
    {"a stop", [](const Leaves& l) { return stop_gradient(l.x); }},
    {"a sum that is of no steps", [](const Leaves& l) { return (l.x + l.y) + l.half; }},
    {"a sum within one step",
     [](const Leaves& l) { return (at_step(l, 1) + l.x) + tanh(at_step(l, 1)); }},
    {"a running total in its steps",
     [](const Leaves& l) {
         const Expr two = at_step(l, 0) + at_step(l, 1), three = at_step(l, 2);
         const Scope scope(l.graph, Step{0, 2});
         return two + three;
     }},
    {"a partial total that has a name",
     [](const Leaves& l) { return (at_step(l, 0) + at_step(l, 1)).named("two") + at_step(l, 2); }},
    {"a partial total that is read again",
     [](const Leaves& l) {
         const Expr two = at_step(l, 0) + at_step(l, 1);
         return hadamard(two + at_step(l, 2), two);
     }},
};

/// The side of an equation with other shapes for its leaves, of sizes from 1 to 3 as the choice
/// says; none where operators refuse them.
std::optional<Expr> with_shapes(Expr side, std::uint32_t choice, Graph& graph) {
    const Graph& patterns = *side.graph;
    std::map<NodeId, NodeId> copies;
    const auto copy = [&](NodeId node) {
        const Op& op = patterns.op(node);
        if (patterns.operand_count(node) == 0) {
            const Shape shape{static_cast<int>(choice % 3 + 1),
                              static_cast<int>(choice / 3 % 3 + 1)};
            choice /= 9;
            return &op == &constant_op ? graph.constant(patterns.attributes(node)[0], shape)
                                       : graph.input("x", shape);
        }
        std::vector<NodeId> operands;
        for (const NodeId operand : patterns.operands(node)) operands.push_back(copies.at(operand));
        return graph.append(op, operands, patterns.attributes(node), {});
    };
    try {
        for (const NodeId node : postorder(patterns, std::span(&side.id, 1)))
            copies[node] = copy(node).id;
    } catch (const ShapeError&) {
        return std::nullopt;
    }
    return graph.at(copies.at(side.id));
}

std::string formula_of(Expr y) {
    const std::string label = y.label();
    return label.empty() ? expression(y, Notation::text).text : label;
}

}  // namespace

TEST_CASE("simplification rules: each example becomes what it should") {
    for (const Case& example : examples) {
        Graph graph, there;
        const Expr y = example.before(Leaves(graph));
        CAPTURE(example.rule);
        CAPTURE(formula_of(y));
        const Simplified s = simplify(std::span(&y, 1), there, simplification_rules());
        const auto has_fired = [&](const auto& fired) { return fired.rule == example.rule; };
        CHECK(std::ranges::any_of(s.report.fired, has_fired));
        if (example.after != nullptr) CHECK(formula_of(s.outputs.front()) == example.after);
        CHECK(operation_count(s.outputs) <= operation_count(std::span(&y, 1)));
    }
}

TEST_CASE("simplification rules: each example keeps its values") {
    for (const Case& example : examples) {
        Graph graph, there;
        const Expr y = example.before(Leaves(graph));
        const Simplified s = simplify(std::span(&y, 1), there, simplification_rules());
        const Bindings before = test::random_values(graph, 7);
        const Bindings after = test::carried_over(before, graph, s.images, there);
        CAPTURE(example.rule);
        // Entries are of order one and sums have a dozen terms.
        CHECK(largest_difference(evaluate(y, before), evaluate(s.outputs.front(), after)) <= 1e-13);
    }
}

TEST_CASE("simplification rules: every rule has an example") {
    const RuleSet& rules = simplification_rules();
    for (std::size_t rule = 0; rule < rules.size(); ++rule) {
        CAPTURE(rules.name(rule));
        CHECK(std::ranges::any_of(
            examples, [&](const Case& example) { return example.rule == rules.name(rule); }));
    }
}

TEST_CASE("simplification rules: those for any steps leave factors and constants of one step") {
    Graph graph;
    const Expr x = graph.input("x", {2, 3});
    const Expr everywhere = 2.0 * graph.constant(3.0, {2, 3});
    std::vector<Expr> outputs{hadamard(everywhere, x), x + x};
    for (std::int32_t t = 0; t < 3; ++t) {
        const Scope at(graph, Step{0, t});
        outputs.push_back((1.0 - t) * graph.constant(0.5, {2, 3}));
    }
    const auto text_by = [&](const RuleSet& rules) {
        Graph destination;
        return to_text(simplify(outputs, destination, rules).outputs);
    };
    const std::string all = text_by(simplification_rules());
    const std::string some = text_by(simplification_rules_for_any_steps());
    CAPTURE(all);
    CAPTURE(some);
    CHECK(all.ends_with("return %1, %2, 0.5, 0, -0.5\n"));
    CHECK(
        some.ends_with("%3[0] = 1 0.5  [2 x 3]\n%4[1] = 0 0.5  [2 x 3]\n"
                       "%5[2] = (-1) 0.5  [2 x 3]\nreturn %1, %2, %3[0], %4[1], %5[2]\n"));
}

TEST_CASE("simplification rules: what would be wrong or more work stays") {
    for (const auto& unchanged : kept) {
        Graph graph, there;
        const Expr y = unchanged.second(Leaves(graph));
        CAPTURE(unchanged.first);
        const Simplified s = simplify(std::span(&y, 1), there, simplification_rules());
        CHECK(to_text(s.outputs) == to_text(y));
        CHECK(s.report.fired.empty());
    }
}

TEST_CASE("simplification rules: both sides have one shape, whatever shapes stand for the leaves") {
    const RuleSet& rules = simplification_rules();
    for (std::size_t rule = 0; rule < rules.size(); ++rule) {
        if (!rules.left(rule)) continue;
        CAPTURE(rules.equation(rule));
        int applied = 0;
        for (std::uint32_t choice = 0; choice < 9 * 9 * 9; ++choice) {
            Graph graph;
            const std::optional<Expr> left = with_shapes(*rules.left(rule), choice, graph);
            if (!left) continue;
            // As if every value was used once: whether that is so is not the question here. The
            // rule set itself throws where the shapes of the sides differ.
            KnownUses uses{std::vector<bool>(graph.size(), true)};
            if (rules.rewrite(rule, {.node = *left, .uses = &uses, .knows_uses = true})) ++applied;
        }
        CHECK(applied >= 3);
    }
}

TEST_CASE("simplification rules: folding constants takes no memory for their entries") {
    Graph graph, there;
    const Expr huge = graph.constant(3.0, {1'000'000, 2'000'000});
    const Expr x = graph.input("x", {2'000'000, 1'000'000});
    const Expr y = hadamard(x, transpose(square(huge)));
    CHECK(to_text(simplify(std::span(&y, 1), there, simplification_rules()).outputs) ==
          "x = input  [2000000 x 1000000]\n"
          "%1 = 9 x  [2000000 x 1000000]\n"
          "return %1\n");
}

TEST_CASE("simplification rules: docs/simplify.md lists them") {
    std::string text =
        "# What `simplify` does\n\n"
        "The rules of `simplification_rules()`, tried in this order on every node, until none "
        "applies. "
        "They hold over the real\nnumbers: 0 x = 0 also where x turns out not to be finite. No "
        "rule "
        "adds operations; those that move a transpose\ninwards, join sums or join factors apply "
        "only where "
        "nothing "
        "else uses what they take apart. A sum is\ntransposed term by term only where that "
        "takes no more nodes.\n\n"
        "`simplification_rules_for_any_steps()` are those under which steps that are alike stay "
        "alike, for equations of any number of steps: constants\n"
        "of one step are not folded, as a discount that each step multiplies by 0.9 would be "
        "another number at each, and no rule looks at what number a\n"
        "factor or a power is (scale-one, scale-zero, scale-minus-one, power-zero, power-one, "
        "power-two, power-minus-one), but that a factor of 1 of a\nnode without step goes. "
        "`simplification_rules_that_keep_numbers()` make no number of two either "
        "(fold-constants, scale-scale).\n\n"
        "| rule | equation |\n| --- | --- |\n";
    const RuleSet& rules = simplification_rules();
    for (std::size_t rule = 0; rule < rules.size(); ++rule)
        text += fmt::format("| {} | {} |\n", rules.name(rule), rules.equation(rule));
    test::check_golden("../docs/simplify.md", text);
}
