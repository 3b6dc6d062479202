#include <revolute/tools/diagnosis/mistake_search.hpp>
#include <revolute/tools/support/norm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

// Adjoints of states that are changed in back-propagation through time: clipped at every step, to a
// limit that is not known, kept in a buffer that is not reset, or handed on by a loop that ends
// early.

namespace revolute {

namespace {

/// States whose adjoints are changed: their places among a state's tensors.
struct ChangedStates {
    std::string name;  // "h[t]"
    std::vector<bool> tensors;
};

std::vector<ChangedStates> changed_states(const RecurrentNet& net) {
    const std::size_t tensors = net.layers.front().directions.front().states.front().size();
    if (tensors == 1) return {{"h[t]", {true}}};
    return {{"h[t]", {true, false}}, {"c[t]", {false, true}}, {"h[t] and of c[t]", {true, true}}};
}

/// Which states of a direction are looked at: those after each step, the one after the last, those
/// before the first.
enum class Which : std::uint8_t { each, final, initial };

/// Calls visit(node, tensor, buffer) for the states that are nodes below `nodes`. A buffer is one
/// tensor of one direction of one layer.
template <class Visit>
void for_each_state(const RecurrentNet& net, Which which, std::size_t nodes, const Visit& visit) {
    std::size_t buffers = 0;
    for (const Layer& layer : net.layers)
        for (const Unrolled& direction : layer.directions) {
            const auto visit_all = [&](const State& state) {
                for (std::size_t i = 0; i < state.size(); ++i)
                    if (index(state[i].id) < nodes) visit(index(state[i].id), i, buffers + i);
            };
            if (which == Which::each) std::ranges::for_each(direction.states, visit_all);
            if (which == Which::final) visit_all(direction.final_state());
            if (which == Which::initial) visit_all(direction.initial.state);
            buffers += direction.initial.state.size();
        }
}

/// Marks the changed ones of these states, by id.
void mark(std::vector<bool>& at, const RecurrentNet& net, const ChangedStates& states,
          Which which) {
    for_each_state(net, which, at.size(), [&](std::size_t node, std::size_t tensor, std::size_t) {
        if (states.tensors[tensor]) at[node] = true;
    });
}

void clamp_entries(Matrix& adjoint, double limit) {
    for (double& entry : adjoint.values()) entry = std::clamp(entry, -limit, limit);
}

void shorten(Matrix& adjoint, double limit) {
    const double length = euclidean_norm(adjoint.values());
    if (length > limit)
        for (double& entry : adjoint.values()) entry *= limit / length;
}

/// Each column by itself.
void shorten_columns(Matrix& adjoint, double limit) {
    for (int c = 0; c < adjoint.columns(); ++c) {
        const std::span<double> column = MatrixView(adjoint).column(c);
        const double length = euclidean_norm(column);
        if (length > limit)
            for (double& entry : column) entry *= limit / length;
    }
}

double longest_column(const Matrix& adjoint) {
    double longest = 0;
    for (int c = 0; c < adjoint.columns(); ++c)
        longest = larger(longest, euclidean_norm(ConstMatrixView(adjoint).column(c)));
    return longest;
}

/// What is limited.
enum class Clipped : std::uint8_t { entries, norm, norm_of_columns };

/// A way of clipping at every step.
struct StepClip {
    ChangedStates states;
    bool of_recurrence = false;
    Clipped clipped = Clipped::entries;

    double size(const Matrix& adjoint) const {
        return clipped == Clipped::entries ? largest_entry(adjoint)
               : clipped == Clipped::norm  ? euclidean_norm(adjoint.values())
                                           : longest_column(adjoint);
    }
    void clip(Matrix& adjoint, double limit) const {
        if (clipped == Clipped::entries)
            clamp_entries(adjoint, std::max(limit, 0.0));
        else if (clipped == Clipped::norm)
            shorten(adjoint, limit);
        else
            shorten_columns(adjoint, limit);
    }

    std::string words(const std::string& limit) const {
        const std::string what =
            of_recurrence
                ? fmt::format("what the step behind hands on to the adjoint of {}", states.name)
                : fmt::format("the adjoint of {}", states.name);
        return clipped == Clipped::entries
                   ? fmt::format("{} is clamped at every step: to at most {}, and at least -{}",
                                 what, limit, limit)
                   : fmt::format(
                         "{} is clipped at every step{}: to a norm of {}", what,
                         clipped == Clipped::norm ? "" : ", each column of the batch by itself",
                         limit);
    }
};

std::vector<StepClip> step_clips(const RecurrentNet& net, bool has_columns) {
    std::vector<StepClip> all;
    for (const ChangedStates& states : changed_states(net))
        for (const Clipped clipped : {Clipped::entries, Clipped::norm, Clipped::norm_of_columns})
            for (const bool of_recurrence : {false, true})
                if (clipped != Clipped::norm_of_columns || has_columns)
                    all.push_back({states, of_recurrence, clipped});
    return all;
}

/// How far the gradients are from what was given, each array by its own size.
double distance(const Judge& judge, std::span<const double> gradients) {
    double largest = 0;
    const std::vector<GradientArray> arrays = judge.layout().arrays(gradients);
    for (const std::size_t i : judge.differing())
        largest = larger(largest, largest_difference(arrays[i].values, judge.given()[i].values) /
                                      largest_entry(judge.right()[i].values));
    return largest;
}

/// By id of a state's node: the number of its buffer.
std::vector<std::size_t> buffers_of(const RecurrentNet& net, std::size_t nodes) {
    std::vector<std::size_t> buffers(nodes, 0);
    for (const Which which : {Which::each, Which::initial})
        for_each_state(net, which, nodes, [&](std::size_t node, std::size_t, std::size_t buffer) {
            buffers[node] = buffer;
        });
    return buffers;
}

/// The same adjoint with each column's numbers in the next column, and none in the first.
Matrix moved_to_next_column(const Matrix& adjoint) {
    Matrix moved(adjoint.shape());
    for (int c = 1; c < adjoint.columns(); ++c)
        for (int r = 0; r < adjoint.rows(); ++r) moved(r, c) = adjoint(r, c - 1);
    return moved;
}

void add_to(Matrix& sum, const Matrix& term) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum.values()[i] += term.values()[i];
}

}  // namespace

void MistakeSearch::consider_kept_adjoints(Judge& judge) {
    const std::size_t nodes = index(walk_.loss().id) + std::size_t{1};
    const std::vector<std::size_t> buffers = buffers_of(net_.net, nodes);
    for (const ChangedStates& states : changed_states(net_.net)) {
        std::vector<bool> is_initial(nodes, false), is_final(nodes, false);
        mark(is_initial, net_.net, states, Which::initial);
        mark(is_final, net_.net, states, Which::final);
        std::vector<bool> is_one = is_initial;
        mark(is_one, net_.net, states, Which::each);
        for (const bool of_recurrence : {false, true}) {
            std::map<std::size_t, Matrix> kept;  // by buffer
            const AdjointChange change{is_one, of_recurrence, [&](NodeId node, Matrix& adjoint) {
                                           const auto [last, is_first] =
                                               kept.try_emplace(buffers[index(node)], adjoint);
                                           if (is_first) return;
                                           add_to(adjoint, last->second);
                                           last->second = adjoint;
                                       }};
            judge.consider(of_gradients(
                judge,
                fmt::format("{} adjoint of {} is added to from step to step: its buffer is never "
                            "reset",
                            of_recurrence ? "what is handed on to the" : "the", states.name),
                values_.gradients_with(change)));
        }
        consider_kept_between_sequences(judge, states.name, is_final, is_initial, buffers);
    }
}

void MistakeSearch::consider_kept_between_sequences(Judge& judge, const std::string& state,
                                                    const std::vector<bool>& is_final,
                                                    const std::vector<bool>& is_initial,
                                                    const std::vector<std::size_t>& buffers) {
    if (case_.sizes.batch == 1) return;
    AdjointChange change{is_final, false, {}};
    for (std::size_t i = 0; i < is_initial.size(); ++i)
        if (is_initial[i]) change.at[i] = true;
    std::map<std::size_t, Matrix> handed_on;  // by buffer, of the pass before
    change.change = [&](NodeId node, Matrix& adjoint) {
        Matrix& of_buffer =
            handed_on.try_emplace(buffers[index(node)], adjoint.shape()).first->second;
        if (is_final[index(node)])
            add_to(adjoint, moved_to_next_column(of_buffer));
        else
            of_buffer = adjoint;
    };
    // Each column needs what the one before hands on: a pass for each.
    std::vector<double> gradients;
    for (int column = 0; column < case_.sizes.batch && has_time(); ++column)
        gradients = values_.gradients_with(change);
    if (gradients.empty()) return;
    judge.consider(
        of_gradients(judge,
                     fmt::format("the adjoint of {} goes on from one sequence to the next: at the "
                                 "last step of each column it begins with what the column before "
                                 "hands on to the initial state",
                                 state),
                     gradients));
}

void MistakeSearch::consider_early_ends(Judge& judge) {
    const auto is_handed_on = [&](std::size_t i) {
        return judge.right()[i].kind == ArrayKind::initial_state;
    };
    // Where these are not given, or right, the gradient is cut off.
    if (!values_.has_one_channel() || std::ranges::none_of(judge.differing(), is_handed_on)) return;
    for (int left = 1;
         left < std::min(known_.steps(), KnownMistakes::longest_window + 1) && has_time(); ++left)
        for (const bool answers_count : {true, false}) {
            if (!answers_count && net_.net.read_out.y.size() == 1) continue;
            const std::string steps = left == 1 ? "a step" : fmt::format("{} steps", left);
            judge.consider(of_gradients(
                judge,
                fmt::format("the backward loop ends {} early: dh0{} is what reaches the adjoint of "
                            "the state after the first {}{}",
                            steps, case_.initial.size() == 1 ? "" : ", as dc0,",
                            left == 1 ? "step" : steps,
                            answers_count ? "" : ", whose answers do not count"),
                gradients_ending_early(left, answers_count)));
        }
}

std::vector<double> MistakeSearch::gradients_ending_early(int left, bool answers_count) {
    AdjointChange change{std::vector<bool>(index(walk_.loss().id) + std::size_t{1}), false, {}};
    std::map<NodeId, NodeId> initial_of;  // by the state that the loop ends at
    for (const Layer& layer : net_.net.layers)
        for (const Unrolled& direction : layer.directions) {
            const bool is_forward = direction.direction == Direction::forward;
            const State& last =
                direction.states[static_cast<std::size_t>(is_forward ? left - 1 : -left) +
                                 (is_forward ? 0 : direction.states.size())];
            for (std::size_t i = 0; i < last.size(); ++i) {
                if (index(last[i].id) >= change.at.size()) continue;
                change.at[index(last[i].id)] = true;
                initial_of.emplace(last[i].id, direction.initial.state[i].id);
            }
        }
    for (std::size_t t = 0; !answers_count && t < static_cast<std::size_t>(left); ++t)
        change.at[index(net_.net.read_out.y[t].id)] = true;
    std::map<NodeId, Matrix> handed_on;  // by initial state
    change.change = [&](NodeId node, Matrix& adjoint) {
        if (const auto initial = initial_of.find(node); initial != initial_of.end())
            handed_on[initial->second] = adjoint;
        adjoint = Matrix(adjoint.shape());
    };
    std::vector<double> gradients = values_.gradients_with(change);
    for (std::size_t i = 0; i < walk_.variables().size(); ++i)
        if (const auto found = handed_on.find(walk_.variables()[i].id); found != handed_on.end())
            std::ranges::copy(
                found->second.values(),
                gradients.begin() + static_cast<std::ptrdiff_t>(values_.first_entry(i)));
    return gradients;
}

void MistakeSearch::consider_clipped_steps(Judge& judge) {
    constexpr int limits = 48;            // that are tried, from the largest adjoint
    constexpr double to_smallest = 1e-3;  // down to so much of it
    for (const StepClip& clip : step_clips(net_.net, case_.sizes.batch > 1)) {
        AdjointChange change{
            std::vector<bool>(index(walk_.loss().id) + std::size_t{1}), clip.of_recurrence, {}};
        mark(change.at, net_.net, clip.states, Which::each);
        if (clip.of_recurrence) mark(change.at, net_.net, clip.states, Which::initial);
        double largest = 0;
        change.change = [&](NodeId, Matrix& adjoint) {
            largest = larger(largest, clip.size(adjoint));
        };
        values_.gradients_with(change);
        if (!(largest > 0) || !std::isfinite(largest)) continue;
        const auto gradients_with = [&](double limit) {
            change.change = [&, limit](NodeId, Matrix& adjoint) { clip.clip(adjoint, limit); };
            return values_.gradients_with(change);
        };
        std::pair<double, double> best{HUGE_VAL, 0};  // distance, limit
        for (int i = 1; i <= limits && has_time(); ++i) {
            const double limit = largest * std::pow(to_smallest, static_cast<double>(i) / limits);
            best = std::min(best, std::pair(distance(judge, gradients_with(limit)), limit));
        }
        if (!(best.first < HUGE_VAL)) continue;
        const std::optional<FittedNumber> limit = fitted(judge, best.second, gradients_with);
        if (limit && limit->value > 0 && limit->value < largest)
            judge.consider(of_gradients(judge, clip.words(shortest_number(limit->range)),
                                        gradients_with(limit->value)));
    }
}

}  // namespace revolute
