#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/elementary.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace revolute {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

// y = min(max(x, low), high) => x_bar = y_bar where low < x < high; at the bounds the derivative is
// 0. A bound that is infinite is none: the derivative there is what it is before, 1.
constinit const Op clamp_op{
    .name = "clamp",
    .shape =
        [](const ShapeArguments& x) {
            if (!(x.attributes[0] <= x.attributes[1]))
                x.fail(fmt::format("the lower bound must not be above the upper one ({} and {})",
                                   x.attributes[0], x.attributes[1]));
            return x[0];
        },
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            const double low = x.attribute(0), high = x.attribute(1);
            std::ranges::transform(x[0].values(), y.data, [&](double z) {
                return z < low ? low : z > high ? high : z;
            });
        },
    .fast = vector_math::fast<vector_math::Choice::clamp>,
    .pullback = {[](const Pullback& p) {
        const double low = p.attribute(0), high = p.attribute(1);
        Expr x_bar = p.adjoint;
        if (low > -infinity) x_bar = hadamard(x_bar, exceeds(p.input(), constant_like(x_bar, low)));
        if (high < infinity)
            x_bar = hadamard(x_bar, exceeds(constant_like(x_bar, high), p.input()));
        return x_bar;
    }},
    .definition = "@1 where #1 < @1, @2 where #1 > @2, else #1",
    .latex = R"(\operatorname{clamp}_{@1}^{@2}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}, .attributes = {-1, 0.5}, .attribute_count = 2},
};

Expr clamp(Operand x, double low, double high) { return apply(clamp_op, {x}, {low, high}); }

}  // namespace revolute
