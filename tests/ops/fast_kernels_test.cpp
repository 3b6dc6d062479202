// Fast kernels of the catalogue's operators: what they compute is what the reference kernel does, also
// when the result takes the place of an operand.

#include <revolute/graph/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/ops/catalogue.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
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

TEST_CASE("fast kernels: elementwise operators alone have them, both or none") {
    for (const Op* const op : catalogue()) {
        CAPTURE(std::string(op->name));
        CHECK((op->fast.here().in_double == nullptr) == (op->fast.here().in_float == nullptr));
        if (op->fast.exist()) CHECK(is_elementwise(op->role));
    }
}

TEST_CASE("fast kernels: they give what the reference kernel gives, also in place") {
    for (const Op* const op : operators_with_fast_kernels()) {
        CAPTURE(std::string(op->name));
        const Case drawn(*op);
        for (std::size_t replaced = 0; replaced <= drawn.operands.size(); ++replaced) {
            CAPTURE(replaced);
            // One operation on an entry or a few, rounded once each.
            CHECK(relative_difference(drawn.by(op->fast.here().in_double, replaced),
                                      drawn.expected) <= 1e-15);
            CHECK(relative_difference(drawn.by(op->fast.here().in_float, replaced),
                                      drawn.expected) <= 5e-7);
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
