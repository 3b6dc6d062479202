#include <revolute/tools/diagnosis/derivations/forward_mistake.hpp>
#include <revolute/tools/diagnosis/diagnosis.hpp>
#include <revolute/tools/diagnosis/factor_range.hpp>
#include <revolute/tools/diagnosis/gradient_verdicts.hpp>
#include <revolute/tools/diagnosis/mistake_search.hpp>
#include <revolute/tools/exchange/case_rounding.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace revolute {

namespace {

/// What rounding may do to given arrays, beside those of a case with these floors in double.
using RoundingsFor = std::function<Roundings(const CaseResult& given, const CaseResult& right,
                                             const std::map<std::string, double>& floors)>;

/// How near another forward pass must come, where they differ by `largest` at most: as near as a
/// mistake in gradients.
double forward_tolerance(const GradientComparison& comparison, const Roundings& roundings,
                         double largest) {
    constexpr double rest = 1e-4, rest_with_rounding = 1e-2;
    double rounding = 0;
    for (const ArrayVerdict& array : comparison.arrays)
        if (is_forward(array))
            rounding = std::max(
                {rounding, roundings.at(array.name).relative,
                 array.difference > 0 ? array.floor * array.relative / array.difference : 0});
    return std::max(std::min(recognition * comparison.tolerance, rest * largest),
                    std::min(rounding, rest_with_rounding * largest));
}

/// Another forward pass, where answers or loss differ by more than what recognises one.
std::optional<OtherForward> other_forward(const Case& of, const CaseResult& given,
                                          const GradientComparison& comparison,
                                          const Roundings& roundings) {
    double largest = 0;
    for (const ArrayVerdict& array : comparison.arrays)
        if (is_forward(array) && !array.agrees()) largest = std::max(largest, array.relative);
    if (!(largest > 0)) return std::nullopt;
    return find_forward_mistake(of, given, forward_tolerance(comparison, roundings, largest));
}

bool answers_differ(const GradientComparison& comparison) {
    return std::ranges::any_of(comparison.arrays, [](const ArrayVerdict& array) {
        return array.name == "yhat" && !array.agrees();
    });
}

/// Whether the loss differs, and no answers do.
bool is_loss_alone(const GradientComparison& comparison, const CaseResult& given) {
    return given.loss && !comparison.arrays.front().agrees() && !answers_differ(comparison);
}

/// How near a loss must come to the given one that differs, relative to it.
double loss_tolerance(const CaseResult& given, const GradientComparison& comparison,
                      const Roundings& roundings) {
    const ArrayRounding& rounding = roundings.at("loss");
    return std::max({recognition * comparison.tolerance, rounding.relative,
                     rounding.floor / std::abs(*given.loss)});
}

/// The factor that a loss has which is another one.
std::optional<FactorRange> factor_of_loss(const CaseResult& right, const CaseResult& given,
                                          const GradientComparison& comparison,
                                          const Roundings& roundings) {
    if (!is_loss_alone(comparison, given)) return std::nullopt;
    return factor_range(std::span(&*right.loss, 1), std::span(&*given.loss, 1),
                        loss_tolerance(given, comparison, roundings) * std::abs(*given.loss));
}

/// Says what factor the loss has, of which the gradients are right; nothing where that is any
/// number.
void tell_factor_of_loss(GradientComparison& comparison, const Case& of, const FactorRange& range) {
    const NamedFactor factor = named_factor(of, factors_of_loss(of), range);
    if (!factor.is_simple) return;
    if (!factor.has_name)
        comparison.forward.push_back(fmt::format("the loss has a factor of {}", factor.number));
    else
        for (const std::string& words : factor.words)
            comparison.forward.push_back("the loss has " + words);
    comparison.is_factor_of_loss = true;
}

/// The loss has the factor that its gradients have, or those of the head: the finding that tells it
/// is about the loss as well. `of_all`: a factor of all gradients, which the first finding tells.
void add_loss_to_finding(GradientComparison& comparison, const Case& of,
                         const std::optional<double>& of_all, const FactorRange& of_loss) {
    const NamedFactor factor = named_factor(of, factors_of_loss(of), of_loss);
    const auto is_of_head = [](const std::string& array) { return array.starts_with("head."); };
    const auto tells_factor = [&](const Finding& finding) {
        return std::ranges::find_first_of(finding.words, factor.words) != finding.words.end() &&
               std::ranges::any_of(finding.arrays, is_of_head);
    };
    const auto finding = of_all && of_loss.contains(*of_all)
                             ? comparison.findings.begin()
                             : std::ranges::find_if(comparison.findings, tells_factor);
    if (finding == comparison.findings.end()) return;
    finding->arrays.insert(finding->arrays.begin(), "loss");
    comparison.is_factor_of_loss = true;
}

void take(MistakeSearch::Outcome outcome, std::span<const GradientArray> given,
          std::span<const GradientArray> right, const Roundings& roundings,
          GradientComparison& comparison) {
    if (comparison.digits_of_steps && outcome.unexplained.empty())
        comparison.digits_of_steps.reset();  // a mistake says more
    if (comparison.digits_of_steps) {
        // What mistakes give of rounding, they give by chance.
        for (const ArrayVerdict& array : comparison.arrays)
            if (!array.agrees() && !is_forward(array)) comparison.unexplained.push_back(array.name);
        return;
    }
    comparison.findings = std::move(outcome.findings);
    for (const GradientArray& array : outcome.unexplained)
        comparison.unexplained.push_back(array.name);
    add_nearly_explained(comparison, given, outcome.unexplained, right, roundings);
    comparison.has_tried_all = outcome.has_tried_all;
}

/// Whether gradients tell the other forward pass: with it more of them are explained than by the
/// case as it is, or all that differs by fewer mistakes, the loss among it.
bool is_told_by_gradients(const OtherForward& other, const MistakeSearch::Outcome& with_other,
                          const MistakeSearch::Outcome& as_it_is,
                          const std::optional<FactorRange>& of_loss) {
    const bool is_loss_explained =
        of_loss && as_it_is.factor && of_loss->contains(*as_it_is.factor);
    return std::pair(with_other.unexplained.size(), with_other.findings.size() + other.mistakes) <
           std::pair(as_it_is.unexplained.size(),
                     as_it_is.findings.size() + (is_loss_explained ? 0 : 1));
}

/// Says what explains the arrays that differ.
void diagnose(GradientComparison& comparison, const Case& of, const CaseResult& given,
              const CaseResult& right, const Roundings& roundings,
              const RoundingsFor& roundings_for) {
    if (rounding_of(comparison) == Rounding::single) {
        comparison.digits_of_steps.reset();
        // No mistake is looked for in what the precision of the numbers explains.
        for (const ArrayVerdict& array : comparison.arrays)
            if (!array.agrees() && !is_forward(array)) comparison.unexplained.push_back(array.name);
        return;
    }
    const double tolerance = comparison.tolerance;
    if (is_loss_alone(comparison, given))
        comparison.forward = factors_of_given_loss(of, *right.loss, *given.loss,
                                                   loss_tolerance(given, comparison, roundings));
    comparison.is_factor_of_loss = !comparison.forward.empty();
    const std::optional<FactorRange> of_loss = factor_of_loss(right, given, comparison, roundings);
    const std::vector<GradientArray> gradients = gradient_arrays(given),
                                     of_right = gradient_arrays(right);
    const auto search_as_it_is = [&] {
        // Where the forward pass is another one, that alone may be why gradients differ.
        return MistakeSearch(of, gradients, tolerance, roundings, of_loss)
            .run(!answers_differ(comparison));
    };
    std::optional<MistakeSearch::Outcome> as_it_is;
    std::optional<OtherForward> other;
    if (!comparison.is_factor_of_loss) other = other_forward(of, given, comparison, roundings);
    if (other && other->may_be_chance) {
        if (comparison.gradients_differ())
            as_it_is = search_as_it_is();
        else
            other.reset();
    }
    if (other) {
        const std::vector<GradientArray> others = gradient_arrays(other->given);
        const CaseResult right_of_other = solve(other->of);
        const Roundings roundings_of_other =
            roundings_for(other->given, right_of_other, rounding_floors(other->of));
        MistakeSearch::Outcome outcome =
            MistakeSearch(other->of, others, tolerance, roundings_of_other).run();
        if (!as_it_is || is_told_by_gradients(*other, outcome, *as_it_is, of_loss)) {
            comparison.forward = other->words;
            comparison.digits_of_steps.reset();
            take(std::move(outcome), others, gradient_arrays(right_of_other), roundings_of_other,
                 comparison);
            return;
        }
    }
    if (!comparison.gradients_differ()) {
        if (of_loss && comparison.forward.empty()) tell_factor_of_loss(comparison, of, *of_loss);
        return;
    }
    if (!as_it_is) as_it_is = search_as_it_is();
    const std::optional<double> factor = as_it_is->factor;
    take(*std::move(as_it_is), gradients, of_right, roundings, comparison);
    if (of_loss) add_loss_to_finding(comparison, of, factor, *of_loss);
    if (comparison.digits_of_steps) return;
    add_carriers(comparison, gradients, common_arrays(of_right, gradients), of, roundings);
}

}  // namespace

bool GradientComparison::gradients_differ() const {
    return std::ranges::any_of(
        arrays, [](const ArrayVerdict& array) { return !is_forward(array) && !array.agrees(); });
}

bool GradientComparison::agrees() const {
    return std::ranges::all_of(arrays, &ArrayVerdict::agrees);
}

const ArrayVerdict* GradientComparison::first() const {
    const auto found = std::ranges::find(arrays, false, &ArrayVerdict::agrees);
    return found == arrays.end() ? nullptr : &*found;
}

GradientComparison compare_gradients(const Case& of, const CaseResult& given,
                                     std::optional<double> tolerance) {
    const CaseResult right = solve(of);
    const std::map<std::string, double> floors = rounding_floors(of);
    RoundingsFor roundings_for = &given_roundings;
    if (tolerance)
        roundings_for = [](const auto&, const auto&, const auto& floors_of_case) {
            return roundings_in(Rounding::none, floors_of_case);
        };
    Roundings roundings = roundings_for(given, right, floors);
    const auto verdicts = [&] {
        GradientComparison comparison =
            verdicts_of(given, right, tolerance.value_or(case_tolerance), roundings, floors);
        comparison.precision = precision_of(roundings);
        comparison.last_digit = last_digit_of(roundings);
        return comparison;
    };
    GradientComparison comparison = verdicts();
    const Roundings in_single = roundings_in(Rounding::single, floors);
    if (!tolerance && is_single_where_right(comparison, roundings, in_single)) {
        roundings_for = [](const auto& of_given, const auto& of_right, const auto& floors_of_case) {
            Roundings all = given_roundings(of_given, of_right, floors_of_case);
            for (auto& [name, rounding] : all)
                if (rounding.precision == Rounding::none)
                    rounding = roundings_in(Rounding::single, floors_of_case).at(name);
            return all;
        };
        roundings = roundings_for(given, right, floors);
        comparison = verdicts();
    }
    if (!tolerance) comparison.digits_of_steps = digits_of_steps(comparison, floors);
    if (!comparison.agrees()) diagnose(comparison, of, given, right, roundings, roundings_for);
    return comparison;
}

Rounding rounding_of(const GradientComparison& comparison) {
    if (are_some_exact(comparison)) return Rounding::none;
    return rounding_in(
        std::vector<ArrayComparison>(comparison.arrays.begin(), comparison.arrays.end()));
}

std::string place_of(const EntryDifference& entry, const ArrayVerdict& array, const Case& of) {
    std::string place = fmt::format("row {}, column {}", entry.row, entry.column);
    const int hidden = of.sizes.hidden;
    const std::vector<std::string> gates = gates_in(CaseNet(of), array.name);
    if (gates.empty()) return place;
    return fmt::format("{} (row {} of gate {})", place, entry.row % hidden,
                       gates[static_cast<std::size_t>(entry.row / hidden)]);
}

}  // namespace revolute
