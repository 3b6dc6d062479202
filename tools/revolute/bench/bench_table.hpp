#pragma once

#include <revolute/graph/program/program.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <optional>
#include <vector>

namespace revolute {

/// Which rows `bench --table` measures; each for every size of docs/performance.md.
struct BenchTable {
    std::vector<CellKind> cells;
    std::vector<Precision> precisions;
    std::optional<int>
        repetitions;  ///< of each row; as many as half a second has room for where nothing is said
    bool json = false;
};

/// Measures and prints the table: programs beside the code by hand, and what makes this computer's
/// times odd. The text is Markdown, the tables of docs/performance.md. Throws as
/// hand::require_openblas does.
void print_bench_table(const BenchTable& table);

}  // namespace revolute
