// docs/check.md: a gradient derived by hand, checked; it forgets the derivative of relu.

#include <revolute/ops/ops.hpp>
#include <revolute/tools/checks/gradient_report.hpp>

#include <iostream>

using namespace revolute;

int main() {
    Graph graph;
    const Expr W = graph.parameter("W", {2, 2});
    const Expr x = graph.input("x", {2, 1});
    const Expr Y = graph.input("Y", {2, 1});
    const Expr loss = mse(relu(W * x), Y);

    Bindings values;
    values.bind(W, Matrix::from_rows({{0.5, 0.25}, {-1.0, 0.5}}));
    values.bind(x, Matrix::from_rows({{1.0}, {0.5}}));
    values.bind(Y, Matrix::from_rows({{1.0}, {0.25}}));

    // By hand, with y = relu(W x) = [0.625; 0]: dW = (y - Y) x'. The second unit is off, so its row
    // must be 0.
    const Matrix dW = Matrix::from_rows({{-0.375, -0.1875}, {-0.25, -0.125}});
    std::cout << to_text(check_gradient(loss, {W}, values, {.gradients = {dW}}));
}
