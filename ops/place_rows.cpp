#include <revolute/graph/eigen.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

namespace revolute {

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
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            as_eigen(y).setZero();
            as_eigen(y).middleRows(static_cast<int>(x.attribute(0)), x[0].rows) = as_eigen(x[0]);
        },
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
