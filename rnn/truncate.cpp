#include <revolute/ops/structure.hpp>
#include <revolute/rnn/truncate.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

/// The steps begin, ..., end - 1, whose losses one backward pass takes up, and the first step that
/// it reaches. Steps are counted in the order in which the recurrence does them.
struct Chunk {
    std::size_t begin, end, first;
};

void require_positive(std::string_view subject, Truncation cuts, SourceLine line) {
    if (cuts.every < 1 || cuts.window < 1)
        throw GraphError(
            fmt::format("{}: the cuts must be every 1 step or more, the window 1 step or more "
                        "(every {}, window "
                        "{})\n  asked for at {}",
                        subject, cuts.every, cuts.window, to_string(line)));
}

std::vector<Chunk> chunks(Truncation cuts, std::size_t steps) {
    const auto every = static_cast<std::size_t>(cuts.every);
    const auto window = static_cast<std::size_t>(cuts.window);
    std::vector<Chunk> result;
    for (std::size_t begin = 0; begin < steps; begin += every) {
        const std::size_t end = std::min(begin + every, steps);
        result.push_back({begin, end, end > window ? end - window : 0});
    }
    return result;
}

/// The recurrence of one chunk after another.
class TruncatedRun {
 public:
    TruncatedRun(const AnyCell& cell, Unrolled& result, TimeAxis time)
        : graph_(*result.inputs.front().graph),
          cell_(cell),
          tensors_(cell.state_tensors()),
          result_(result),
          time_(time) {}

    void unroll(const Chunk& chunk) {
        // With nothing to cut, the pass goes on where the one before it ended.
        const std::size_t from =
            chunk.first == 0 ? chunk.begin : std::min(chunk.first, chunk.begin);
        State state = from == 0 ? result_.initial.state : at(from - 1);
        for (std::size_t i = from; i < chunk.end; ++i) {
            const std::size_t t = time_.place(i, result_.inputs.size());
            const Step at_t{time_.number, static_cast<int>(t)};
            const Scope at_step(graph_, at_t);
            // What is in no window is cut already, as the state of its step.
            if (i > 0 && i == chunk.first && i <= chunk.begin) state = cut(state);
            const Expr x = result_.inputs[t];
            state = cell_.step(x, for_columns(state, result_.initial, x.shape().columns));
            require_state("truncate", state, tensors_, x.shape().columns, at_t);
            if (i < chunk.first) state = cut(state);
            if (i >= chunk.begin) result_.states[t] = state;
        }
    }

 private:
    /// The state as a constant to differentiation; its tensors h(t), ... are called h_cut(t), ...
    State cut(const State& state) const {
        State result;
        for (std::size_t k = 0; k < state.size(); ++k) {
            const Scope step = Scope::step_of(state[k]);
            result.push_back(
                stop_gradient(state[k]).named(fmt::format("{}_cut", tensors_[k].name)));
        }
        return result;
    }
    const State& at(std::size_t i) const {
        return result_.states[time_.place(i, result_.inputs.size())];
    }

    Graph& graph_;
    const AnyCell& cell_;
    std::vector<StateTensor> tensors_;
    Unrolled& result_;
    TimeAxis time_;
};

}  // namespace

Unrolled truncate(const AnyCell& cell, std::span<const Expr> inputs, Initial initial,
                  Truncation cuts, TimeAxis time, SourceLine line) {
    require_positive("truncate", cuts, line);
    Graph& graph = common_graph("truncate", inputs);
    const Scope made_here(graph, line);
    require_initial("truncate", initial, cell.state_tensors(), line);
    require_batches("truncate", inputs, initial, line);
    Unrolled result{{inputs.begin(), inputs.end()}, std::move(initial), {}, time.direction};
    result.states.resize(inputs.size());
    TruncatedRun run(cell, result, time);
    for (const Chunk& chunk : chunks(cuts, inputs.size())) run.unroll(chunk);
    return result;
}

std::vector<int> in_window(Truncation cuts, int steps, TimeAxis time, SourceLine line) {
    require_positive("in_window", cuts, line);
    const auto count = static_cast<std::size_t>(std::max(steps, 0));
    std::vector<int> result;
    for (const Chunk& chunk : chunks(cuts, count))
        for (std::size_t i = std::max(chunk.begin, chunk.first); i < chunk.end; ++i)
            result.push_back(static_cast<int>(time.place(i, count)));
    std::ranges::sort(result);
    return result;
}

}  // namespace revolute
