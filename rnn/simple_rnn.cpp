#include <revolute/rnn/gate.hpp>
#include <revolute/rnn/simple_rnn.hpp>

namespace revolute {

SimpleRnn::SimpleRnn(Graph& graph, int input, int hidden, Activation f, std::string_view suffix,
                     SourceLine line)
    : W(graph.parameter(with_suffix("W", suffix), {hidden, input}, line)),
      U(graph.parameter(with_suffix("U", suffix), {hidden, hidden}, line)),
      b(graph.parameter(with_suffix("b", suffix), {hidden, 1}, line)),
      f_(f),
      z_(with_suffix("z", suffix)),
      h_(with_suffix("h", suffix)) {}

std::vector<CellParameter> SimpleRnn::parameter_table() const {
    return {{.expression = W, .role = ParameterRole::input_weight, .array = "weight_ih"},
            {.expression = U, .role = ParameterRole::recurrent_weight, .array = "weight_hh"},
            {.expression = b, .role = ParameterRole::bias, .array = "bias_ih"}};
}

State SimpleRnn::step(Expr x, const State& previous) const {
    const Expr z = affine(W, x, U, previous.front(), b).named(z_);
    return {f_(z).named(h_)};
}

}  // namespace revolute
