#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace revolute {

namespace {

constexpr auto place_columns_in_zeros = [](const auto& x, auto y) {
    const auto first = static_cast<std::size_t>(x.attribute(0)) * static_cast<std::size_t>(y.rows);
    std::ranges::fill(y.values().first(first), 0);
    detail::copy(x[0].values(), y.values().subspan(first, x[0].size()));
    std::ranges::fill(y.values().subspan(first + x[0].size()), 0);
};

}  // namespace

// y = x in the columns from `first` on, zeros around it  =>  x_bar = those columns of y_bar.
constinit const Op place_columns_op{
    .name = "place_columns",
    .shape = [](const ShapeArguments& x) -> Shape {
        const double first = x.attributes[0], total = x.attributes[1];
        if (first < 0 || first + x[0].columns > total)
            x.fail(fmt::format("the place must be among the {} columns ({} from column {} on)",
                               total, x[0].columns, first));
        return {x[0].rows, static_cast<int>(total)};
    },
    .operations_per_entry = 0,
    .evaluate = place_columns_in_zeros,
    .fast_matrix = {place_columns_in_zeros, place_columns_in_zeros},
    .pullback = {[](const Pullback& p) {
        return columns(p.adjoint, static_cast<int>(p.attribute(0)), p.input().shape().columns);
    }},
    .pushforward = {multilinear},
    .text = "place_columns(#1, @1, @2)",
    .definition = "#1 from column @1 on among @2 columns, else 0",
    .latex = R"(\operatorname{place}_{@1,@2}\left(#1\right))",
    .example = {.operands = {{{3, 2}}}, .attributes = {1, 5}, .attribute_count = 2},
};

Expr place_columns(Operand x, int first, int total) {
    return apply(place_columns_op, {x}, {static_cast<double>(first), static_cast<double>(total)});
}

}  // namespace revolute
