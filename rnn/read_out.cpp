#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/rnn/read_out.hpp>

namespace revolute {

namespace {

/// Appends the answer to one output, its target and its loss, and returns the loss.
Expr answer(ReadOut& result, Expr output, LossKind kind) {
    Graph& graph = *output.graph;
    const Expr y = dense(result.V, output, result.c).named("y");
    const int rows = kind == LossKind::mse ? y.shape().rows : 1;
    const Expr target = graph.input("Y", {rows, y.shape().columns});
    result.y.push_back(y);
    result.targets.push_back(target);
    return kind == LossKind::mse ? mse(y, target) : softmax_cross_entropy(y, target);
}

}  // namespace

ReadOut read_out(std::span<const Expr> outputs, int rows, LossKind kind, SourceLine line) {
    Graph& graph = common_graph("read_out", outputs);
    const Scope made_here(graph, line);
    ReadOut result;
    result.V = graph.parameter("V", {rows, outputs.front().shape().rows});
    result.c = graph.parameter("c", {rows, 1});
    if (outputs.size() == 1) {
        result.loss = answer(result, outputs.front(), kind).named("L");
        return result;
    }
    std::vector<Expr> losses;
    for (const Expr& output : outputs) {
        const Scope step = Scope::step_of(output);
        losses.push_back(answer(result, output, kind).named("l"));
    }
    result.loss = accumulate(losses).named("L");
    return result;
}

}  // namespace revolute
