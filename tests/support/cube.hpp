#pragma once

#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>

// An operator of somebody else's.

namespace revolute::test {

/// y = x^3, which leaves its pushforward rule out.
inline constinit const Op cube_op{
    .name = "cube",
    .shape = [](const ShapeArguments& x) { return x[0]; },
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (std::size_t i = 0; i < y.size(); ++i)
                y.data[i] = x[0].data[i] * x[0].data[i] * x[0].data[i];
        },
    .pullback = {[](const Pullback& p) { return 3 * hadamard(p.adjoint, square(p.input())); }},
    .example = {.operands = {{{2, 3}}}},
};

}  // namespace revolute::test
