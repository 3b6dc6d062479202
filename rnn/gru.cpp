#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/rnn/gru.hpp>

namespace revolute {

Gru::Gru(Graph& graph, int input, int hidden, Reset reset, std::string_view suffix, SourceLine line)
    : r(graph, input, hidden, "r", suffix, line),
      z(graph, input, hidden, "z", suffix, line),
      n(graph, input, hidden, "n", suffix, line),
      suffix_(suffix) {
    if (reset == Reset::after_product) b_hn = graph.parameter(name("b_hn"), {hidden, 1}, line);
}

std::vector<StateTensor> Gru::state_tensors() const { return {{name("h"), r.U.shape().rows}}; }

std::vector<CellParameter> Gru::parameter_table() const {
    std::vector<CellParameter> table;
    for (const Gate* gate : {&r, &z, &n}) gate->append_to(table);
    if (b_hn)
        table.push_back({.expression = *b_hn,
                         .role = ParameterRole::recurrent_bias,
                         .gate = n.name,
                         .array = "bias_hh"});
    return table;
}

Expr Gru::candidate(Expr x, Expr h, Expr rt) const {
    if (!b_hn) return n(x, hadamard(rt, h));
    const Expr from_input = dense(n.W, x, n.b);
    const Expr from_state = dense(n.U, h, *b_hn);
    return from_input + hadamard(rt, from_state);
}

State Gru::step(Expr x, const State& previous) const {
    const Expr h = previous.front();
    // One statement a node: C++ leaves the order of operands open, and with it the node ids.
    const Expr rt = sigmoid(r(x, h).named(name("a_r"))).named(name("r"));
    const Expr zt = sigmoid(z(x, h).named(name("a_z"))).named(name("z"));
    const Expr nt = tanh(candidate(x, h, rt).named(name("a_n"))).named(name("n"));
    const Expr renewed = hadamard(1.0 - zt, nt);
    const Expr kept = hadamard(zt, h);
    return {(renewed + kept).named(name("h"))};
}

}  // namespace revolute
