#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <cstddef>

namespace revolute {

namespace {

constexpr auto take_rows = [](const auto& x, auto y) {
    const auto first = static_cast<std::size_t>(x.attribute(0));
    for (int c = 0; c < y.columns; ++c)
        detail::copy(x[0].column(c).subspan(first, static_cast<std::size_t>(y.rows)), y.column(c));
};

}  // namespace

// y = rows first .. first + count - 1 of x  =>  x_bar = y_bar in those rows, zeros around it.
constinit const Op rows_op{
    .name = "rows",
    .shape = [](const ShapeArguments& x) -> Shape {
        const double first = x.attributes[0], count = x.attributes[1];
        if (first < 0 || count < 1 || first + count > x[0].rows)
            x.fail(fmt::format("the rows must be among 0 to {} ({} from row {} on)", x[0].rows - 1,
                               count, first));
        return {static_cast<int>(count), x[0].columns};
    },
    .operations_per_entry = 0,
    .evaluate = take_rows,
    .fast_matrix = {take_rows, take_rows},
    .pullback = {[](const Pullback& p) {
        return place_rows(p.adjoint, static_cast<int>(p.attribute(0)), p.input().shape().rows);
    }},
    .pushforward = {multilinear},
    .text = "rows(#1, @1, @2)",
    .definition = "@2 rows of #1 from row @1 on",
    .latex = R"(\operatorname{rows}_{@1,@2}\left(#1\right))",
    .example = {.operands = {{{5, 3}}}, .attributes = {1, 2}, .attribute_count = 2},
};

Expr rows(Operand x, int first, int count) {
    return apply(rows_op, {x}, {static_cast<double>(first), static_cast<double>(count)});
}

}  // namespace revolute
