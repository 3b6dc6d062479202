#include <revolute/graph/graph.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/product.hpp>

#include <fmt/format.h>

namespace revolute {

Expr dense(Operand W, Operand x, Operand b) {
    const auto fits = [&] {
        const Shape w = W.expr.shape(), in = x.expr.shape(), bias = b.expr.shape();
        return w.columns == in.rows && bias == Shape{w.rows, 1};
    };
    for (const Operand& operand : {W, x, b})
        if (operand.expr.graph == nullptr)
            throw GraphError(fmt::format("dense: an operand is empty\n  asked for at {}",
                                         to_string(operand.line)));
    if (!fits()) {
        const auto describe = [](Expr e) { return e.graph->describe(e.id); };
        throw ShapeError(fmt::format(
            "dense: W x + b needs W [n x m], x [m x B] and b [n x 1]\n  W is {}\n  x is {}\n  b is "
            "{}\n  asked for at {}",
            describe(W.expr), describe(x.expr), describe(b.expr), to_string(W.line)));
    }
    const Operand product{matmul(W, x), W.line};
    return product + Operand{add_to_columns(b, product.expr.shape().columns), W.line};
}

}  // namespace revolute
