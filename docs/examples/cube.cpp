// Adding an operator out of tree: y = x^3, in one file.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <iostream>

using namespace revolute;

Expr cube(Operand x);

// y = x o x o x  =>  x_bar = 3 y_bar o x o x.
constinit const Op cube_op{
    .name = "cube",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            for (std::size_t i = 0; i < y.size(); ++i) {
                const double value = x[0].data[i];
                y.data[i] = value * value * value;
            }
        },
    .pullback = {[](const Pullback& p) { return 3.0 * hadamard(p.adjoint, square(p.input(0))); }},
    .text = "#1^3",
    .precedence = Precedence::power,
    .latex = "#1^{3}",
    .example = {.operands = {{{2, 3}}}},
};

Expr cube(Operand x) { return apply(cube_op, {x}); }

int main() {
    Graph graph;
    const Expr x = graph.parameter("x", {2, 1});
    const Expr loss = sum(cube(x));
    const Derivative first = differentiate(loss, {x});
    const Derivative second = differentiate(sum(first[x]), {x});

    Bindings values;
    values.bind(x, Matrix::from_rows({{2.0}, {-1.0}}));
    std::cout << expression(loss, Notation::text).text << '\n';
    std::cout << "first:  " << evaluate(first[x], values)(0, 0) << '\n';
    std::cout << "second: " << evaluate(second[x], values)(0, 0) << '\n';
}
