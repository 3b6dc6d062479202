#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/structure.hpp>
#include <revolute/rnn/layers.hpp>

#include <fmt/format.h>

namespace revolute {

namespace {

/// What the layers of a net are laid over: the same for both directions.
struct Sequence {
    std::span<const Expr> inputs;
    const Lengths* lengths;  ///< of a padded batch, else none
    InitialState initial;
    int axis;
    SourceLine line;
};

Unrolled run(const AnyCell& cell, const Sequence& over, Direction direction) {
    Graph& graph = common_graph("unroll", over.inputs);
    const int batch = over.inputs.front().shape().columns;
    const TimeAxis time{over.axis, direction};
    Initial initial = initial_state(graph, cell.state_tensors(), batch, over.initial,
                                    time.start(static_cast<int>(over.inputs.size())), over.line);
    if (over.lengths == nullptr)
        return unroll(cell, over.inputs, std::move(initial), time, over.line);
    return unroll_masked(cell, over.inputs, *over.lengths, std::move(initial), time, over.line);
}

Layer one_direction(AnyCell cell, const Sequence& over) {
    Layer layer{{std::move(cell)}, {}, {}};
    layer.directions.push_back(run(layer.cells[0], over, Direction::forward));
    layer.outputs = layer.directions[0].outputs();
    return layer;
}

Layer two_directions(AnyCell forward, AnyCell backward, const Sequence& over) {
    Layer layer = one_direction(std::move(forward), over);
    layer.cells.push_back(std::move(backward));
    layer.directions.push_back(run(layer.cells[1], over, Direction::backward));
    Graph& graph = *over.inputs.front().graph;
    const Scope made_here(graph, over.line);
    for (std::size_t t = 0; t < over.inputs.size(); ++t) {
        const Scope at_step(graph, Step{over.axis, static_cast<int>(t)});
        layer.outputs[t] = stack_rows({layer.outputs[t], layer.directions[1].output(t)});
    }
    return layer;
}

}  // namespace

std::vector<Expr> Layer::parameters() const { return parameters_of(cells); }

std::vector<CellParameter> Layer::parameter_table() const { return parameter_table_of(cells); }

std::vector<Expr> Layer::initial_leaves() const {
    std::vector<Expr> all;
    for (const Unrolled& direction : directions)
        all.insert(all.end(), direction.initial.leaves.begin(), direction.initial.leaves.end());
    return all;
}

Layer unidirectional(AnyCell cell, std::span<const Expr> inputs, InitialState initial, int axis,
                     SourceLine line) {
    return one_direction(std::move(cell), {inputs, nullptr, initial, axis, line});
}

Layer unidirectional(AnyCell cell, std::span<const Expr> inputs, const Lengths& lengths,
                     InitialState initial, int axis, SourceLine line) {
    return one_direction(std::move(cell), {inputs, &lengths, initial, axis, line});
}

Layer bidirectional(AnyCell forward, AnyCell backward, std::span<const Expr> inputs,
                    InitialState initial, int axis, SourceLine line) {
    return two_directions(std::move(forward), std::move(backward),
                          {inputs, nullptr, initial, axis, line});
}

Layer bidirectional(AnyCell forward, AnyCell backward, std::span<const Expr> inputs,
                    const Lengths& lengths, InitialState initial, int axis, SourceLine line) {
    return two_directions(std::move(forward), std::move(backward),
                          {inputs, &lengths, initial, axis, line});
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
