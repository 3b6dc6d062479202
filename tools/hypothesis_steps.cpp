#include <revolute/graph/derivative_rule.hpp>
#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/tools/hypothesis.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>

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

/// Not an initial state or the inputs.
bool is_parameter(const GradientArray& array) {
    return array.name.find_first_of("._") != std::string::npos;
}

/// What each step adds to every array of parameters, in the order of the judge's arrays.
class StepParts {
 public:
    StepParts(const Case& of, const Judge& judge) : steps_(of.x.size()) {
        CaseNet net(of);
        const std::vector<Expr> parameters = net.net.parameters();
        const Derivative derivative = differentiate(net.net.loss(), parameters, Unreachable::zeros);
        const std::size_t count = parameters.size();
        std::vector<Expr> outputs(steps_ * count);  // of each step, one for each parameter
        for (std::size_t i = 0; i < count; ++i) {
            const std::vector<Expr> parts = by_step(derivative, parameters[i]);
            for (std::size_t t = 0; t < steps_; ++t) outputs[t * count + i] = parts[t];
        }
        const std::vector<Matrix> values = evaluate(outputs, net.values);
        for (std::size_t t = 0; t < steps_; ++t) {
            const auto of_step = std::span(values).subspan(t * count, count);
            const StateDict arrays = gradients_to_state_dict(of.architecture, of_step);
            parts_.emplace_back();
            for (const GradientArray& array : judge.right())
                parts_.back().push_back(
                    is_parameter(array)
                        ? std::ranges::find(arrays, array.name, &NamedArray::name)->value
                        : Matrix());
        }
    }

    int steps() const { return static_cast<int>(steps_); }
    /// What step t adds to array i, which must be one of parameters.
    const Matrix& operator()(int t, std::size_t i) const {
        return parts_[static_cast<std::size_t>(t)][i];
    }

 private:
    /// What each step adds to the gradient of the parameter.
    std::vector<Expr> by_step(const Derivative& derivative, Expr parameter) const {
        std::vector<std::vector<Expr>> terms(steps_);
        for (const StepTerm& term : step_terms(derivative, parameter))
            terms.at(static_cast<std::size_t>(term.step)).push_back(term.value);
        std::vector<Expr> parts;
        for (const std::vector<Expr>& of_step : terms)
            if (of_step.empty())
                parts.push_back(parameter.graph->constant(0.0, parameter.shape()));
            else
                parts.push_back(of_step.size() == 1 ? of_step.front() : accumulate(of_step));
        return parts;
    }

    std::size_t steps_;
    std::vector<std::vector<Matrix>> parts_;  // by step, then array
};

/// a + factor b.
Matrix sum_of(Matrix a, double factor, const Matrix& b) {
    for (std::size_t k = 0; k < a.size(); ++k) a.values()[k] += factor * b.values()[k];
    return a;
}

/// The hypothesis that makes `change(i)` of every array i of parameters that differs.
template <class Change>
Hypothesis in_parameters(const Judge& judge, std::string words, const Change& change) {
    Hypothesis hypothesis{std::move(words), {}};
    hypothesis.arrays.resize(judge.given().size());
    for (const std::size_t i : judge.differing())
        if (is_parameter(judge.right()[i])) hypothesis.arrays[i] = {change(i)};
    return hypothesis;
}

/// The right gradient of parameters.
const Matrix& right(const Judge& judge, std::size_t i) { return judge.right()[i].values.front(); }

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
    const auto consider = [&](const char* words, double factor) {
        judge.consider(in_parameters(judge, words, [&](std::size_t i) {
            const std::string& name = judge.right()[i].name;
            if (!is_recurrent_weight(name)) return right(judge, i);
            return sum_of(right(judge, i), factor, parts(first_step(name, parts.steps()), i));
        }));
    };
    consider("the initial state's term is missing: the product of dz at the first step with h(-1)'",
             -1);
    consider("the initial state's term is there twice", 1);
}

void consider_single_steps(Judge& judge, const StepParts& parts) {
    for (int t = 0; t < parts.steps(); ++t) {
        const auto consider = [&](const char* words, double factor) {
            judge.consider(in_parameters(
                judge, fmt::format("{} {}", terms_text(t, t), words),
                [&](std::size_t i) { return sum_of(right(judge, i), factor, parts(t, i)); }));
        };
        consider("missing from the sum", -1);
        consider("there twice", 1);
    }
}

/// All steps up to one missing, or all from one on: by one running sum, so that the time is linear in the number of
/// steps.
void consider_first_and_last_steps(Judge& judge, const StepParts& parts, bool goes_back) {
    const int last = parts.steps() - 1;
    std::vector<Matrix> sum;  // of the steps so far
    for (const GradientArray& array : judge.right()) sum.emplace_back(array.values.front().shape());
    const auto add = [&](int t) {
        for (const std::size_t i : judge.differing())
            if (is_parameter(judge.right()[i])) sum[i] = sum_of(std::move(sum[i]), 1, parts(t, i));
    };
    add(0);
    for (int t = 1; t < last; ++t) {
        const Hypothesis none_from_here =
            in_parameters(judge, fmt::format("{} missing from the sum", terms_text(t, last)),
                          [&](std::size_t i) { return sum[i]; });
        add(t);
        const std::string why =
            goes_back
                ? fmt::format(": the gradient goes back over the last {} steps alone", last - t)
                : "";
        judge.consider(
            in_parameters(judge, fmt::format("{} missing from the sum{}", terms_text(0, t), why),
                          [&](std::size_t i) { return sum_of(right(judge, i), -1, sum[i]); }));
        judge.consider(none_from_here);
    }
}

}  // namespace

void consider_steps(const Case& of, Judge& judge) {
    if (of.x.size() == 1) return;
    const StepParts parts(of, judge);
    consider_initial_state(judge, parts);
    if (judge.has_full_explanation()) return;
    consider_single_steps(judge, parts);
    consider_first_and_last_steps(judge, parts, !of.architecture.is_bidirectional);
}

}  // namespace revolute
