#include <revolute/graph/values/error.hpp>
#include <revolute/rnn/stack.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace revolute {

Stack::Stack(std::vector<AnyCell> cells, SourceLine line) : cells_(std::move(cells)) {
    if (cells_.empty())
        throw GraphError(
            fmt::format("stack: needs at least one cell\n  asked for at {}", to_string(line)));
}

std::vector<StateTensor> Stack::state_tensors() const {
    std::vector<StateTensor> all;
    for (auto cell = cells_.rbegin(); cell != cells_.rend(); ++cell) {
        const std::vector<StateTensor> own = cell->state_tensors();
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

std::vector<Expr> Stack::parameters() const { return parameters_of(cells_); }

std::vector<CellParameter> Stack::parameter_table() const {
    std::vector<CellParameter> all = parameter_table_of(cells_);
    for (CellParameter& parameter : all) parameter.array.clear();
    return all;
}

State Stack::step(Expr x, const State& previous) const {
    State all(previous.size());
    std::size_t end = previous.size();  // the bottom cell's tensors are the last
    for (const AnyCell& cell : cells_) {
        const std::size_t first = end - cell.state_tensors().size();
        const State own = cell.step(x, State(previous.begin() + static_cast<std::ptrdiff_t>(first),
                                             previous.begin() + static_cast<std::ptrdiff_t>(end)));
        std::ranges::copy(own, all.begin() + static_cast<std::ptrdiff_t>(first));
        x = own.front();
        end = first;
    }
    return all;
}

}  // namespace revolute
