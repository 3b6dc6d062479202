// Fast kernels of the catalogue's operators: what they compute is what the reference kernel does, also
// when the result takes the place of an operand.

#include <revolute/graph/leaf.hpp>
#include <revolute/ops/catalogue.hpp>
#include <support/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
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
        std::vector<const Number*> pointers;
        for (std::size_t slot = 0; slot < operands.size(); ++slot)
            pointers.push_back(values[slot].data());
        kernel({pointers, attributes}, values[replaced].data(), shape.size());
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
        CHECK((op->fast.in_double == nullptr) == (op->fast.in_float == nullptr));
        if (op->fast.exist()) CHECK(op->role == Role::elementwise);
    }
}

TEST_CASE("fast kernels: they give what the reference kernel gives, also in place") {
    for (const Op* const op : operators_with_fast_kernels()) {
        CAPTURE(std::string(op->name));
        const Case drawn(*op);
        for (std::size_t replaced = 0; replaced <= drawn.operands.size(); ++replaced) {
            CAPTURE(replaced);
            // One operation on an entry or a few, rounded once each.
            CHECK(relative_difference(drawn.by(op->fast.in_double, replaced), drawn.expected) <=
                  1e-15);
            CHECK(relative_difference(drawn.by(op->fast.in_float, replaced), drawn.expected) <=
                  5e-7);
        }
    }
}
