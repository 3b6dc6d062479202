#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/rnn/lstm.hpp>

#include <array>

namespace revolute {

Lstm::Lstm(Graph& graph, int input, int hidden, const LstmOptions& options, SourceLine line)
    : i(graph, input, hidden, "i", options.suffix, line),
      f(graph, input, hidden, "f", options.suffix, line),
      g(graph, input, hidden, "g", options.suffix, line),
      o(graph, input, hidden, "o", options.suffix, line),
      forget_bias_(options.forget_bias),
      suffix_(options.suffix) {
    if (!options.peepholes) return;
    for (const char* gate : {"p_i", "p_f", "p_o"})
        peepholes.push_back(graph.parameter(name(gate), {hidden, 1}, line));
}

std::vector<StateTensor> Lstm::state_tensors() const {
    const int hidden = i.U.shape().rows;
    return {{name("h"), hidden}, {name("c"), hidden}};
}

std::vector<CellParameter> Lstm::parameter_table() const {
    std::vector<CellParameter> table;
    for (const Gate* gate : {&i, &f, &g, &o}) gate->append_to(table, gate == &f ? 1 : 0);
    const std::array seeing{&i, &f, &o};
    for (std::size_t k = 0; k < peepholes.size(); ++k)
        table.push_back({.expression = peepholes[k],
                         .role = ParameterRole::peephole,
                         .gate = seeing[k]->name,
                         .array = "peephole"});
    return table;
}

Expr Lstm::sees(Expr z, std::size_t peephole, Expr c) const {
    if (peepholes.empty()) return z;
    return z + hadamard(add_to_columns(peepholes[peephole], c.shape().columns), c);
}

State Lstm::step(Expr x, const State& previous) const {
    const Expr h_before = previous[0], c_before = previous[1];
    // One statement a node: C++ leaves the order of operands open, and with it the node ids.
    const Expr a_i = sees(i(x, h_before), 0, c_before).named(name("a_i"));
    const Expr it = sigmoid(a_i).named(name("i"));
    Expr a_f = sees(f(x, h_before), 1, c_before);
    if (forget_bias_ != 0.0) a_f = a_f + forget_bias_;
    const Expr ft = sigmoid(a_f.named(name("a_f"))).named(name("f"));
    const Expr gt = tanh(g(x, h_before).named(name("a_g"))).named(name("g"));
    const Expr kept = hadamard(ft, c_before);
    const Expr written = hadamard(it, gt);
    const Expr c = (kept + written).named(name("c"));
    const Expr a_o = sees(o(x, h_before), 2, c).named(name("a_o"));
    const Expr ot = sigmoid(a_o).named(name("o"));
    return {hadamard(ot, tanh(c)).named(name("h")), c};
}

}  // namespace revolute
