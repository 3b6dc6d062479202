#include <revolute/graph/derivative_rule.hpp>
#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/tools/hypothesis.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

// Mistakes in the sums over steps: what each step adds to a parameter's gradient is taken from the terms of the
// derivative.

namespace revolute {

namespace {

/// What one step adds to the gradient of a parameter.
struct StepTerm {
    int step;
    Expr value;
};

/// The terms of a parameter by step. A use that belongs to no step, such as spreading a bias over the batch once
/// for all, stands for the uses of what it makes.
std::vector<StepTerm> step_terms(const Derivative& derivative, Expr parameter) {
    std::vector<StepTerm> result;
    for (const Term& term : derivative.terms(parameter)) {
        if (const auto step = term.consumer.step()) {
            result.push_back({step->t, term.value});
            continue;
        }
        for (const Term& inner : derivative.terms(term.consumer))
            if (const auto step = inner.consumer.step())
                result.push_back({step->t, pull_back({{term.consumer, term.slot}, inner.value})});
    }
    return result;
}

/// What each step adds to every array of parameters, in the order of the judge's arrays.
class StepParts {
 public:
    StepParts(const Case& of, const Judge& judge) {
        CaseNet net(of);
        const Derivative derivative =
            differentiate(net.net.loss(), net.variables(), Unreachable::zeros);
        const std::vector<Expr> variables = net.variables();
        const std::size_t count = variables.size();
        std::vector<Expr> outputs(of.x.size() * count);  // of each step, one for each variable
        for (std::size_t i = 0; i < count; ++i) {
            const std::vector<Expr> parts = by_step(derivative, variables[i], of.x.size());
            for (std::size_t t = 0; t < parts.size(); ++t) outputs[t * count + i] = parts[t];
        }
        const std::vector<Matrix> values = evaluate(outputs, net.values);
        for (std::size_t t = 0; t < of.x.size(); ++t) {
            const auto arrays =
                gradient_arrays(gradients_of(of, std::span(values).subspan(t * count, count)));
            parts_.emplace_back();
            for (const GradientArray& array : judge.right())
                parts_.back().push_back(
                    std::ranges::find(arrays, array.name, &GradientArray::name)->values.front());
        }
    }

    int steps() const { return static_cast<int>(parts_.size()); }

    /// The part of array i that comes from step t, times a number, added to `values`.
    void add(std::vector<Matrix>& values, std::size_t i, int t, double factor) const {
        const auto part = parts_[static_cast<std::size_t>(t)][i].values();
        const auto sum = values.front().values();
        for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += factor * part[k];
    }

 private:
    /// What each step adds to the gradient of the variable: zeros where it is no parameter.
    static std::vector<Expr> by_step(const Derivative& derivative, Expr variable,
                                     std::size_t steps) {
        Graph& graph = *variable.graph;
        std::vector<std::vector<Expr>> terms(steps);
        if (&graph.op(variable.id) == &parameter_op)
            for (const StepTerm& term : step_terms(derivative, variable))
                terms.at(static_cast<std::size_t>(term.step)).push_back(term.value);
        std::vector<Expr> parts;
        for (const std::vector<Expr>& of_step : terms)
            if (of_step.empty())
                parts.push_back(graph.constant(0.0, variable.shape()));
            else
                parts.push_back(of_step.size() == 1 ? of_step.front() : accumulate(of_step));
        return parts;
    }

    std::vector<std::vector<Matrix>> parts_;  // by step, then array
};

/// Not an initial state or the inputs.
bool is_parameter(const GradientArray& array) {
    return array.name.find_first_of("._") != std::string::npos;
}

/// The array with the part of each step counted so many times.
using Weight = std::function<double(const std::string& array, int step)>;

Hypothesis weighted(const Judge& judge, const StepParts& parts, std::string words,
                    const Weight& weight) {
    Hypothesis hypothesis{std::move(words), {}};
    hypothesis.arrays.resize(judge.given().size());
    for (const std::size_t i : judge.differing()) {
        const GradientArray& array = judge.right()[i];
        if (!is_parameter(array)) continue;
        std::vector<Matrix> values = array.values;
        for (int t = 0; t < parts.steps(); ++t)
            if (const double change = weight(array.name, t) - 1; change != 0)
                parts.add(values, i, t, change);
        hypothesis.arrays[i] = std::move(values);
    }
    return hypothesis;
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

void consider_initial_state(Judge& judge, const StepParts& parts) {
    const auto consider = [&](const char* words, double count) {
        judge.consider(weighted(judge, parts, words, [&](const std::string& array, int t) {
            const bool counts = is_recurrent_weight(array) && t == first_step(array, parts.steps());
            return counts ? count : 1.0;
        }));
    };
    consider("the initial state's term is missing: the product of dz at the first step with h(-1)'",
             0);
    consider("the initial state's term is there twice", 2);
}

}  // namespace

void consider_steps(const Case& of, Judge& judge) {
    const StepParts parts(of, judge);
    const int last = parts.steps() - 1;
    if (last == 0) return;
    consider_initial_state(judge, parts);
    if (judge.has_full_explanation()) return;
    const auto consider = [&](std::string words, int first, int end, double inside,
                              double outside) {
        judge.consider(weighted(judge, parts, std::move(words), [&](const std::string&, int t) {
            return first <= t && t <= end ? inside : outside;
        }));
    };
    for (int t = 0; t <= last; ++t) {
        consider(fmt::format("{} missing from the sum", terms_text(t, t)), t, t, 0, 1);
        consider(fmt::format("{} there twice", terms_text(t, t)), t, t, 2, 1);
    }
    for (int t = 1; t < last; ++t) {
        const std::string why =
            of.architecture.is_bidirectional
                ? ""
                : fmt::format(": the gradient goes back over the last {} steps alone", last - t);
        consider(fmt::format("{} missing from the sum{}", terms_text(0, t), why), 0, t, 0, 1);
        consider(fmt::format("{} missing from the sum", terms_text(t, last)), t, last, 0, 1);
    }
}

}  // namespace revolute
