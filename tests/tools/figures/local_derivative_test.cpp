#include "support/equation_reader.hpp"
#include "support/random_graph.hpp"
#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/tools/figures/building/figure_builder.hpp>
#include <revolute/tools/figures/building/figure_factor.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace revolute {

namespace {

using Form = LocalDerivative::Form;

/// Values of nodes.
using ValueOf = std::function<Matrix(NodeId)>;

Matrix matrix_product(const Matrix& a, const Matrix& b) {
    Matrix result(a.rows(), b.columns());
    for (int r = 0; r < a.rows(); ++r)
        for (int c = 0; c < b.columns(); ++c)
            for (int i = 0; i < a.columns(); ++i) result(r, c) += a(r, i) * b(i, c);
    return result;
}

Matrix entrywise_product(const Matrix& a, const Matrix& b) {
    REQUIRE(a.shape() == b.shape());
    Matrix result = a;
    for (std::size_t i = 0; i < a.size(); ++i) result.values()[i] *= b.values()[i];
    return result;
}

/// What the factor's leaves stand for.
Bindings leaves_of(const LocalDerivative& derivative, const ValueOf& value_of) {
    Bindings leaves;
    Graph& graph = *derivative.graph;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const Expr node = graph.at(NodeId{i});
        if (!is_given(graph.op(node.id)) || node == derivative.adjoint) continue;
        REQUIRE(derivative.originals[i].has_value());
        leaves.bind(node, value_of(*derivative.originals[i]));
    }
    return leaves;
}

/// The term that the form makes of a factor and an adjoint. That of a map is made by its
/// expression.
Matrix term_of(Form form, const Matrix& factor, const Matrix& adjoint) {
    if (form == Form::left) return matrix_product(factor, adjoint);
    if (form == Form::right) return matrix_product(adjoint, factor);
    if (form == Form::multiple)
        return entrywise_product(Matrix(factor.shape(), adjoint(0, 0)), factor);
    return entrywise_product(adjoint, factor);
}

Matrix term_of(const LocalDerivative& derivative, Bindings leaves, const Matrix& adjoint) {
    if (derivative.form != Form::map)
        return term_of(derivative.form, evaluate(derivative.factor, leaves), adjoint);
    if (derivative.adjoint) leaves.bind(*derivative.adjoint, adjoint);
    return evaluate(derivative.factor, leaves);
}

Matrix unit(Shape shape, std::size_t entry) {
    Matrix result(shape);
    result.values()[entry] = 1.0;
    return result;
}

/// An operator applied to values, each operand by itself though values be equal.
class Applied {
 public:
    Applied(const Graph& graph, NodeId node, const ValueOf& value_of) {
        std::vector<NodeId> operands;
        for (const NodeId operand : graph.operands(node)) {
            operands.push_back(graph_.input("x", graph.shape(operand)).id);
            values_.bind(graph_.at(operands.back()), value_of(operand));
        }
        output_ = graph_.append(graph.op(node), operands, graph.attributes(node), {});
    }

    /// Row `entry` of the Jacobian by the operator's rule.
    Matrix row_by_rule(std::uint32_t slot, std::size_t entry) {
        const Expr adjoint = graph_.input("adjoint", output_.shape());
        values_.bind(adjoint, unit(output_.shape(), entry));
        return evaluate(pull_back(Pullback{{output_, slot}, adjoint}), values_);
    }

    /// The same by central differences of the operator's kernel, which know nothing of rules.
    Matrix row_by_differences(std::uint32_t slot, std::size_t entry) const {
        constexpr double step = 1e-6;
        const Expr x = operand(slot);
        Matrix row(x.shape());
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto moved = [&](double by) {
                Bindings values = values_;
                Matrix value = *values_.find(x);
                value.values()[i] += by;
                return evaluate(output_, values.bind(x, value)).values()[entry];
            };
            row.values()[i] = (moved(step) - moved(-step)) / (2 * step);
        }
        return row;
    }

    Shape shape() const { return output_.shape(); }

 private:
    Expr operand(std::uint32_t slot) const {
        return {output_.graph, output_.graph->operand(output_.id, slot)};
    }

    Graph graph_;
    Expr output_;
    Bindings values_;
};

/// Central differences with a step of 1e-6 are wrong by about 1e-12 of a third derivative, and by
/// rounding, 2e-16 / 1e-6 of the values; all of these are below 50.
constexpr double of_differences = 1e-8;
/// Sums in another order, of up to some hundred terms of order one.
constexpr double of_rounding = 1e-12;

void check_close(const Matrix& found, const Matrix& right, double tolerance) {
    REQUIRE(found.shape() == right.shape());
    for (std::size_t i = 0; i < right.size(); ++i) {
        CAPTURE(i);
        const double allowed = tolerance * (1 + std::abs(right.values()[i]));
        CHECK(std::abs(found.values()[i] - right.values()[i]) <= allowed);
    }
}

/// Checks the label of every operand against all entries of the Jacobian.
class LabelCheck {
 public:
    LabelCheck(Graph& graph, std::span<const Expr> outputs, ValueOf value_of)
        : graph_(graph),
          value_of_(std::move(value_of)),
          builder_(outputs, nullptr, {}),
          factors_(local_derivatives_of(graph, builder_.captions())) {}

    void check(NodeId node, std::uint32_t slot, bool by_differences) {
        const LocalDerivative derivative = factors_(node, slot);
        const bool is_nothing = contributes_nothing(graph_.op(node).pullback[slot]);
        CHECK((derivative.form == Form::nothing) == is_nothing);
        if (is_nothing) return;
        const std::string text = to_plain(this->text(node, slot));
        CAPTURE(text);
        CHECK(text != "…");
        CHECK(text.find("·…") == std::string::npos);
        const Bindings leaves = leaves_of(derivative, value_of_);
        Applied applied(graph_, node, value_of_);
        for (std::size_t entry = 0; entry < applied.shape().size(); ++entry) {
            CAPTURE(entry);
            const Matrix found = term_of(derivative, leaves, unit(applied.shape(), entry));
            check_close(found, applied.row_by_rule(slot, entry), of_rounding);
            if (by_differences)
                check_close(found, applied.row_by_differences(slot, entry), of_differences);
        }
        ++checked;
    }

    LocalDerivative derivative(NodeId node, std::uint32_t slot) { return factors_(node, slot); }
    RichText text(NodeId node, std::uint32_t slot) {
        return written_factor(factors_(node, slot), graph_, node, slot, builder_.captions());
    }

    int checked = 0;

 private:
    Graph& graph_;
    ValueOf value_of_;
    FigureBuilder builder_;
    LocalDerivatives factors_;
};

Matrix drawn(test::Random& random, Shape shape, const Domain& domain) {
    Matrix result(shape);
    for (double& value : result.values()) {
        const double fraction = (random.number() + 1) / 2;
        value = domain.low + (domain.high - domain.low) * fraction;
        if (domain.is_whole)
            value = std::floor(domain.low + (domain.high + 1 - domain.low) * fraction);
    }
    return result;
}

/// What an operand of a catalogue example is.
enum class Kind : std::uint8_t { leaf, constant, transposed, negative, half, too_long };

/// An operator's example whose operand `slot` is of a kind, others leaves.
struct ExampleNode {
    ExampleNode(const Op& op, std::uint32_t slot, Kind kind) : random(7 + slot) {
        const std::size_t count = op.arity == variadic ? 3 : op.arity;
        std::vector<Operand> operands;
        for (std::uint32_t i = 0; i < count; ++i)
            operands.emplace_back(operand(std::string(1, static_cast<char>('p' + i)),
                                          op.example.operands[i], op.example.domains[i],
                                          i == slot ? kind : Kind::leaf));
        y = apply_to_all(op, operands,
                         std::span(op.example.attributes).first(op.example.attribute_count));
    }

    Expr leaf(const std::string& name, const Matrix& value) {
        const Expr x = graph.parameter(name, value.shape());
        values.bind(x, value);
        return x;
    }

    Expr operand(const std::string& name, Shape shape, const Domain& domain, Kind kind) {
        Matrix value = drawn(random, shape, domain);
        if (kind == Kind::leaf) return leaf(name, value);
        if (kind == Kind::constant) return graph.constant(value(0, 0), shape);
        if (kind == Kind::transposed) {
            Matrix turned(shape.columns, shape.rows);
            for (int r = 0; r < shape.rows; ++r)
                for (int c = 0; c < shape.columns; ++c) turned(c, r) = value(r, c);
            return transpose(leaf(name, turned));
        }
        const double factor = kind == Kind::negative ? -1.0 : kind == Kind::half ? 2.0 : 1.0;
        for (double& entry : value.values()) entry *= factor;
        if (kind == Kind::negative) return -leaf(name, value);
        if (kind == Kind::half) return 0.5 * leaf(name, value);
        const Expr zero = leaf("zero_" + name, Matrix(shape, 0.0));
        return leaf("first_" + name, value) + hadamard(zero, zero) - square(zero);
    }

    ValueOf value_of() {
        return [this](NodeId node) { return evaluate(graph.at(node), values); };
    }
    LabelCheck check() { return {graph, std::span(&y, 1), value_of()}; }

    test::Random random;
    Graph graph;
    Bindings values;
    Expr y;
};

constexpr Kind kinds[] = {Kind::leaf,     Kind::constant, Kind::transposed,
                          Kind::negative, Kind::half,     Kind::too_long};

bool is_finite(const Matrix& x) {
    return std::ranges::all_of(x.values(), [](double value) { return std::isfinite(value); });
}

void check_example(const Op& op, Kind kind, bool is_named) {
    const std::uint32_t count = op.arity == variadic ? 3 : op.arity;
    for (std::uint32_t changed = 0; changed < count; ++changed) {
        ExampleNode example(op, changed, kind);
        if (&example.graph.op(example.y.id) != &op) continue;
        // A matrix of equal entries has no inverse.
        if (!is_finite(evaluate(example.y, example.values))) continue;
        if (is_named) example.y.named("y");
        LabelCheck check = example.check();
        for (std::uint32_t slot = 0; slot < count; ++slot) {
            CAPTURE(slot);
            // Where all entries are equal, a maximum has a kink.
            check.check(example.y.id, slot, kind != Kind::constant);
        }
    }
}

/// A label in the text notation of the operators, with "adjoint" for the dot.
std::string as_notation(const RichText& label) {
    std::string text;
    for (const TextRun& run : label.runs) {
        std::string piece = run.text;
        const auto replace = [&piece](std::string_view what, std::string_view by) {
            for (std::size_t at = 0; (at = piece.find(what, at)) != std::string::npos;
                 at += by.size())
                piece.replace(at, what.size(), by);
        };
        replace("−", "-");
        replace("∘", "o");
        replace(" · ", " * ");
        replace("·", "adjoint");
        replace("½", "0.5");
        if (run.script == Script::superscript)
            piece = piece == "T" ? "'" : piece.starts_with('-') ? "^(" + piece + ")" : "^" + piece;
        text += piece;
    }
    return text;
}

bool is_named_after_operator(const RichText& label) {
    const std::string text = to_plain(label);
    return text.find("′") != std::string::npos || text.find("∂") != std::string::npos;
}

/// The term for an adjoint, computed from nothing but the printed label, how the form reads it, and
/// the values of names.
Matrix term_read(const std::string& label, Form form, Shape shape, const Matrix& adjoint,
                 const std::map<std::string, Matrix>& names) {
    test::EquationInput input{"  label = " + label + "\n", {}, {}};
    for (const auto& [name, value] : names) {
        // A repeated number is written like the number.
        const bool is_repeated = form == Form::entrywise && value.shape().is_scalar();
        input.leaves[{name, std::nullopt}] = is_repeated ? Matrix(shape, value(0, 0)) : value;
    }
    if (form == Form::map) input.leaves[{"adjoint", std::nullopt}] = adjoint;
    const test::EquationOutput output{{"label", std::nullopt}, shape};
    Matrix value = test::evaluate_equations(input, std::span(&output, 1)).front();
    const bool is_number = value.shape().is_scalar() && !shape.is_scalar();
    if (is_number) value = Matrix(shape, value(0, 0));  // beside matrices it is repeated
    return form == Form::map ? value : term_of(form, value, adjoint);
}

// Operators of somebody else's.

// y = x^3, with no role: its rule is read off all the same.
constinit const Op cube_op{
    .name = "cube",
    .shape = same_as_input,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (std::size_t i = 0; i < y.size(); ++i)
                y.values()[i] = std::pow(x[0].values()[i], 3);
        },
    .pullback = {[](const Pullback& p) { return 3.0 * hadamard(p.adjoint, square(p.input(0))); }},
    .example = {.operands = {{{2, 3}}}},
};

// y = a x / (1 + x o x), a [1 x 1], its rule a sum of two uses of the adjoint.
constinit const Op bump_op{
    .name = "bump",
    .arity = 2,
    .shape = [](const ShapeArguments& x) { return x[1]; },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (std::size_t i = 0; i < y.size(); ++i) {
                const double z = x[1].values()[i];
                y.values()[i] = x[0](0, 0) * z / (1 + z * z);
            }
        },
    .pullback = {[](const Pullback& p) {
                     return sum(hadamard(p.adjoint, p.input(1) / (1.0 + square(p.input(1)))));
                 },
                 [](const Pullback& p) {
                     const Expr x = p.input(1);
                     const Expr below = 1.0 + square(x);
                     const Expr first = multiply(p.input(0), p.adjoint / below);
                     return first - 2.0 * hadamard(x, hadamard(p.output, p.adjoint / below));
                 }},
    .example = {.operands = {{{1, 1}, {2, 3}}}},
};

// Y = A X B + A X, its rules chains of products and sums of them.
constinit const Op sandwich_op{
    .name = "sandwich",
    .arity = 3,
    .shape = [](const ShapeArguments& x) -> Shape {
        return {x[0].rows, x[2].columns};
    },
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (int r = 0; r < y.rows; ++r)
                for (int c = 0; c < y.columns; ++c) {
                    y(r, c) = 0;
                    for (int i = 0; i < x[1].rows; ++i)
                        for (int j = 0; j < x[1].columns; ++j)
                            y(r, c) -= x[0](r, i) * x[1](i, j) * x[2](j, c);
                }
        },
    .pullback = {[](const Pullback& p) {
                     return -(p.adjoint * transpose(p.input(2)) * transpose(p.input(1)));
                 },
                 [](const Pullback& p) {
                     return -(transpose(p.input(0)) * (p.adjoint * transpose(p.input(2))));
                 },
                 [](const Pullback& p) {
                     return -(transpose(p.input(1)) * (transpose(p.input(0)) * p.adjoint));
                 }},
    .example = {.operands = {{{2, 3}, {3, 4}, {4, 5}}}},
};

constexpr const Op* foreign[] = {&cube_op, &bump_op, &sandwich_op};

std::vector<const Op*> all_operators() {
    std::vector<const Op*> all(catalogue().begin(), catalogue().end());
    all.insert(all.end(), std::begin(foreign), std::end(foreign));
    return all;
}

}  // namespace

TEST_CASE("labels of local derivatives: those of every operator are its Jacobian, entry by entry") {
    for (const Op* op : all_operators())
        for (const Kind kind : kinds)
            for (const bool is_named : {false, true}) {
                CAPTURE(op->name);
                CAPTURE(kind);
                CAPTURE(is_named);
                // Whole numbers are indices: nothing is computed with them.
                const bool has_indices =
                    std::ranges::any_of(op->example.domains, &Domain::is_whole);
                if (has_indices && kind != Kind::leaf) continue;
                check_example(*op, kind, is_named);
            }
}

TEST_CASE(
    "labels of local derivatives: those in random graphs are the Jacobians of their operators") {
    int checked = 0;
    for (std::uint32_t seed = 1; seed <= test::draws(150); ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed);
        const Expr loss = random.loss();
        std::vector<Expr> all;
        for (std::uint32_t i = 0; i <= index(loss.id); ++i) {
            all.push_back(random.graph.at(NodeId{i}));
            const bool gets_name = i % 3 == 0 && random.graph.operand_count(NodeId{i}) > 0 &&
                                   random.graph.name(NodeId{i}).empty();
            if (gets_name) all.back().named(fmt::format("v{}", i));
        }
        const std::vector<Matrix> values = evaluate(all, random.bindings);
        LabelCheck check(random.graph, std::span(&loss, 1),
                         [&](NodeId node) { return values[index(node)]; });
        for (const NodeId node : ids_of(all))
            for (std::uint32_t slot = 0; slot < random.graph.operand_count(node); ++slot) {
                CAPTURE(random.graph.op(node).name);
                check.check(node, slot, false);
            }
        checked += check.checked;
    }
    CHECK(checked > 20 * static_cast<int>(test::draws(150)));
}

TEST_CASE("labels of local derivatives: what is printed gives the Jacobian when it is read again") {
    int read = 0;
    for (const Op* op : all_operators()) {
        CAPTURE(op->name);
        ExampleNode example(*op, 0, Kind::leaf);
        example.y.named("y");
        LabelCheck check = example.check();
        std::map<std::string, Matrix> names{{"y", evaluate(example.y, example.values)}};
        for (const NodeId x : example.graph.operands(example.y.id))
            names[std::string(example.graph.name(x))] = *example.values.find(example.graph.at(x));
        for (std::uint32_t slot = 0; slot < example.graph.operand_count(example.y.id); ++slot) {
            const LocalDerivative derivative = check.derivative(example.y.id, slot);
            const RichText label = check.text(example.y.id, slot);
            if (derivative.form == Form::nothing || is_named_after_operator(label)) continue;
            const std::string text = as_notation(label);
            CAPTURE(text);
            Applied applied(example.graph, example.y.id, example.value_of());
            for (std::size_t entry = 0; entry < applied.shape().size(); ++entry) {
                CAPTURE(entry);
                const Matrix found = term_read(text, derivative.form, derivative.factor.shape(),
                                               unit(applied.shape(), entry), names);
                // Long numbers are printed with four digits.
                check_close(found, applied.row_by_rule(slot, entry), 1e-3);
            }
            ++read;
        }
    }
    CHECK(read > 60);
}

TEST_CASE("labels of local derivatives: those of most elementwise operators are written out") {
    std::vector<std::string> named;
    for (const Op* op : all_operators()) {
        if (!is_elementwise(op->role)) continue;
        ExampleNode example(*op, 0, Kind::leaf);
        example.y.named("y");
        LabelCheck check = example.check();
        for (std::uint32_t slot = 0; slot < example.graph.operand_count(example.y.id); ++slot)
            if (const RichText label = check.text(example.y.id, slot);
                is_named_after_operator(label))
                named.push_back(to_plain(label));
    }
    CHECK(fmt::format("{}", fmt::join(named, " ")) == "elu′(p) gelu′(p)");
}

}  // namespace revolute
