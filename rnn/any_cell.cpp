#include <revolute/rnn/any_cell.hpp>

namespace revolute {

std::vector<Expr> parameters_of(std::span<const AnyCell> cells) {
    std::vector<Expr> all;
    for (const AnyCell& cell : cells) {
        const std::vector<Expr> own = cell.parameters();
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

std::vector<CellParameter> parameter_table_of(std::span<const AnyCell> cells) {
    std::vector<CellParameter> all;
    for (const AnyCell& cell : cells) {
        const std::vector<CellParameter> own = cell.parameter_table();
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

}  // namespace revolute
