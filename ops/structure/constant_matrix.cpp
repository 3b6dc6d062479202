#include <revolute/graph/graph.hpp>
#include <revolute/ops/structure.hpp>

#include <algorithm>
#include <vector>

namespace revolute {

Expr constant_matrix(Graph& graph, const Matrix& values, SourceLine line) {
    const auto entries = values.values();
    // One number in every entry prints as that number. A matrix without entries is refused.
    const double first = entries.empty() ? 0 : entries.front();
    if (std::ranges::all_of(entries, [first](double value) { return value == first; }))
        return graph.constant(first, values.shape(), line);
    std::vector<Expr> rows;
    rows.reserve(static_cast<std::size_t>(values.rows()));
    for (int r = 0; r < values.rows(); ++r) {
        std::vector<Expr> row;
        row.reserve(static_cast<std::size_t>(values.columns()));
        for (int c = 0; c < values.columns(); ++c)
            row.push_back(graph.constant(values(r, c), {}, line));
        rows.push_back(row.size() == 1 ? row.front() : stack_columns(row, line));
    }
    return rows.size() == 1 ? rows.front() : stack_rows(rows, line);
}

}  // namespace revolute
