#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/lu_decomposition.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <limits>

namespace revolute {

namespace {

double log_determinant_of(const detail::LuDecomposition& lu,
                          detail::LuDecomposition::Outcome outcome) {
    using Outcome = detail::LuDecomposition::Outcome;
    if (outcome == Outcome::complete) return lu.log_determinant();
    return outcome == Outcome::singular ? -std::numeric_limits<double>::infinity()
                                        : std::numeric_limits<double>::quiet_NaN();
}

constexpr auto sum_of_logarithms = []<class Number>(const KernelArguments<Number>& x,
                                                    BasicMatrixView<Number> y) {
    detail::LuDecomposition& lu = detail::LuMemory::of_this_thread().lu;
    const auto outcome = lu.decompose(x[0]);
    y(0, 0) = static_cast<Number>(log_determinant_of(lu, outcome));
};

}  // namespace

// y = log |det A|, so dy = tr(A^-1 dA)  =>  A_bar = y_bar A'^-1.
constinit const Op log_determinant_op{
    .name = "log_determinant",
    .shape = [](const ShapeArguments& x) -> Shape {
        require_square(x);
        return {1, 1};
    },
    .operations_by_size = [](Shape first, Shape) { return std::int64_t{first.rows}; },
    .evaluate = sum_of_logarithms,
    .fast_matrix = {sum_of_logarithms, sum_of_logarithms},
    .pullback = {[](const Pullback& p) {
        return multiply(p.adjoint, transpose(inverse(p.input())));
    }},
    .pushforward = {[](const Pushforward& p) {
        return sum(hadamard(transpose(inverse(p.input())), p.tangent));
    }},
    .definition = "log |det #1|",
    .latex = R"(\log \left|\det #1\right|)",
    .latex_precedence = Precedence::product,
    .example = {.operands = {{{3, 3}}}},
};

Expr log_determinant(Operand A) { return apply(log_determinant_op, {A}); }

}  // namespace revolute
