#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/rnn/gate.hpp>

#include <fmt/format.h>

namespace revolute {

Expr affine(Expr W, Expr x, Expr U, Expr h, Expr b) {
    // One statement a node: C++ leaves the order of operands open, and with it the node ids.
    const Expr Wx = W * x;
    const Expr Uh = U * h;
    const Expr product = Wx + Uh;
    return product + add_to_columns(b, x.shape().columns);
}

Gate::Gate(Graph& graph, int input, int hidden, std::string_view gate, std::string_view suffix,
           SourceLine line)
    : W(graph.parameter(fmt::format("W{}_{}", suffix, gate), {hidden, input}, line)),
      U(graph.parameter(fmt::format("U{}_{}", suffix, gate), {hidden, hidden}, line)),
      b(graph.parameter(fmt::format("b{}_{}", suffix, gate), {hidden, 1}, line)),
      name(gate) {}

void Gate::append_to(std::vector<CellParameter>& table, double bias_start) const {
    using enum ParameterRole;
    table.push_back({.expression = W, .role = input_weight, .gate = name, .array = "weight_ih"});
    table.push_back(
        {.expression = U, .role = recurrent_weight, .gate = name, .array = "weight_hh"});
    table.push_back(
        {.expression = b, .role = bias, .gate = name, .array = "bias_ih", .start = bias_start});
}

}  // namespace revolute
