#include <revolute/tools/diagnosis/derivations/known_mistakes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

// Mistakes that are about steps: in sums over them, and in how far back the gradient goes.

namespace revolute {

namespace {

/// The states of one tensor of the cell (of all, when there is no number), and their initial
/// leaves.
std::vector<bool> marked_states(const RecurrentNet& net, std::optional<std::size_t> tensor) {
    std::vector<bool> marked(index(net.loss().id) + 1, false);
    const auto mark = [&](const State& state) {
        for (std::size_t k = 0; k < state.size(); ++k)
            if (!tensor || k == *tensor) marked[index(state[k].id)] = true;
    };
    for (const Layer& layer : net.layers)
        for (const Unrolled& direction : layer.directions) {
            mark(direction.initial.state);
            std::ranges::for_each(direction.states, mark);
        }
    return marked;
}

/// How many steps of its recurrence come before the consumer, which reads a marked state of the
/// step before; nothing for other uses.
std::optional<int> steps_before(const RuleSite& site, const std::vector<bool>& marked, int steps) {
    const auto here = site.output.step(), there = site.input().step();
    if (!here || !there || here == there || !marked[index(site.input().id)]) return std::nullopt;
    return there->t < here->t ? here->t : steps - 1 - here->t;
}

/// The step that reads the initial state.
int first_step(const std::string& array, int steps) {
    return array.ends_with("_reverse") ? steps - 1 : 0;
}

bool is_recurrent_weight(const std::string& array) { return array.starts_with("weight_hh"); }

/// "the step t = 2", or "the steps t = 0 to 2".
std::string steps_text(int first, int last) {
    return first == last ? fmt::format("the step t = {}", first)
                         : fmt::format("the steps t = {} to {}", first, last);
}

/// "the term of the step t = 2 is", or "the terms of the steps t = 0 to 2 are".
std::string terms_text(int first, int last) {
    return fmt::format("the term{} of {} {}", first == last ? "" : "s", steps_text(first, last),
                       first == last ? "is" : "are");
}

/// "the last step", or "the last 3 steps".
std::string last_steps(int count) {
    return count == 1 ? "the last step" : fmt::format("the last {} steps", count);
}

std::function<std::string()> saying(std::string words) {
    return [words = std::move(words)] { return words; };
}

}  // namespace

template <class Chosen>
std::vector<Alteration> KnownMistakes::in_parameters(const Judge& judge,
                                                     const Alteration& alteration,
                                                     const Chosen& is_chosen) const {
    std::vector<const std::string*> array_of(walk_.variables().size(), nullptr);
    for (const std::size_t i : judge.differing())
        for (const std::size_t variable : judge.layout().variables(i))
            array_of[variable] = &judge.right()[i].name;
    std::vector<Alteration> result;
    for (std::uint32_t use = 0; use < parameter_of_.size(); ++use) {
        if (!parameter_of_[use]) continue;
        const std::string* const array = array_of[*parameter_of_[use]];
        if (array == nullptr) continue;
        const auto step = walk_.graph().step(walk_.uses()[use].consumer);
        if (!is_chosen(*array, step ? std::optional<int>(step->t) : std::nullopt)) continue;
        result.push_back(alteration);
        result.back().use = use;
    }
    return result;
}

std::vector<Mistake> KnownMistakes::in_initial_term(const Judge& judge) const {
    std::vector<Mistake> mistakes;
    const auto add = [&](const char* words, double factor) {
        mistakes.push_back(
            {.words = saying(words),
             .alterations = in_parameters(judge, {.factor = factor},
                                          [&](const auto& array, std::optional<int> t) {
                                              return is_recurrent_weight(array) &&
                                                     t == first_step(array, steps());
                                          }),
             .is_in_sums = true});
    };
    if (steps() == 1) return mistakes;
    add("the initial state's term is missing: the product of dz at the first step with h(-1)'", 0);
    add("the initial state's term is there twice", 2);
    return mistakes;
}

std::vector<Mistake> KnownMistakes::in_sums(const Judge& judge) const {
    std::vector<Mistake> mistakes;
    const auto add = [&](int first, int last, double factor, const std::string& words) {
        mistakes.push_back({.words = saying(fmt::format("{} {}", terms_text(first, last), words)),
                            .alterations = in_parameters(judge, {.factor = factor},
                                                         [&](const auto&, std::optional<int> t) {
                                                             return t && first <= *t && *t <= last;
                                                         }),
                            .is_in_sums = true});
    };
    const int last = steps() - 1;
    if (last == 0) return mistakes;
    for (int t = 0; t <= last; ++t) {
        add(t, t, 0, "missing from the sum");
        add(t, t, 2, "there twice");
    }
    for (int t = 1; t < last; ++t) {
        const std::string why =
            case_.architecture.is_bidirectional
                ? ""
                : fmt::format(": the gradient goes back over {} alone", last_steps(last - t));
        add(0, t, 0, "missing from the sum" + why);
        add(t, last, 0, "missing from the sum");
    }
    return mistakes;
}

Mistake KnownMistakes::sum_of_column(const Judge& judge, int column,
                                     std::optional<int> step) const {
    const int last = steps() - 1;
    const auto every = [](const auto&, const auto&) { return true; };
    const auto other_steps = [&](const std::string& array, std::optional<int> t) {
        return t && *t != (first_step(array, steps()) == 0 ? *step : last - *step);
    };
    Mistake mistake{
        .words = saying(fmt::format(
            "the sum over {}the batch has the term of {}column {} of the batch alone{}",
            step ? "the steps and " : "", step ? steps_text(*step, *step) + " and of " : "", column,
            column == 0 || column == case_.sizes.batch - 1 ? ", as with = where += belongs" : "")),
        .alterations = in_parameters(judge, {.columns = ColumnChoice{column}}, every),
        .families = 1,
        .is_in_sums = true};
    if (!step) return mistake;
    // The same and more, as `says_more` sees it: where it makes no difference, nothing is said of
    // steps.
    mistake.families = 2;
    std::ranges::move(in_parameters(judge, {.factor = 0}, other_steps),
                      std::back_inserter(mistake.alterations));
    std::ranges::sort(mistake.alterations);
    return mistake;
}

std::vector<Mistake> KnownMistakes::in_sums_over_batch(const Judge& judge) const {
    std::vector<Mistake> mistakes;
    const int batch = case_.sizes.batch;
    if (batch == 1) return mistakes;
    for (int column = 0; column < batch; ++column) {
        mistakes.push_back(sum_of_column(judge, column, std::nullopt));
        if (batch == 2) continue;  // the other one is alone
        mistakes.push_back(
            {.words = saying(
                 fmt::format("column {} of the batch is missing from the sum over it", column)),
             .alterations = in_parameters(judge, {.columns = ColumnChoice{column, true}},
                                          [](const auto&, const auto&) { return true; }),
             .is_in_sums = true});
    }
    for (const int step : std::set{0, steps() - 1})
        for (int column = 0; column < batch && steps() > 1; ++column)
            mistakes.push_back(sum_of_column(judge, column, step));
    return mistakes;
}

template <class Condition>
Mistake KnownMistakes::cut(std::string words, const Condition& is_cut) const {
    Mistake mistake{saying(std::move(words)), {}};
    for (std::uint32_t use = 0; use < walk_.uses().size(); ++use) {
        const Use& edge = walk_.uses()[use];
        if (is_cut(RuleSite{walk_.graph().at(edge.consumer), edge.slot}))
            mistake.alterations.push_back({.use = use, .factor = 0});
    }
    return mistake;
}

std::vector<Mistake> KnownMistakes::cuts(bool compares_initial_states) const {
    const RecurrentNet& net = net_.net;
    const int steps = this->steps();
    std::vector<Mistake> mistakes;
    mistakes.push_back(
        cut("the answer at the last step alone hands its adjoint on to the layer below it",
            [&](const RuleSite& p) {
                const bool is_head = p.slot == 1 && p.input(0) == net.read_out.V;
                return is_head && p.output.step() && p.output.step()->t < steps - 1;
            }));
    const std::vector<bool> all = marked_states(net, std::nullopt);
    for (int k = 1; k <= std::min(steps - 1, longest_window); ++k) {
        mistakes.push_back(cut(
            k == 1 ? fmt::format("the gradient is cut off: it goes back over the last of {} steps "
                                 "and no further",
                                 steps)
                   : fmt::format("the gradient is cut off: it goes back over the last {} of {} "
                                 "steps and no further",
                                 k, steps),
            [&](const RuleSite& p) { return steps_before(p, all, steps) == steps - k; }));
        mistakes.push_back(cut(k == 1 ? "the gradient is cut off at every step"
                                      : fmt::format("the gradient is cut off every {} steps", k),
                               [&](const RuleSite& p) {
                                   const auto before = steps_before(p, all, steps);
                                   return before && *before > 0 && *before % k == 0;
                               }));
    }
    const std::vector<StateTensor> tensors = net.layers.front().cells.front().state_tensors();
    for (std::size_t i = 0; i < tensors.size() && tensors.size() > 1; ++i) {
        const std::vector<bool> marked = marked_states(net, i);
        const auto add = [&](const char* words, int least) {
            mistakes.push_back(cut(fmt::format(fmt::runtime(words), tensors[i].name.front()),
                                   [&](const RuleSite& p) {
                                       return steps_before(p, marked, steps).value_or(-1) >= least;
                                   }));
        };
        add("the adjoint of {} is not passed on to the step before, at every step", 0);
        if (compares_initial_states)
            add("the adjoint of {} is passed on to the initial state alone, not to a step before",
                1);
    }
    return mistakes;
}

}  // namespace revolute
