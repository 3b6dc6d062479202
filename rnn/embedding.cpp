#include <revolute/graph/graph.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/rnn/embedding.hpp>

#include <array>

namespace revolute {

Embedding::Embedding(Graph& graph, int vocabulary, int size, std::string_view name, SourceLine line)
    : table(graph.parameter(name, {size, vocabulary}, line)) {}

Expr Embedding::operator()(Expr indices, SourceLine line) const {
    Graph& graph = common_graph("embedding", std::array{table, indices});
    const Scope made_here(graph, line);
    const Scope step = Scope::step_of(indices);
    return gather_columns(table, indices).named("e");
}

std::vector<Expr> Embedding::operator()(std::span<const Expr> indices, SourceLine line) const {
    std::vector<Expr> vectors;
    vectors.reserve(indices.size());
    for (const Expr& at_step : indices) vectors.push_back((*this)(at_step, line));
    return vectors;
}

}  // namespace revolute
