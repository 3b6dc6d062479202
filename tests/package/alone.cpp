// A program that links one library of tools alone, the one that ALONE_<library> says.
#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>

#include <iostream>

#if defined(ALONE_figures)
#include <revolute/tools/figures/dot.hpp>
#elif defined(ALONE_equations)
#include <revolute/tools/equations/equations.hpp>
#elif defined(ALONE_checks)
#include <revolute/tools/checks/check_gradient.hpp>
#elif defined(ALONE_training)
#include <revolute/tools/training/optimizer.hpp>
#endif

using namespace revolute;

int main() {
    Graph graph;
    const Expr w = graph.parameter("w", {1, 1});
    const Expr loss = square(tanh(w)).named("L");
#if defined(ALONE_figures)
    write_dot(std::cout, joint(differentiate(loss, {w})));
#elif defined(ALONE_equations)
    std::cout << to_text(equations(differentiate(loss, {w})));
#elif defined(ALONE_checks)
    Bindings values;
    values.bind(w, Matrix(1, 1, 0.5));
    return check_gradient(loss, {w}, values).passes() ? 0 : 1;
#elif defined(ALONE_training)
    const Derivative d = differentiate(loss, {w});
    std::cout << clip_by_global_norm(d.gradients(), 1.0).front().shape().rows << '\n';
#endif
}
