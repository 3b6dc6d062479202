#include <revolute/graph/eigen.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <algorithm>

namespace revolute {

// y(r, c) = 1 where x(r, c) is the first of the largest entries of column c, else 0.
constinit const Op first_column_max_op{
    .name = "first_column_max",
    .shape = same_as_input,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            as_eigen(y).setZero();
            const auto rows = static_cast<std::size_t>(y.rows);
            for (std::size_t begin = 0; begin < y.size(); begin += rows) {
                const auto column = x[0].values().subspan(begin, rows);
                const auto largest = std::ranges::max_element(column);
                y.data[begin + static_cast<std::size_t>(largest - column.begin())] = 1.0;
            }
        },
    .pullback = {zero_derivative},
    .latex = R"(\operatorname{firstmax}\left(#1\right))",
    .example = {.operands = {{{4, 3}}}},
};

Expr first_column_max(Operand x) { return apply(first_column_max_op, {x}); }

}  // namespace revolute
