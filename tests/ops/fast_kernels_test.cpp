// Fast kernels of the catalogue's operators: what they compute is what the reference kernel does,
// also when the result takes the place of an operand, of special values and in all sizes.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/catalogue.hpp>
#include <support/on_every_target.hpp>
#include <support/random_graph.hpp>
#include <support/vector_accuracy.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

using namespace revolute;

namespace {

constexpr Shape shape{7, 19};  // more entries than a block of any kernel, and no multiple of one

std::vector<const Op*> operators_with_fast_kernels() {
    std::vector<const Op*> all{&accumulate_op};
    std::ranges::copy_if(catalogue(), std::back_inserter(all),
                         [](const Op* op) { return op->fast.exist() && op != &accumulate_op; });
    return all;
}

/// The operator's operands, drawn from its domains, and their result by the reference kernel.
struct Case {
    explicit Case(const Op& op)
        : attributes(op.example.attributes.begin(),
                     op.example.attributes.begin() + op.example.attribute_count) {
        test::Random random(11);
        const std::size_t count = op.arity == variadic ? 4 : op.arity;
        for (std::size_t slot = 0; slot < count; ++slot) {
            const Domain domain = op.example.domains[slot % 4];
            operands.push_back(random.matrix(shape));
            for (double& value : operands.back().values())
                value = domain.low + (domain.high - domain.low) * (value + 1) / 2;
        }
        const std::vector<ConstMatrixView> views(operands.begin(), operands.end());
        expected = Matrix(shape);
        op.evaluate({views, attributes}, expected);
    }

    /// What the kernel gives; into the place of operand `replaced`, where that is one.
    template <class Number>
    Matrix by(EntryKernel<Number> kernel, std::size_t replaced) const {
        std::vector<std::vector<Number>> values;
        for (const Matrix& operand : operands)
            values.emplace_back(operand.values().begin(), operand.values().end());
        values.emplace_back(shape.size());
        std::vector<Columns<const Number>> columns;
        for (std::size_t slot = 0; slot < operands.size(); ++slot)
            columns.emplace_back(values[slot].data());
        kernel({columns, attributes}, values[replaced].data(), shape.size());
        return Matrix(shape.rows, shape.columns,
                      std::vector<double>(values[replaced].begin(), values[replaced].end()));
    }

    std::vector<double> attributes;
    std::vector<Matrix> operands;
    Matrix expected;
};

}  // namespace

TEST_CASE(
    "fast kernels: each operator but the product has those of its kind, in both kinds of numbers") {
    for (const Op* const op : catalogue()) {
        CAPTURE(std::string(op->name));
        const FastKernels of_entries = op->fast.here();
        const MatrixKernels of_matrices = op->fast_matrix.here();
        const bool has_entries = is_elementwise(op->role);
        const bool has_matrices = !has_entries && op->role != Role::product;
        CHECK((of_entries.in_double != nullptr) == has_entries);
        CHECK((of_entries.in_float != nullptr) == has_entries);
        CHECK((of_matrices.in_double != nullptr) == has_matrices);
        CHECK((of_matrices.in_float != nullptr) == has_matrices);
    }
}

TEST_CASE("fast kernels: they give what the reference kernel gives, also in place") {
    for (const Op* const op : operators_with_fast_kernels()) {
        CAPTURE(std::string(op->name));
        const Case drawn(*op);
        for (std::size_t replaced = 0; replaced <= drawn.operands.size(); ++replaced) {
            CAPTURE(replaced);
            // Either kernel is off by 4 ulp at most, and in float the operands are rounded.
            CHECK(relative_difference(drawn.by(op->fast.here().in_double, replaced),
                                      drawn.expected) <= 2e-15);
            CHECK(relative_difference(drawn.by(op->fast.here().in_float, replaced),
                                      drawn.expected) <= 1e-6);
        }
    }
}

namespace {

/// All combinations of special values, entry by entry, as floats, and each operand's.
std::vector<std::vector<double>> special_operands(std::size_t count) {
    const std::vector<float> values = test::special_values<float>();
    std::size_t combinations = 1;
    for (std::size_t slot = 0; slot < count; ++slot) combinations *= values.size();
    std::vector<std::vector<double>> operands(count);
    for (std::size_t i = 0; i < combinations; ++i)
        for (std::size_t slot = 0, rest = i; slot < count; ++slot, rest /= values.size())
            operands[slot].push_back(values[rest % values.size()]);
    return operands;
}

template <class Number>
std::vector<Number> by(EntryKernel<Number> kernel, const std::vector<std::vector<double>>& operands,
                       std::span<const double> attributes) {
    std::vector<std::vector<Number>> values;
    std::vector<Columns<const Number>> columns;
    for (const std::vector<double>& operand : operands)
        values.emplace_back(operand.begin(), operand.end());
    for (const std::vector<Number>& operand : values) columns.emplace_back(operand.data());
    std::vector<Number> y(operands.front().size());
    kernel({columns, attributes}, y.data(), y.size());
    return y;
}

}  // namespace

TEST_CASE("fast kernels: of special values they give what the reference kernel gives") {
    for (const Op* const op : operators_with_fast_kernels()) {
        CAPTURE(std::string(op->name));
        const std::vector<std::vector<double>> operands =
            special_operands(op->arity == variadic ? 2 : op->arity);
        const auto size = static_cast<int>(operands.front().size());
        std::vector<ConstMatrixView> views;
        for (const std::vector<double>& operand : operands)
            views.push_back({operand.data(), size, 1});
        const std::span attributes(op->example.attributes.data(), op->example.attribute_count);
        Matrix expected(size, 1);
        op->evaluate({views, attributes}, expected);
        test::on_every_target([&] {
            const auto in_double = by(op->fast.here().in_double, operands, attributes);
            const auto in_float = by(op->fast.here().in_float, operands, attributes);
            for (int i = 0; i < size; ++i) {
                for (const std::vector<double>& operand : operands)
                    CAPTURE(operand[static_cast<std::size_t>(i)]);
                const double exact = expected(i, 0);
                const double of_doubles = in_double[static_cast<std::size_t>(i)];
                const float of_floats = in_float[static_cast<std::size_t>(i)];
                CAPTURE(exact);
                CAPTURE(of_doubles);
                CAPTURE(of_floats);
                // The reference kernel is off by some ulp, too; numbers that only double holds are
                // rounded.
                const bool is_near = std::abs(of_doubles - exact) <= 1e-14 * std::abs(exact);
                CHECK((test::bits(of_doubles) == test::bits(exact) || is_near ||
                       (std::isnan(exact) && std::isnan(of_doubles))));
                CHECK(test::is_within_4_ulp(of_floats, exact));
            }
        });
    }
}

namespace {

/// The operator's example with all sizes but 1 so many times as large, and attributes, where they
/// are sizes, too.
struct MatrixCase {
    MatrixCase(const Op& op, int factor) {
        test::Random random(13);
        std::vector<Operand> operands;
        const std::size_t count = op.arity == variadic ? 3 : op.arity;
        for (std::size_t slot = 0; slot < count; ++slot) {
            Shape of_operand = op.example.operands[slot];
            if (of_operand.rows > 1) of_operand.rows *= factor;
            if (of_operand.columns > 1) of_operand.columns *= factor;
            inputs.push_back(graph.input(fmt::format("x{}", slot), of_operand));
            operands.emplace_back(inputs.back());
            Matrix value = random.matrix(of_operand);
            const Domain domain = op.example.domains[slot];
            for (double& entry : value.values()) {
                entry = domain.low + (domain.high - domain.low) * (entry + 1) / 2;
                entry = domain.is_whole ? std::floor(entry) : static_cast<float>(entry);
            }
            values.push_back(value);
            bindings.bind(inputs.back(), value);
        }
        std::vector<double> attributes(op.example.attributes.begin(),
                                       op.example.attributes.begin() + op.example.attribute_count);
        const bool are_sizes = std::ranges::all_of(
            attributes, [](double attribute) { return attribute == std::floor(attribute); });
        for (double& attribute : attributes)
            if (are_sizes) attribute *= factor;
        y = apply_to_all(op, operands, attributes);
    }

    Graph graph;
    std::vector<Expr> inputs;
    std::vector<Matrix> values;
    Bindings bindings;
    Expr y;
};

}  // namespace

TEST_CASE("fast kernels: those of matrices give what the reference kernel gives, at any size") {
    for (const Op* const op : catalogue()) {
        if (!op->fast_matrix.exist()) continue;
        CAPTURE(std::string(op->name));
        for (const int factor : {1, 3, 17}) {
            CAPTURE(factor);
            const MatrixCase drawn(*op, factor);
            const Matrix expected = evaluate(drawn.y, drawn.bindings);
            for (const Precision precision : {Precision::float64, Precision::float32}) {
                Program program = compile(std::array{drawn.y}, {.precision = precision});
                for (std::size_t slot = 0; slot < drawn.inputs.size(); ++slot)
                    program.bind(drawn.inputs[slot], drawn.values[slot]);
                program.run();
                // Sums are added up in another order.
                const double rounding = precision == Precision::float64 ? 1e-14 : 1e-6;
                CHECK(relative_difference(program.value(0), expected) <= rounding);
            }
        }
    }
}

namespace {

/// The expression's nodes, one for each operator, on those operands.
Expr built(Graph& graph, const ExpressionKernels& kernels, std::span<const Expr> operands) {
    std::vector<Expr> stack;
    for (std::size_t i = kernels.expression.size(); i-- > 0;) {
        const ExpressionToken& token = kernels.expression[i];
        switch (token.kind) {
            case ExpressionToken::Kind::operand:
                stack.push_back(operands[token.slot]);
                break;
            case ExpressionToken::Kind::number:
                stack.push_back(graph.constant(token.number, operands.front().shape()));
                break;
            case ExpressionToken::Kind::op: {
                std::vector<Operand> own;
                for (std::uint32_t slot = 0; slot < token.op->arity; ++slot) {
                    own.emplace_back(stack.back());
                    stack.pop_back();
                }
                stack.push_back(apply_to_all(*token.op, own));
                break;
            }
        }
    }
    REQUIRE(stack.size() == 1);
    return stack.back();
}

}  // namespace

TEST_CASE("fast kernels: those of expressions give what their operators give one after another") {
    std::size_t checked = 0;
    for (const Op* const op : catalogue())
        for (const ExpressionKernels& kernels : op->combined) {
            CAPTURE(std::string(kernels.name));
            REQUIRE(kernels.expression.front().op == op);
            Graph graph;
            test::Random random(5);
            Bindings values;
            std::vector<Expr> operands;
            std::vector<Matrix> matrices;
            for (std::uint32_t slot = 0; slot < kernels.operands; ++slot) {
                operands.push_back(graph.input(fmt::format("x{}", slot), {3, 5}));
                matrices.push_back(random.matrix({3, 5}));
                values.bind(operands.back(), matrices.back());
            }
            const Expr expression = built(graph, kernels, operands);
            const Matrix expected = evaluate(expression, values);
            std::vector<Columns<const double>> columns;
            for (const Matrix& matrix : matrices) columns.emplace_back(matrix.data());
            Matrix y(3, 5);
            kernels.fast.here().in_double({columns, {}}, y.data(), 15);
            CHECK(relative_difference(y, expected) <= 1e-15);

            // A program finds it.
            Program program = compile(std::array{expression});
            for (std::size_t slot = 0; slot < operands.size(); ++slot)
                program.bind(operands[slot], matrices[slot]);
            program.run();
            CHECK(relative_difference(program.value(0), expected) <= 1e-15);
            CHECK(explain(program).find(kernels.name) != std::string::npos);
            ++checked;
        }
    CHECK(checked >= 2);
}

namespace {

Shape shape_of_operand(const ShapeArguments& x) { return x[0]; }

/// Reference kernels that are seen to have run.
void write_zeros(const Arguments&, MatrixView y) { std::ranges::fill(y.values(), 0.0); }

// y = x upside down, times k.
constexpr auto turn_columns = [](const auto& x, auto y) {
    for (int c = 0; c < y.columns; ++c)
        for (int r = 0; r < y.rows; ++r)
            y(r, c) = x[0](y.rows - 1 - r, c) *
                      static_cast<std::remove_pointer_t<decltype(y.data)>>(x.attribute(0));
};

constinit const Op turned_op{
    .name = "turned",
    .shape = shape_of_operand,
    .evaluate = write_zeros,
    .fast_matrix = {turn_columns, turn_columns},
};

// y = x + k.
template <class Number>
void add_attribute(const EntryArguments<Number>& x, Columns<Number> y, ColumnExtent extent) {
    for (std::size_t column = 0; column < extent.columns; ++column)
        for (std::size_t i = 0; i < extent.entries; ++i)
            y[column][i] = x[0][column][i] + static_cast<Number>(x.attributes[0]);
}

constinit const Op plus_attribute_op{
    .name = "plus_attribute",
    .shape = shape_of_operand,
    .role = Role::elementwise,
    .evaluate = write_zeros,
    .fast = {add_attribute<double>, add_attribute<float>},
};

/// The operator on [3 x 2] at four steps, whose attribute is t + 1, in a program: each step's
/// value.
std::vector<Matrix> by_program(const Op& op, Precision precision) {
    Graph graph;
    const Matrix value(3, 2, {1, 2, 3, 4, 5, 6});
    const Expr x = graph.input("x", value.shape());
    std::vector<Expr> steps;
    for (int t = 0; t < 4; ++t) {
        const Scope at(graph, Step{0, t});
        steps.push_back(apply(op, {x}, {t + 1.0}));
    }
    Program program = compile(steps, {.precision = precision});
    CHECK(explain(program).find("reference kernel") == std::string::npos);
    program.bind(x, value);
    program.run();
    std::vector<Matrix> values;
    for (std::size_t t = 0; t < steps.size(); ++t) {
        const ConstMatrixView y = program.value(t);
        values.emplace_back(y.rows, y.columns,
                            std::vector<double>(y.values().begin(), y.values().end()));
    }
    return values;
}

}  // namespace

TEST_CASE("fast kernels: those of an operator from outside run, with the attributes of each step") {
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        const std::vector<Matrix> turned = by_program(turned_op, precision);
        const std::vector<Matrix> sums = by_program(plus_attribute_op, precision);
        for (std::size_t t = 0; t < 4; ++t) {
            const double k = static_cast<double>(t) + 1;
            CHECK(turned[t] == Matrix(3, 2, {3 * k, 2 * k, k, 6 * k, 5 * k, 4 * k}));
            CHECK(sums[t] == Matrix(3, 2, {1 + k, 2 + k, 3 + k, 4 + k, 5 + k, 6 + k}));
        }
    }
}
