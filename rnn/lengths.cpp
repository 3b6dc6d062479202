#include <revolute/graph/leaf.hpp>
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/structure.hpp>
#include <revolute/rnn/lengths.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

void require_falling(std::span<const int> lengths, SourceLine line) {
    if (lengths.empty())
        throw GraphError(
            fmt::format("shrinking_input_sequence: needs at least one length\n  asked for at {}",
                        to_string(line)));
    for (std::size_t b = 0; b < lengths.size(); ++b) {
        if (lengths[b] < 1)
            throw GraphError(fmt::format(
                "shrinking_input_sequence: every length must be at least 1 ({} for column {})\n  "
                "asked for at {}",
                lengths[b], b, to_string(line)));
        if (b > 0 && lengths[b] > lengths[b - 1])
            throw GraphError(fmt::format(
                "shrinking_input_sequence: the longest sequence must be first ({} for column {} "
                "after {})\n  asked for at {}",
                lengths[b], b, lengths[b - 1], to_string(line)));
    }
}

void require_one_for_each_step(std::string_view subject, std::string_view what, std::size_t count,
                               const Lengths& lengths, SourceLine line) {
    if (count != lengths.running.size())
        throw GraphError(fmt::format(
            "{}: needs one {} for each step of the lengths ({} and {})\n  asked for at {}", subject,
            what, count, lengths.running.size(), to_string(line)));
}

void require_length_for_each_column(std::span<const Expr> inputs, const Lengths& lengths,
                                    SourceLine line) {
    const int columns = lengths.lengths.shape().columns;
    for (const Expr& x : inputs)
        if (x.shape().columns != columns)
            throw ShapeError(fmt::format(
                "unroll_masked: needs one length for each column of an input ({} and {})\n  input "
                "is {}\n  lengths are {}\n  asked for at {}",
                columns, x.shape().columns, x.graph->describe(x.id),
                x.graph->describe(lengths.lengths.id), to_string(line)));
}

/// x in the columns that are running, zeros in the others.
Expr where_running(Expr x, Expr running) {
    return mask(x, broadcast_rows(running, x.shape().rows));
}

/// x in the columns that are running, `otherwise` in the others.
Expr chosen_where_running(Expr x, Expr otherwise, Expr running) {
    return where(broadcast_rows(running, x.shape().rows), x, otherwise);
}

/// What the cell is given in the columns that are not running: what each column's first step is
/// given, so nothing at which the cell is not run anyway. Zeros would not do: the adjoints there
/// are zeros, but a slope that is infinite at 0 makes NaN of them, which the sums over columns take
/// into every gradient. A column without a step takes the longest column's.
class Padding {
 public:
    Padding(std::span<const Expr> inputs, const Lengths& lengths, const State& initial,
            TimeAxis time)
        : lengths_(lengths) {
        input_ = filled(first_input(inputs, time));
        for (const Expr& tensor : initial) state_.push_back(filled(where_there_is_a_step(tensor)));
    }

    Expr input(Expr x, Expr running) const { return chosen_where_running(x, input_, running); }

    State state(const State& previous, Expr running) const {
        State result;
        for (std::size_t i = 0; i < previous.size(); ++i)
            result.push_back(chosen_where_running(previous[i], state_[i], running));
        return result;
    }

 private:
    Expr where_there_is_a_step(Expr x) const { return where_running(x, lengths_.running.front()); }

    /// That of step 0, or, backward in time, each column's of its own last step. Zeros in a column
    /// without one.
    Expr first_input(std::span<const Expr> inputs, TimeAxis time) const {
        if (time.direction == Direction::forward) return where_there_is_a_step(inputs.front());
        std::vector<Expr> last;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            const Scope at_step(*inputs[t].graph, Step{time.number, static_cast<int>(t)});
            const Expr running = lengths_.running[t];
            const bool is_end = t + 1 == inputs.size();
            last.push_back(
                where_running(inputs[t], is_end ? running : running - lengths_.running[t + 1]));
        }
        return last.size() == 1 ? last.front() : accumulate(last);
    }

    /// A constant to differentiation: it reaches nothing that counts.
    Expr filled(Expr first) const {
        const Shape shape = first.shape();
        const Expr is_longest = transpose(first_column_max(transpose(lengths_.lengths)));
        const Expr of_longest = row_sums(mask(first, broadcast_rows(is_longest, shape.rows)));
        return stop_gradient(chosen_where_running(
            first, broadcast_columns(of_longest, shape.columns), lengths_.running.front()));
    }

    const Lengths& lengths_;
    Expr input_;
    State state_;
};

/// The mean over all columns of the losses of those that are running.
Expr masked_loss(Expr y, Expr target, Expr running, LossKind kind) {
    const Expr own = where_running(y, running), own_target = where_running(target, running);
    if (kind == LossKind::mse) return mse(own, own_target);
    return mean(mask(column_cross_entropy(own, own_target), running));
}

}  // namespace

std::vector<Expr> shrinking_input_sequence(Graph& graph, std::string_view name, int rows,
                                           std::span<const int> lengths, int axis,
                                           SourceLine line) {
    require_falling(lengths, line);
    std::vector<Expr> inputs;
    for (int t = 0; t < lengths.front(); ++t) {
        const auto running = std::ranges::count_if(lengths, [t](int length) { return length > t; });
        const Scope at_step(graph, Step{axis, t});
        inputs.push_back(graph.input(name, {rows, static_cast<int>(running)}, line));
    }
    return inputs;
}

Expr last_outputs(std::span<const Expr> outputs, SourceLine line) {
    Graph& graph = common_graph("last_outputs", outputs);
    const Scope made_here(graph, line);
    require_batches("last_outputs", outputs, {}, line);
    std::vector<Operand> parts;
    int taken = 0;
    for (std::size_t t = outputs.size(); t-- > 0;) {
        const int running = outputs[t].shape().columns;
        if (running == taken) continue;
        parts.emplace_back(taken == 0 ? outputs[t] : columns(outputs[t], taken, running - taken));
        taken = running;
    }
    return parts.size() == 1 ? parts.front().expr : stack_columns(parts);
}

Expr outputs_at(std::span<const Expr> outputs, std::span<const int> steps, SourceLine line) {
    Graph& graph = common_graph("outputs_at", outputs);
    const Scope made_here(graph, line);
    const int batch = outputs.front().shape().columns;
    if (steps.size() != static_cast<std::size_t>(batch))
        throw GraphError(
            fmt::format("outputs_at: needs one step for each column ({} and {})\n  asked for at {}",
                        steps.size(), batch, to_string(line)));
    std::vector<Operand> parts;
    for (int b = 0; b < batch; ++b) {
        const int t = steps[static_cast<std::size_t>(b)];
        if (t < 0 || static_cast<std::size_t>(t) >= outputs.size())
            throw GraphError(fmt::format(
                "outputs_at: the steps must be among 0 to {} ({} for column {})\n  asked for at {}",
                outputs.size() - 1, t, b, to_string(line)));
        parts.emplace_back(columns(outputs[static_cast<std::size_t>(t)], b, 1));
    }
    return parts.size() == 1 ? parts.front().expr : stack_columns(parts);
}

// A length of which one is taken away at each step is above zero as long as the column is running.
// What one_hot refuses is no length.
Lengths input_lengths(Graph& graph, int batch, int steps, int axis, SourceLine line) {
    if (steps < 1)
        throw GraphError(
            fmt::format("input_lengths: needs at least one step ({})\n  asked for at {}", steps,
                        to_string(line)));
    const Scope made_here(graph, line);
    Lengths result{graph.input("lengths", {1, batch}, line), {}};
    const Expr is_length = column_sums(one_hot(result.lengths, steps + 1));
    Expr remaining = mask(result.lengths, is_length);
    for (int t = 0; t < steps; ++t) {
        const Scope at_step(graph, Step{axis, t});
        if (t > 0) remaining = (remaining - 1.0).named("remaining");
        result.running.push_back(heaviside(remaining).named("running"));
    }
    return result;
}

Unrolled unroll_masked(const AnyCell& cell, std::span<const Expr> inputs, const Lengths& lengths,
                       Initial initial, TimeAxis time, SourceLine line) {
    require_one_for_each_step("unroll_masked", "input", inputs.size(), lengths, line);
    const std::vector<StateTensor> tensors = cell.state_tensors();
    require_initial("unroll_masked", initial, tensors, line);
    require_batches("unroll_masked", inputs, initial, line);
    require_length_for_each_column(inputs, lengths, line);
    const Scope made_here(*inputs.front().graph, line);
    const Padding padding(inputs, lengths, initial.state, time);
    return unroll_with(
        inputs, std::move(initial), tensors, time, line, [&](std::size_t t, const State& previous) {
            const Expr running = lengths.running[t];
            State made =
                cell.step(padding.input(inputs[t], running), padding.state(previous, running));
            require_state("unroll_masked", made, tensors, inputs[t].shape().columns,
                          {time.number, static_cast<int>(t)});
            State state;
            state.reserve(made.size());
            for (std::size_t i = 0; i < made.size(); ++i)
                state.push_back(chosen_where_running(made[i], previous[i], running)
                                    .named(fmt::format("{}_kept", tensors[i].name)));
            return state;
        });
}

ReadOut read_out_masked(std::span<const Expr> outputs, const Lengths& lengths, int rows,
                        LossKind kind, SourceLine line) {
    require_one_for_each_step("read_out_masked", "output", outputs.size(), lengths, line);
    const auto loss = [&](std::size_t t, Expr y, Expr target) {
        return masked_loss(y, target, lengths.running[t], kind);
    };
    return read_out_with(outputs, {}, rows, kind, loss, line);
}

}  // namespace revolute
