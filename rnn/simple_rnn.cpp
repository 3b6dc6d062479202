#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/rnn/simple_rnn.hpp>

namespace revolute {

SimpleRnn::SimpleRnn(Graph& graph, int input, int hidden, Activation f, SourceLine line)
    : W(graph.parameter("W", {hidden, input}, line)),
      U(graph.parameter("U", {hidden, hidden}, line)),
      b(graph.parameter("b", {hidden, 1}, line)),
      f_(f) {}

State SimpleRnn::step(Expr x, const State& previous) const {
    // One statement a node: C++ leaves the order of operands open, and with it the node ids.
    const Expr Wx = W * x;
    const Expr Uh = U * previous.front();
    const Expr product = Wx + Uh;
    const Expr z = (product + add_to_columns(b, x.shape().columns)).named("z");
    return {f_(z).named("h")};
}

}  // namespace revolute
