#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/rnn/read_out.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

int columns_of(const Expr& output) { return output.shape().columns; }

/// Appends the answer to one output, its target where none is given, and its loss, which it
/// returns.
Expr answer(ReadOut& result, Expr output, std::span<const Expr> given, LossKind kind,
            const AnswerLoss& loss) {
    const std::size_t place = result.y.size();
    const Expr y = dense(result.V, output, result.c).named("y");
    const int rows = kind == LossKind::mse ? y.shape().rows : 1;
    const Expr target =
        given.empty() ? output.graph->input("Y", {rows, y.shape().columns}) : given[place];
    result.y.push_back(y);
    result.targets.push_back(target);
    return loss(place, y, target);
}

}  // namespace

AnswerLoss answer_loss(LossKind kind, std::span<const Expr> outputs) {
    const int widest =
        outputs.empty() ? 1 : columns_of(*std::ranges::max_element(outputs, {}, columns_of));
    return [kind, widest](std::size_t, Expr y, Expr target) {
        const Expr loss = kind == LossKind::mse ? mse(y, target) : softmax_cross_entropy(y, target);
        const int columns = columns_of(y);
        return columns == widest ? loss : (static_cast<double>(columns) / widest) * loss;
    };
}

ReadOut read_out_with(std::span<const Expr> outputs, std::span<const Expr> targets, int rows,
                      LossKind kind, const AnswerLoss& loss, SourceLine line) {
    Graph& graph = common_graph("read_out", outputs);
    if (!targets.empty() && targets.size() != outputs.size())
        throw GraphError(
            fmt::format("read_out: needs one target for each output ({} outputs, {} targets)\n  "
                        "asked for at {}",
                        outputs.size(), targets.size(), to_string(line)));
    const Scope made_here(graph, line);
    ReadOut result;
    result.V = graph.parameter("V", {rows, outputs.front().shape().rows}, line);
    result.c = graph.parameter(graph.is_name_of_steps("c") ? "b_y" : "c", {rows, 1}, line);
    if (outputs.size() == 1) {
        result.loss = answer(result, outputs.front(), targets, kind, loss).named("L");
        return result;
    }
    std::vector<Expr> losses;
    for (const Expr& output : outputs) {
        const Scope step = Scope::step_of(output);
        losses.push_back(answer(result, output, targets, kind, loss).named("l"));
    }
    result.loss = accumulate(losses).named("L");
    return result;
}

ReadOut read_out(std::span<const Expr> outputs, int rows, LossKind kind, SourceLine line) {
    return read_out_with(outputs, {}, rows, kind, answer_loss(kind, outputs), line);
}

}  // namespace revolute
