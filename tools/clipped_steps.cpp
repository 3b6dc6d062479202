#include <revolute/tools/mistake_search.hpp>
#include <revolute/tools/norm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

// Adjoints of states that are clipped at every step of back-propagation through time, to a limit that is not known.

namespace revolute {

namespace {

/// States whose adjoints are clipped: their places among a state's tensors.
struct ClippedStates {
    std::string name;  // "h[t]"
    std::vector<bool> tensors;
};

std::vector<ClippedStates> clipped_states(const RecurrentNet& net) {
    const std::size_t tensors = net.layers.front().directions.front().states.front().size();
    if (tensors == 1) return {{"h[t]", {true}}};
    return {{"h[t]", {true, false}}, {"c[t]", {false, true}}, {"h[t] and of c[t]", {true, true}}};
}

/// By id, of the net's states; of initial states too where `with_initial`.
std::vector<bool> marked(const RecurrentNet& net, const ClippedStates& states, bool with_initial,
                         std::size_t nodes) {
    std::vector<bool> at(nodes, false);
    const auto mark = [&](const State& state) {
        for (std::size_t i = 0; i < state.size(); ++i)
            if (states.tensors[i] && index(state[i].id) < nodes) at[index(state[i].id)] = true;
    };
    for (const Layer& layer : net.layers)
        for (const Unrolled& direction : layer.directions) {
            std::ranges::for_each(direction.states, mark);
            if (with_initial) mark(direction.initial.state);
        }
    return at;
}

void clamp_entries(Matrix& adjoint, double limit) {
    for (double& entry : adjoint.values()) entry = std::clamp(entry, -limit, limit);
}

void shorten(Matrix& adjoint, double limit) {
    const double length = euclidean_norm(adjoint.values());
    if (length > limit)
        for (double& entry : adjoint.values()) entry *= limit / length;
}

/// A way of clipping at every step.
struct StepClip {
    ClippedStates states;
    bool of_recurrence = false;
    bool by_norm = false;

    std::string words(double limit) const {
        const std::string what =
            of_recurrence
                ? fmt::format("what the step behind hands on to the adjoint of {}", states.name)
                : fmt::format("the adjoint of {}", states.name);
        return by_norm
                   ? fmt::format("{} is clipped at every step: to a norm of {:.6g}", what, limit)
                   : fmt::format(
                         "{} is clamped at every step: to at most {:.6g}, and at least "
                         "-{:.6g}",
                         what, limit, limit);
    }
};

std::vector<StepClip> step_clips(const RecurrentNet& net) {
    std::vector<StepClip> all;
    for (const ClippedStates& states : clipped_states(net))
        for (const bool by_norm : {false, true})
            for (const bool of_recurrence : {false, true})
                all.push_back({states, of_recurrence, by_norm});
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

void consider_limit(Judge& judge, std::string words, std::span<const double> gradients) {
    Hypothesis hypothesis{std::move(words), {}};
    for (GradientArray& array : judge.layout().arrays(gradients))
        hypothesis.arrays.push_back(std::move(array.values));
    judge.consider(hypothesis);
}

}  // namespace

void MistakeSearch::consider_clipped_steps(Judge& judge) {
    constexpr int limits = 48;            // that are tried, from the largest adjoint
    constexpr double to_smallest = 1e-3;  // down to so much of it
    for (const StepClip& clip : step_clips(net_.net)) {
        AdjointChange change{marked(net_.net, clip.states, clip.of_recurrence,
                                    index(walk_.loss().id) + std::size_t{1}),
                             clip.of_recurrence,
                             {}};
        double largest = 0;
        change.change = [&](Matrix& adjoint) {
            largest = larger(
                largest, clip.by_norm ? euclidean_norm(adjoint.values()) : largest_entry(adjoint));
        };
        values_.gradients_with(change);
        if (!(largest > 0) || !std::isfinite(largest)) continue;
        const auto gradients_with = [&](double limit) {
            change.change = [&, limit](Matrix& adjoint) {
                if (clip.by_norm)
                    shorten(adjoint, limit);
                else
                    clamp_entries(adjoint, std::max(limit, 0.0));
            };
            return values_.gradients_with(change);
        };
        std::pair<double, double> best{HUGE_VAL, 0};  // distance, limit
        for (int i = 1; i <= limits && has_time(); ++i) {
            const double limit = largest * std::pow(to_smallest, static_cast<double>(i) / limits);
            best = std::min(best, std::pair(distance(judge, gradients_with(limit)), limit));
        }
        if (!(best.first < HUGE_VAL)) continue;
        const std::optional<double> limit = fitted(judge, best.second, gradients_with);
        if (limit && *limit > 0 && *limit < largest)
            consider_limit(judge, clip.words(*limit), gradients_with(*limit));
    }
}

}  // namespace revolute
