#include <revolute/tools/checks/gradient_rounding.hpp>
#include <revolute/tools/diagnosis/gradient_verdicts.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

bool are_agreeing_zeros(const Matrix& given, const Matrix& right) {
    return largest_entry(given) == 0 && largest_entry(right) > 0;
}

/// Notes where an array that agrees would agree as well if it held zeros, or does so.
void note_zeros(GradientComparison& comparison, const GradientArray& given,
                const GradientArray& right, const Roundings& roundings) {
    const double scale = largest_entry(right.values);
    if (scale > 0 && scale <= roundings.at(given.name).written) {
        comparison.too_few_digits.push_back(given.name);
        return;
    }
    if (scale > 0 && largest_entry(given.values) == 0) {
        comparison.agreeing_zeros.push_back(given.name);
        return;
    }
    const std::size_t count = given.values.size();
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t first = i;
        while (i < count && are_agreeing_zeros(given.values[i], right.values[i])) ++i;
        if (i == first) continue;
        comparison.agreeing_zeros.push_back(
            i == first + 1 ? fmt::format("{}[{}]", given.name, first)
                           : fmt::format("{0}[{1}] to {0}[{2}]", given.name, first, i - 1));
    }
}

/// Names of the parts of an array, one kind after the other, and whether each differs.
class Parts {
 public:
    Parts(const Case& of, const GradientArray& array)
        : gates_(gates_in(CaseNet(of), array.name)), of_(of) {
        has_steps_ = array.kind == ArrayKind::input;
        has_columns_ = array.has_sequences();
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

}  // namespace

std::vector<GradientArray> common_arrays(const std::vector<GradientArray>& of,
                                         const std::vector<GradientArray>& with) {
    std::vector<GradientArray> result;
    for (const GradientArray& array : of)
        if (std::ranges::find(with, array.name, &GradientArray::name) != with.end())
            result.push_back(array);
    return result;
}

bool is_forward(const ArrayVerdict& array) { return array.name == "loss" || array.name == "yhat"; }

GradientComparison verdicts_of(const CaseResult& given, const CaseResult& right, double tolerance,
                               const Roundings& roundings,
                               const std::map<std::string, double>& floors) {
    GradientComparison comparison;
    comparison.tolerance = tolerance;
    comparison.not_compared = not_compared(right, given);
    const auto add = [&](const std::vector<GradientArray>& arrays,
                         const std::vector<GradientArray>& all) {
        const std::vector<GradientArray> beside = common_arrays(all, arrays);
        for (std::size_t i = 0; i < arrays.size(); ++i) {
            ArrayVerdict verdict = verdict_of(arrays[i], beside[i], tolerance, roundings);
            verdict.is_exact = verdict.difference <= floors.at(verdict.name) &&
                               has_digits_of_doubles(arrays[i].values);
            if (verdict.agrees()) note_zeros(comparison, arrays[i], beside[i], roundings);
            comparison.arrays.push_back(std::move(verdict));
        }
    };
    add(forward_arrays(given), forward_arrays(right));
    add(gradient_arrays(given), gradient_arrays(right));
    return comparison;
}

bool are_some_exact(const GradientComparison& comparison) {
    return std::ranges::any_of(comparison.arrays, [](const ArrayVerdict& array) {
        return array.is_exact && !is_forward(array);
    });
}

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

std::optional<int> digits_of_steps(const GradientComparison& comparison,
                                   const std::map<std::string, double>& floors) {
    constexpr int most = 7, least = 4;
    if (are_some_exact(comparison)) return std::nullopt;
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

void add_carriers(GradientComparison& comparison, std::span<const GradientArray> given,
                  std::span<const GradientArray> right, const Case& of,
                  const Roundings& roundings) {
    for (std::size_t i = 0; i < right.size(); ++i) {
        if (std::ranges::find(comparison.unexplained, right[i].name) ==
            comparison.unexplained.end())
            continue;
        const Parts parts(of, right[i]);
        const double bound = std::max(comparison.tolerance * largest_entry(right[i].values),
                                      roundings.at(right[i].name).floor);
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

}  // namespace revolute
