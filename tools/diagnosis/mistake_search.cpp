#include <revolute/tools/diagnosis/mistake_search.hpp>
#include <revolute/tools/support/norm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace revolute {

namespace {

/// About so many operations are done at most; the search ends there, after less than two seconds.
constexpr std::int64_t most_operations = 1'200'000'000;
/// And so many more where whole arrays are changed back first.
constexpr std::int64_t most_of_treated = 300'000'000;

/// In the order of the arrays.
std::vector<ArrayRounding> roundings_of(const std::vector<GradientArray>& arrays,
                                        const std::map<std::string, ArrayRounding>& roundings) {
    std::vector<ArrayRounding> result;
    result.reserve(arrays.size());
    for (const GradientArray& array : arrays) result.push_back(roundings.at(array.name));
    return result;
}

}  // namespace

MistakeSearch::MistakeSearch(const Case& of, std::vector<GradientArray> given, double tolerance,
                             const std::map<std::string, ArrayRounding>& roundings,
                             std::optional<FactorRange> of_loss)
    : case_(of),
      net_(of),
      walk_(net_.net, net_.variables()),
      values_(walk_, net_.values),
      layout_(of, net_, given),
      given_(layout_.variables_of(walk_.variables())),
      known_(of, net_, walk_, values_, given_),
      roundings_(roundings_of(given, roundings)),
      tolerance_(tolerance),
      of_loss_(of_loss),
      most_operations_(most_operations) {
    starts_.push_back({std::nullopt, values_.derivation(),
                       Judge(layout_, layout_.arrays(values_.gradients()), std::move(given),
                             tolerance, roundings_)});
}

bool MistakeSearch::has_time() {
    if (values_.operations() <= most_operations_) return true;
    has_tried_all_ = false;
    return false;
}

MistakeSearch::Outcome MistakeSearch::run(bool may_be_treated) {
    if (starts_.front().judge.differing().empty()) return {};
    Stage stage = explain();
    leave_out_idle(stage);
    begin_with_factor(stage);
    Outcome outcome;
    const Start& start = *stage.start;
    if (start.factor) {
        outcome.factor = start.value();
        outcome.findings.push_back(finding_of_factor(start, stage.unexplained));
        if (outcome.findings.back().arrays.empty()) {  // of those that it changes none is explained
            outcome.findings.clear();
            outcome.factor.reset();
        }
    }
    for (std::size_t i = 0; i < stage.found.size(); ++i)
        outcome.findings.push_back({stage.found[i].words, arrays_of(stage, i)});
    outcome.findings.insert(outcome.findings.end(), stage.more.begin(), stage.more.end());
    if (!start.factor) outcome.factor = factor_told_by(outcome.findings);
    for (std::size_t k = 0; k < stage.unexplained.size(); ++k)
        outcome.unexplained.push_back(
            {starts_.front().judge.right()[stage.unexplained[k]].name, stage.nearest[k]});
    if (may_be_treated && !outcome.unexplained.empty()) explain_treated(outcome);
    outcome.has_tried_all = has_tried_all_ && !known_.leaves_some_out();
    return outcome;
}

void MistakeSearch::explain_treated(Outcome& outcome) {
    most_operations_ = values_.operations() + most_of_treated;
    for (const Start& start : starts_) {
        if (!is_founded(start, {})) continue;
        values_.resume(start.derivation);
        for (const Treatment& treatment : treatments(case_, start.judge)) {
            if (!has_time()) return;
            if (std::optional<Outcome> all = explained_before(treatment, start)) {
                outcome = *std::move(all);
                return;
            }
        }
    }
}

std::optional<MistakeSearch::Outcome> MistakeSearch::explained_before(const Treatment& treatment,
                                                                      const Start& start) {
    std::vector<GradientArray> given(start.judge.given().begin(), start.judge.given().end());
    Finding finding{{treatment.words}, {}};
    for (const std::size_t i : start.judge.differing())
        if (std::vector<Matrix> before = treatment.undone(given[i]);
            !before.empty() && before != given[i].values) {
            given[i].values = std::move(before);
            finding.arrays.push_back(given[i].name);
        }
    if (finding.arrays.empty()) return std::nullopt;
    Judge judge = start.judge.with_given(std::move(given));
    if (treatment.is_factor) judge.leave_out_factors();
    consider_one(judge, start.value(), false, false);
    if (!judge.has_full_explanation()) return std::nullopt;
    const std::vector<Finding> found = judge.findings();
    const auto takes_it_back = [&](const Finding& other) {
        return std::ranges::find(other.words, treatment.words) != other.words.end();
    };
    if (std::ranges::any_of(found, takes_it_back)) return std::nullopt;
    Outcome outcome;
    if (start.factor) {
        outcome.factor = start.value();
        outcome.findings.push_back(finding_of_factor(start, {}));
    }
    outcome.findings.push_back(std::move(finding));
    outcome.findings.insert(outcome.findings.end(), found.begin(), found.end());
    return outcome;
}

std::optional<double> MistakeSearch::factor_told_by(std::span<const Finding> findings) const {
    if (findings.size() != 1) return std::nullopt;
    for (const Start& start : starts_)
        if (start.factor && start.judge.differing().empty() &&
            std::ranges::find_first_of(findings.front().words, start.factor->words) !=
                findings.front().words.end())
            return start.value();
    return std::nullopt;
}

void MistakeSearch::leave_out_idle(Stage& stage) {
    for (std::size_t i = stage.found.size(); i-- > 0;)
        if (arrays_of(stage, i).empty())
            stage.found.erase(stage.found.begin() + static_cast<std::ptrdiff_t>(i));
}

std::vector<Mistake> MistakeSearch::consider_one(Judge& judge, double factor, bool is_first,
                                                 bool is_thorough) {
    std::vector<Mistake> of_several;
    const auto is_done = [&] {
        judge.go_on();
        return judge.is_explained_but_for_a_number();
    };
    if (is_first) consider_targets(case_, factor, judge);
    if (is_done()) return of_several;
    consider_arrays(case_, judge);
    if (is_done()) return of_several;
    consider_all(judge, known_.in_initial_term(judge), &of_several);
    if (judge.has_full_explanation()) return of_several;
    consider_all(judge, known_.in_sums(judge), nullptr);
    consider_all(judge, known_.in_sums_over_batch(judge), nullptr);
    if (is_done()) return of_several;
    const bool has_initial = std::ranges::any_of(judge.given(), [](const GradientArray& array) {
        return array.kind == ArrayKind::initial_state;
    });
    consider_all(judge, known_.cuts(has_initial), &of_several);
    consider_early_ends(judge);
    consider_all(judge, known_.in_rules(), &of_several);
    consider_all(judge, known_.in_conventions(), &of_several);
    consider_exchanged_gates(judge);
    if (is_done()) return of_several;
    for (int t = known_.steps();
         t-- > 0 && known_.steps() > 1;)  // the late ones reach fewest steps
        if (has_time()) consider_all(judge, known_.in_rules(t), nullptr);
    if (is_done()) return of_several;
    consider_treated_arrays(case_, judge);
    consider_unknown_factors(case_, judge);
    if (is_done() || !is_thorough) return of_several;
    consider_kept_adjoints(judge);
    consider_clipped_steps(judge);
    if (is_done()) return of_several;
    consider_columns(judge);
    consider_factors(judge);
    return of_several;
}

void MistakeSearch::consider_all(Judge& judge, std::span<const Mistake> mistakes,
                                 std::vector<Mistake>* of_several) {
    for (const Mistake& mistake : mistakes) {
        if (!has_time()) return;
        if (mistake.alterations.empty() || !values_.has_room_for(mistake.alterations)) continue;
        if (judge.consider(mistake, values_.gradients(mistake.alterations, mistake.column)) &&
            of_several != nullptr)
            of_several->push_back(mistake);
    }
}

void MistakeSearch::consider_columns(Judge& judge) {
    if (case_.sizes.batch == 1) return;
    const std::vector<Mistake> mistakes = known_.in_rules();
    for (int column = 0; column < case_.sizes.batch; ++column)
        consider_all(judge, known_.in_column(mistakes, column), nullptr);
}

void MistakeSearch::consider_exchanged_gates(Judge& judge) {
    for (const KnownMistakes::ExchangedGates& exchange : known_.exchanged_gates()) {
        if (!has_time()) return;
        if (!values_.has_room_for(exchange.alterations)) continue;
        std::vector<GradientArray> arrays = layout_.arrays(values_.gradients(exchange.alterations));
        Hypothesis hypothesis{exchange.words, {}};
        for (GradientArray& array : arrays) {
            std::vector<Matrix> exchanged = permuted_gates(array, exchange.order);
            hypothesis.arrays.push_back(exchanged.empty() ? std::move(array.values)
                                                          : std::move(exchanged));
        }
        judge.consider(hypothesis);
    }
}

void MistakeSearch::consider_factors(Judge& judge) {
    for (Mistake& mistake : known_.with_factor()) {
        if (!has_time()) return;
        const std::optional<FittedNumber> factor = fitted_factor(judge, mistake);
        if (!factor || factor->range.contains(1)) continue;
        mistake.words = [words = std::move(mistake.words), range = factor->range] {
            return fmt::format("{}, counts {} times", words(), shortest_number(range));
        };
        judge.consider(mistake, values_.gradients(mistake.alterations));
    }
}

/// The factor with which the mistake gives all that was given; the gradients are linear in a term,
/// but a term of a recurrence comes back at each step.
std::optional<FittedNumber> MistakeSearch::fitted_factor(const Judge& judge, Mistake& mistake) {
    return fitted(judge, 1, [&](double factor) {
        for (Alteration& alteration : mistake.alterations) alteration.factor = factor;
        const auto gradients = values_.gradients(mistake.alterations);
        return std::vector<double>(gradients.begin(), gradients.end());
    });
}

std::optional<FittedNumber> MistakeSearch::fitted(
    const Judge& judge, double start,
    const std::function<std::vector<double>(double)>& gradients_with) const {
    constexpr int most_turns = 12;
    std::set<std::uint32_t> entries;
    for (const std::size_t i : judge.differing())
        entries.insert(judge.layout().entries(i).begin(), judge.layout().entries(i).end());
    if (entries.size() < 3) return std::nullopt;  // fewer numbers have such a number by chance
    double number = start, uncertain = HUGE_VAL;
    for (int turn = 0; turn < most_turns && std::abs(number) < 1e6 * std::max(1.0, start); ++turn) {
        const double shift = 1e-6 * std::max(std::abs(start), std::abs(number));
        const std::vector<double> moved = gradients_with(number + shift);
        const std::vector<double> here = gradients_with(number);
        std::vector<double> slopes, left;
        uncertain = HUGE_VAL;
        for (const std::size_t i : judge.differing()) {
            std::size_t k = 0;
            const double bound = judge.agreeing_difference(i);
            for (const Matrix& matrix : judge.given()[i].values)
                for (const double given : matrix.values()) {
                    const std::uint32_t entry = judge.layout().entries(i)[k++];
                    slopes.push_back((moved[entry] - here[entry]) / shift);
                    if (slopes.back() != 0)
                        uncertain = std::min(uncertain, bound / std::abs(slopes.back()));
                    left.push_back(given - here[entry]);
                }
        }
        const std::optional<double> step = closest_factor(slopes, left);
        if (!step) return std::nullopt;
        number += *step;
        if (std::abs(*step) <= 1e-14 * std::abs(number)) break;
    }
    if (!judge.fits(gradients_with(number))) return std::nullopt;
    return FittedNumber{number, {number - uncertain, number + uncertain}};
}

/// Arrays that are explained, and would not be without the mistake.
std::vector<std::string> MistakeSearch::arrays_of(const Stage& stage, std::size_t number) {
    const Start& start = *stage.start;
    values_.resume(start.derivation);
    std::vector<Alteration> all, others;
    for (std::size_t i = 0; i < stage.found.size(); ++i) {
        const std::vector<Alteration>& of_one = stage.found[i].alterations;
        all.insert(all.end(), of_one.begin(), of_one.end());
        if (i != number) others.insert(others.end(), of_one.begin(), of_one.end());
    }
    const std::vector<GradientArray> with = layout_.arrays(values_.gradients(all));
    const std::vector<GradientArray> without = layout_.arrays(values_.gradients(others));
    std::vector<std::string> names;
    for (const std::size_t i : start.judge.differing()) {
        const bool is_explained =
            std::ranges::find(stage.unexplained, i) == stage.unexplained.end();
        const double change = largest_difference(with[i].values, without[i].values);
        const double size = largest_entry(with[i].values);
        if (is_explained && !(change <= std::max(1e-12 * size, start.judge.rounding(i, size))))
            names.push_back(with[i].name);
    }
    return names;
}

}  // namespace revolute
