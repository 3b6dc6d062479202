#include <revolute/tools/diagnosis.hpp>
#include <revolute/tools/factor_range.hpp>
#include <revolute/tools/forward_mistake.hpp>
#include <revolute/tools/given_precision.hpp>
#include <revolute/tools/gradient_rounding.hpp>
#include <revolute/tools/mistake_search.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace revolute {

namespace {

/// The largest difference, and where it is; a difference that is NaN is larger than any.
EntryDifference worst_entry(std::span<const Matrix> given, std::span<const Matrix> right) {
    EntryDifference worst;
    double largest = -1;
    for (std::size_t i = 0; i < right.size(); ++i)
        for (int r = 0; r < right[i].rows(); ++r)
            for (int c = 0; c < right[i].columns(); ++c) {
                const double difference = std::abs(given[i](r, c) - right[i](r, c));
                if (std::isnan(largest) || difference <= largest) continue;
                largest = difference;
                worst = {i, r, c, given[i](r, c), right[i](r, c)};
            }
    return worst;
}

using Roundings = std::map<std::string, ArrayRounding>;
/// What rounding may do to given arrays, beside those of a case with these floors in double.
using RoundingsFor = std::function<Roundings(const CaseResult& given, const CaseResult& right,
                                             const std::map<std::string, double>& floors)>;

ArrayVerdict verdict_of(const GradientArray& given, const GradientArray& right, double tolerance,
                        const Roundings& roundings) {
    const double floor = roundings.at(given.name).floor;
    ArrayVerdict verdict{compare_arrays(right.name, given.values, right.values, tolerance, floor),
                         worst_entry(given.values, right.values)};
    const double scale = largest_entry(right.values);
    for (std::size_t i = 0; i < right.values.size(); ++i)
        for (std::size_t k = 0; k < right.values[i].size(); ++k) {
            const double difference =
                std::abs(given.values[i].values()[k] - right.values[i].values()[k]);
            ++verdict.entries;
            // Negated, so that NaN differs.
            if (!(difference <= std::max(tolerance * scale, floor))) ++verdict.differing_entries;
        }
    return verdict;
}

/// The arrays that both have, in the order of the right ones.
std::vector<GradientArray> common_arrays(const std::vector<GradientArray>& of,
                                         const std::vector<GradientArray>& with) {
    std::vector<GradientArray> result;
    for (const GradientArray& array : of)
        if (std::ranges::find(with, array.name, &GradientArray::name) != with.end())
            result.push_back(array);
    return result;
}

bool is_forward(const ArrayVerdict& array) { return array.name == "loss" || array.name == "yhat"; }

/// How near another forward pass must come, where they differ by `largest` at most: as near as a mistake in gradients.
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

/// The loss has the factor that its gradients have: the finding that tells it is about the loss as well.
void add_loss_to_finding(GradientComparison& comparison, double factor,
                         const std::optional<FactorRange>& of_loss) {
    if (!of_loss || !of_loss->contains(factor) || comparison.findings.empty()) return;
    Finding& finding = comparison.findings.front();
    finding.arrays.insert(finding.arrays.begin(), "loss");
    comparison.is_factor_of_loss = true;
}

/// Names of the parts of an array, one kind after the other, and whether each differs.
class Parts {
 public:
    Parts(const Case& of, const std::string& array)
        : gates_(gates_in(CaseNet(of), array)), of_(of) {
        has_steps_ = array == "dx";
        has_columns_ = array == "dx" || array == "dh0" || array == "dc0";
    }

    /// The parts that the entry belongs to.
    std::vector<std::string> of_entry(std::size_t matrix, int row, int column) const {
        std::vector<std::string> names;
        if (!gates_.empty())
            names.push_back(
                fmt::format("gate {}", gates_[static_cast<std::size_t>(row / of_.sizes.hidden)]));
        if (has_steps_) names.push_back(fmt::format("step t = {}", matrix));
        if (has_columns_ && of_.sizes.batch > 1)
            names.push_back(fmt::format("column {} of the batch", column));
        return names;
    }

 private:
    std::vector<std::string> gates_;
    const Case& of_;
    bool has_steps_ = false, has_columns_ = false;
};

void add_carriers(GradientComparison& comparison, std::span<const GradientArray> given,
                  std::span<const GradientArray> right, const Case& of, double tolerance,
                  const Roundings& roundings) {
    for (std::size_t i = 0; i < right.size(); ++i) {
        if (std::ranges::find(comparison.unexplained, right[i].name) ==
            comparison.unexplained.end())
            continue;
        const Parts parts(of, right[i].name);
        const double bound =
            std::max(tolerance * largest_entry(right[i].values), roundings.at(right[i].name).floor);
        std::vector<std::pair<std::string, bool>> found;  // in the order of the entries
        for (std::size_t m = 0; m < right[i].values.size(); ++m)
            for (int c = 0; c < right[i].values[m].columns(); ++c)
                for (int r = 0; r < right[i].values[m].rows(); ++r) {
                    const double difference =
                        std::abs(given[i].values[m](r, c) - right[i].values[m](r, c));
                    for (std::string& name : parts.of_entry(m, r, c)) {
                        auto place =
                            std::ranges::find(found, name, &std::pair<std::string, bool>::first);
                        if (place == found.end())
                            place = found.insert(found.end(), {std::move(name), false});
                        place->second = place->second || !(difference <= bound);
                    }
                }
        Carrier carrier{right[i].name, {}, {}};
        for (auto& [name, differs] : found)
            (differs ? carrier.differing : carrier.agreeing).push_back(std::move(name));
        if (!carrier.agreeing.empty()) comparison.carriers.push_back(std::move(carrier));
    }
}

/// The verdicts alone.
GradientComparison verdicts_of(const CaseResult& given, const CaseResult& right, double tolerance,
                               const Roundings& roundings) {
    GradientComparison comparison;
    comparison.tolerance = tolerance;
    comparison.not_compared = not_compared(right, given);
    const auto add = [&](const std::vector<GradientArray>& arrays,
                         const std::vector<GradientArray>& all) {
        const std::vector<GradientArray> beside = common_arrays(all, arrays);
        for (std::size_t i = 0; i < arrays.size(); ++i) {
            comparison.arrays.push_back(verdict_of(arrays[i], beside[i], tolerance, roundings));
            const double scale = largest_entry(beside[i].values);
            if (comparison.arrays.back().agrees() && scale > 0 &&
                scale <= roundings.at(arrays[i].name).written)
                comparison.too_few_digits.push_back(arrays[i].name);
        }
    };
    add(forward_arrays(given), forward_arrays(right));
    add(gradient_arrays(given), gradient_arrays(right));
    return comparison;
}

/// Whether, of the arrays that do not look rounded, none is as right as double precision makes it and some are wrong,
/// and some of all are as right as single precision makes them. `in_single` is what that does to each.
bool is_single_where_right(const GradientComparison& comparison, const Roundings& roundings,
                           const Roundings& in_single) {
    constexpr double single = 1e-6;
    bool some_are_single = false, others_are_wrong = false;
    for (const ArrayVerdict& array : comparison.arrays) {
        if (array.difference == 0) continue;
        some_are_single = some_are_single || array.relative <= single;
        if (roundings.at(array.name).precision != Rounding::none) continue;
        if (array.agrees()) return false;
        others_are_wrong =
            others_are_wrong || !(array.difference <= in_single.at(array.name).floor);
    }
    return some_are_single && others_are_wrong;
}

/// Arrays of which most numbers are explained.
void add_nearly_explained(GradientComparison& comparison, std::span<const GradientArray> given,
                          std::span<const GradientArray> nearest,
                          std::span<const GradientArray> right, const Roundings& roundings) {
    constexpr std::size_t at_most_one_in = 4;
    for (const GradientArray& array : nearest) {
        const auto of_array = std::ranges::find(given, array.name, &GradientArray::name);
        NearVerdict verdict{verdict_of(*of_array, array, comparison.tolerance, roundings)};
        const auto beside = std::ranges::find(right, array.name, &GradientArray::name);
        verdict.is_beside_right =
            verdict_of(array, *beside, comparison.tolerance, roundings).agrees();
        if (at_most_one_in * verdict.differing_entries <= verdict.entries)
            comparison.nearly_explained.push_back(std::move(verdict));
    }
}

/// How many digits were kept at every step of arithmetic, where the differences are as small as that makes them, and most
/// arrays differ: none where more than what programs keep were, or fewer than four.
std::optional<int> digits_of_steps(const GradientComparison& comparison,
                                   const std::map<std::string, double>& floors) {
    constexpr int most = 7, least = 4;
    const auto agreeing = std::ranges::count_if(comparison.arrays, &ArrayVerdict::agrees);
    if (2 * static_cast<std::size_t>(agreeing) >= comparison.arrays.size()) return std::nullopt;
    const double of_double = rounding_of_one_operation();
    for (int digits = most; digits >= least; --digits) {
        const double units = 0.5 * std::pow(10, 1 - digits) / of_double;
        const auto is_within = [&](const ArrayVerdict& array) {
            return array.difference <= units * floors.at(array.name);
        };
        if (std::ranges::all_of(comparison.arrays, is_within)) return digits;
    }
    return std::nullopt;
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

/// Whether gradients tell the other forward pass: with it more of them are explained than by the case as it is, or all
/// that differs by fewer mistakes, the loss among it.
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
    if (!comparison.gradients_differ()) return;
    if (!as_it_is) as_it_is = search_as_it_is();
    const std::optional<double> factor = as_it_is->factor;
    take(*std::move(as_it_is), gradients, of_right, roundings, comparison);
    if (factor) add_loss_to_finding(comparison, *factor, of_loss);
    if (comparison.digits_of_steps) return;
    add_carriers(comparison, gradients, common_arrays(of_right, gradients), of, tolerance,
                 roundings);
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
            verdicts_of(given, right, tolerance.value_or(case_tolerance), roundings);
        comparison.precision = precision_of(roundings);
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
