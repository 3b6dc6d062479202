#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/structure.hpp>
#include <revolute/rnn/layers.hpp>

#include <fmt/format.h>

namespace revolute {

namespace {

Unrolled run(const AnyCell& cell, std::span<const Expr> inputs, InitialState kind, TimeAxis time,
             SourceLine line) {
    Graph& graph = common_graph("unroll", inputs);
    const int batch = inputs.front().shape().columns;
    Initial initial = initial_state(graph, cell.state_tensors(), batch, kind,
                                    time.start(static_cast<int>(inputs.size())), line);
    return unroll(cell, inputs, std::move(initial), time, line);
}

}  // namespace

std::vector<Expr> Layer::parameters() const {
    std::vector<Expr> all;
    for (const AnyCell& cell : cells) {
        const std::vector<Expr> own = cell.parameters();
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

std::vector<Expr> Layer::initial_leaves() const {
    std::vector<Expr> all;
    for (const Unrolled& direction : directions)
        all.insert(all.end(), direction.initial.leaves.begin(), direction.initial.leaves.end());
    return all;
}

Layer unidirectional(AnyCell cell, std::span<const Expr> inputs, InitialState initial, int axis,
                     SourceLine line) {
    Layer layer{{std::move(cell)}, {}, {}};
    layer.directions.push_back(
        run(layer.cells[0], inputs, initial, {axis, Direction::forward}, line));
    for (const State& state : layer.directions[0].states) layer.outputs.push_back(state.front());
    return layer;
}

Layer bidirectional(AnyCell forward, AnyCell backward, std::span<const Expr> inputs,
                    InitialState initial, int axis, SourceLine line) {
    Layer layer = unidirectional(std::move(forward), inputs, initial, axis, line);
    layer.cells.push_back(std::move(backward));
    layer.directions.push_back(
        run(layer.cells[1], inputs, initial, {axis, Direction::backward}, line));
    Graph& graph = *inputs.front().graph;
    const Scope made_here(graph, line);
    for (std::size_t t = 0; t < inputs.size(); ++t) {
        const Scope at_step(graph, Step{axis, static_cast<int>(t)});
        layer.outputs[t] = stack_rows({layer.outputs[t], layer.directions[1].output(t)});
    }
    return layer;
}

std::vector<Expr> residual(std::span<const Expr> inputs, std::span<const Expr> outputs,
                           SourceLine line) {
    if (inputs.size() != outputs.size())
        throw GraphError(
            fmt::format("residual: needs one output for each input ({} inputs, {} outputs)\n  "
                        "asked for at {}",
                        inputs.size(), outputs.size(), to_string(line)));
    Graph& graph = common_graph("residual", inputs);
    const Scope made_here(graph, line);
    std::vector<Expr> sums;
    for (std::size_t t = 0; t < inputs.size(); ++t) {
        const Scope step = Scope::step_of(outputs[t]);
        sums.push_back(outputs[t] + inputs[t]);
    }
    return sums;
}

}  // namespace revolute
