#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <cstddef>

namespace revolute {

namespace {

constexpr auto take_columns = [](const auto& x, auto y) {
    const auto first = static_cast<std::size_t>(x.attribute(0)) * static_cast<std::size_t>(y.rows);
    detail::copy(x[0].values().subspan(first, y.size()), y.values());
};

}  // namespace

// y = columns first .. first + count - 1 of x  =>  x_bar = y_bar in those columns, zeros around it.
constinit const Op columns_op{
    .name = "columns",
    .shape = [](const ShapeArguments& x) -> Shape {
        const double first = x.attributes[0], count = x.attributes[1];
        if (first < 0 || count < 1 || first + count > x[0].columns)
            x.fail(fmt::format("the columns must be among 0 to {} ({} from column {} on)",
                               x[0].columns - 1, count, first));
        return {x[0].rows, static_cast<int>(count)};
    },
    .operations_per_entry = 0,
    .evaluate = take_columns,
    .fast_matrix = {take_columns, take_columns},
    .pullback = {[](const Pullback& p) {
        return place_columns(p.adjoint, static_cast<int>(p.attribute(0)),
                             p.input().shape().columns);
    }},
    .pushforward = {multilinear},
    .text = "columns(#1, @1, @2)",
    .definition = "@2 columns of #1 from column @1 on",
    .latex = R"(\operatorname{columns}_{@1,@2}\left(#1\right))",
    .example = {.operands = {{{3, 5}}}, .attributes = {1, 2}, .attribute_count = 2},
};

Expr columns(Operand x, int first, int count) {
    return apply(columns_op, {x}, {static_cast<double>(first), static_cast<double>(count)});
}

}  // namespace revolute
