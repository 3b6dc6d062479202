#include <revolute/ops/detail/copy.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace revolute {

namespace {

constexpr auto place_rows_in_zeros = [](const auto& x, auto y) {
    const auto first = static_cast<std::size_t>(x.attribute(0));
    const auto rows = static_cast<std::size_t>(x[0].rows);
    std::ranges::fill(y.values(), 0);
    for (int c = 0; c < y.columns; ++c)
        detail::copy(x[0].column(c), y.column(c).subspan(first, rows));
};

}  // namespace

// y = x in the rows from `first` on, zeros around it  =>  x_bar = those rows of y_bar.
constinit const Op place_rows_op{
    .name = "place_rows",
    .shape = [](const ShapeArguments& x) -> Shape {
        const double first = x.attributes[0], total = x.attributes[1];
        if (first < 0 || first + x[0].rows > total)
            x.fail(fmt::format("the place must be among the {} rows ({} from row {} on)", total,
                               x[0].rows, first));
        return {static_cast<int>(total), x[0].columns};
    },
    .operations_per_entry = 0,
    .evaluate = place_rows_in_zeros,
    .fast_matrix = {place_rows_in_zeros, place_rows_in_zeros},
    .pullback = {[](const Pullback& p) {
        return rows(p.adjoint, static_cast<int>(p.attribute(0)), p.input().shape().rows);
    }},
    .pushforward = {multilinear},
    .text = "place_rows(#1, @1, @2)",
    .definition = "#1 from row @1 on among @2 rows, else 0",
    .latex = R"(\operatorname{place}_{@1,@2}\left(#1\right))",
    .example = {.operands = {{{2, 3}}}, .attributes = {1, 5}, .attribute_count = 2},
};

Expr place_rows(Operand x, int first, int total) {
    return apply(place_rows_op, {x}, {static_cast<double>(first), static_cast<double>(total)});
}

}  // namespace revolute
