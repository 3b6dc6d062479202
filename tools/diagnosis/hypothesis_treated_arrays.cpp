#include <revolute/tools/diagnosis/hypothesis.hpp>
#include <revolute/tools/support/norm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

// Arrays that were right before something was done to them.

namespace revolute {

namespace {

constexpr double same_number = 1e-9;  // of numbers that are the same but for rounding

Hypothesis in_all(const Judge& judge, std::string words,
                  const std::function<std::vector<Matrix>(std::size_t array)>& change) {
    Hypothesis hypothesis{std::move(words), {}};
    for (std::size_t i = 0; i < judge.given().size(); ++i) hypothesis.arrays.push_back(change(i));
    return hypothesis;
}

bool is_of_parameter(const GradientArray& array) { return array.kind == ArrayKind::parameter; }

/// The size that most numbers have that are smaller than the right ones; 0 where there are none.
double commonest_cut(const Judge& judge) {
    std::vector<double> cut;
    for (const std::size_t i : judge.differing())
        for (std::size_t m = 0; m < judge.right()[i].values.size(); ++m) {
            const auto right = judge.right()[i].values[m].values(),
                       given = judge.given()[i].values[m].values();
            for (std::size_t k = 0; k < right.size(); ++k)
                if (given[k] != 0 && std::abs(given[k]) < std::abs(right[k]) * (1 - same_number))
                    cut.push_back(std::abs(given[k]));
        }
    std::ranges::sort(cut);
    double commonest = 0;
    std::ptrdiff_t most = 0;
    for (auto begin = cut.begin(); begin != cut.end();) {
        const auto end = std::upper_bound(begin, cut.end(), *begin * (1 + same_number));
        if (end - begin > most) commonest = *begin;
        most = std::max(most, end - begin);
        begin = end;
    }
    return commonest;
}

std::vector<Matrix> clamped(std::vector<Matrix> values, double bound) {
    for (Matrix& matrix : values)
        for (double& value : matrix.values()) value = std::clamp(value, -bound, bound);
    return values;
}

/// How many sizes of right numbers are cut to the bound, in arrays that are all as the bound makes
/// them. Of two classes the errors are a number and its opposite: that is one.
std::size_t sizes_cut(const Judge& judge, double bound) {
    std::vector<double> sizes;
    for (const std::size_t i : judge.differing()) {
        const std::vector<Matrix>& right = judge.right()[i].values;
        if (!(largest_difference(clamped(right, bound), judge.given()[i].values) <=
              std::max(same_number * bound, judge.rounding(i, bound))))
            continue;
        for (const Matrix& matrix : right)
            for (const double value : matrix.values())
                if (const double size = std::abs(value);
                    size > bound && std::ranges::none_of(sizes, [size](double known) {
                        return std::abs(known - size) <= same_number * known;
                    }))
                    sizes.push_back(size);
    }
    return sizes.size();
}

/// Every value at most so large as a number that two or more are cut to: those of all arrays, or of
/// the parameters' alone.
void consider_clamped(Judge& judge) {
    const double bound = commonest_cut(judge);
    if (!(bound > 0) || sizes_cut(judge, bound) < 2) return;
    for (const bool of_parameters_alone : {false, true})
        judge.consider(
            in_all(judge,
                   fmt::format("values are clamped: to at most {:.6g}, and at least -{:.6g}", bound,
                               bound),
                   [&](std::size_t i) {
                       const GradientArray& array = judge.right()[i];
                       return of_parameters_alone && !is_of_parameter(array)
                                  ? array.values
                                  : clamped(array.values, bound);
                   }));
}

/// A limit that one would choose: a number of two digits, but for a relative rounding. Not where
/// that is so large that many a number is one.
bool is_chosen(double number, double rounding) {
    constexpr double telling = 0.05;
    const double unit = std::pow(10.0, std::floor(std::log10(number)) - 1);
    const double bound = std::max(1e-7, rounding * number / unit);
    return bound <= telling && std::abs(number / unit - std::round(number / unit)) <= bound;
}

double norm_of(const GradientArray& array) {
    std::vector<double> norms;
    for (const Matrix& matrix : array.values) norms.push_back(euclidean_norm(matrix.values()));
    return euclidean_norm(norms);
}

/// The array shortened, if it is of a parameter.
std::vector<Matrix> shortened(const GradientArray& array, double factor) {
    std::vector<Matrix> values = array.values;
    if (is_of_parameter(array) && factor < 1)
        for (Matrix& matrix : values)
            for (double& value : matrix.values()) value *= factor;
    return values;
}

/// The factor that most numbers of the parameters' gradients have.
std::optional<double> common_factor(const Judge& judge) {
    std::vector<double> right, given;
    for (std::size_t i = 0; i < judge.given().size(); ++i) {
        if (!is_of_parameter(judge.right()[i])) continue;
        const auto of_right = judge.right()[i].values[0].values(),
                   of_given = judge.given()[i].values[0].values();
        right.insert(right.end(), of_right.begin(), of_right.end());
        given.insert(given.end(), of_given.begin(), of_given.end());
    }
    return closest_factor(right, given);
}

/// The parameters' gradients shortened, all as one vector, to a length that one would choose. Where
/// a bias is one and is given as two arrays, it counts once.
void consider_norm_of_all(Judge& judge) {
    const std::optional<double> factor = common_factor(judge);
    if (!factor || !(*factor > 0) || !(*factor < 1)) return;
    for (const bool counts_once : {false, true}) {
        std::vector<double> right;
        for (const GradientArray& array : judge.right())
            if (is_of_parameter(array) && !(counts_once && array.name.starts_with("bias_hh")))
                right.push_back(norm_of(array));
        const double length = euclidean_norm(right), limit = *factor * length;
        // PyTorch adds 1e-6 to the length that it divides by.
        const double by_pytorch = limit * ((length + 1e-6) / length);
        if (!std::isfinite(length) || !(is_chosen(limit, judge.relative_rounding()) ||
                                        is_chosen(by_pytorch, judge.relative_rounding())))
            continue;
        judge.consider(in_all(
            judge,
            fmt::format("the gradients are clipped by the norm of all together: to {:.3g}, where "
                        "it is {:.6g}{}",
                        limit, length,
                        counts_once ? " (of two biases that are one, one counted)" : ""),
            [&](std::size_t i) { return shortened(judge.right()[i], *factor); }));
    }
}

/// The length that most arrays have of those that differ, where two of them have it or it is one
/// that one would choose.
std::optional<double> common_length(const Judge& judge) {
    std::vector<double> lengths;
    for (const std::size_t i : judge.differing())  // of two biases that are one, one
        if (const GradientArray& given = judge.given()[i];
            is_of_parameter(given) && !given.name.starts_with("bias_hh"))
            lengths.push_back(norm_of(given));
    std::optional<double> common;
    std::ptrdiff_t most = 0;
    for (const double length : lengths) {
        const auto count = std::ranges::count_if(lengths, [&](double other) {
            return std::abs(other - length) <=
                   std::max(100 * same_number, judge.relative_rounding()) * length;
        });
        if (count <= most || !(length > 0) ||
            (count == 1 && !is_chosen(length, judge.relative_rounding())))
            continue;
        most = count;
        common = length;
    }
    return common;
}

/// Each array shortened to the same length, where it is longer.
void consider_norm_of_each(Judge& judge) {
    const std::optional<double> limit = common_length(judge);
    if (!limit) return;
    const double uncertain = *limit * std::max(same_number, judge.relative_rounding());
    Hypothesis hypothesis =
        in_all(judge,
               fmt::format("each gradient is clipped by a norm of its own: to {}",
                           shortest_number({*limit - uncertain, *limit + uncertain})),
               [&](std::size_t i) {
                   return shortened(judge.right()[i], *limit / norm_of(judge.right()[i]));
               });
    hypothesis.is_fitted = true;
    judge.consider(hypothesis);
}

/// The columns of the batch, in arrays that have one for each, each replaced by their sum, or by
/// their mean.
void consider_joined_columns(const Case& of, Judge& judge) {
    const int batch = of.sizes.batch;
    if (batch == 1) return;
    const auto consider = [&](const char* words, double divisor) {
        judge.consider(in_all(judge, words, [&](std::size_t i) -> std::vector<Matrix> {
            const GradientArray& array = judge.right()[i];
            if (!array.has_sequences() || !judge.differs(i)) return {};
            std::vector<Matrix> values = array.values;
            for (Matrix& matrix : values)
                for (int r = 0; r < matrix.rows(); ++r) {
                    double sum = 0;
                    for (int c = 0; c < batch; ++c) sum += matrix(r, c);
                    for (int c = 0; c < batch; ++c) matrix(r, c) = sum / divisor;
                }
            return values;
        }));
    };
    consider("it is averaged over the batch: each column is the mean of all", batch);
    consider("it is summed over the batch: each column is the sum of all", 1);
}

/// Something times the parameters that was added to their gradients: the rest has the same ratio to
/// them everywhere.
void consider_weight_decay(const Case& of, Judge& judge) {
    const auto parameter = [&](std::size_t i) { return parameter_of(of, judge.right()[i].name); };
    std::vector<double> decayed, added;
    double uncertain = HUGE_VAL;
    for (const std::size_t i : judge.differing()) {
        const Matrix* const values = parameter(i);
        if (values == nullptr) continue;
        uncertain = std::min(uncertain, uncertainty_of_decay(judge, i, *values));
        for (std::size_t k = 0; k < values->size(); ++k) {
            const double value = values->values()[k];
            const double more =
                judge.given()[i].values[0].values()[k] - judge.right()[i].values[0].values()[k];
            if (value == 0) continue;
            decayed.push_back(value);
            added.push_back(more);
        }
    }
    const std::optional<double> factor = closest_factor(decayed, added);
    if (!factor || std::abs(*factor) <= uncertain) return;
    const double decay = *factor;
    Hypothesis hypothesis = in_all(judge, weight_decay_words(decay, uncertain),
                                   [&](std::size_t i) -> std::vector<Matrix> {
                                       const Matrix* const values = parameter(i);
                                       if (values == nullptr || !judge.differs(i)) return {};
                                       Matrix sum = judge.right()[i].values[0];
                                       for (std::size_t k = 0; k < sum.size(); ++k)
                                           sum.values()[k] += decay * values->values()[k];
                                       return {sum};
                                   });
    hypothesis.is_fitted = true;
    judge.consider(hypothesis);
}

/// Numbers that were given, the right ones beside them, and the parameters whose gradients they
/// are; 0 where they are none's.
struct DecayedNumbers {
    std::vector<double> right, parameters, given;
    double rounding = 0;  ///< how far a number may be off
};

DecayedNumbers decayed_numbers(const Case& of, const Judge& judge) {
    DecayedNumbers numbers;
    for (const std::size_t i : judge.differing()) {
        const Matrix* const parameter = parameter_of(of, judge.right()[i].name);
        numbers.rounding = std::max(numbers.rounding, judge.agreeing_difference(i));
        for (std::size_t m = 0; m < judge.right()[i].values.size(); ++m) {
            const auto right = judge.right()[i].values[m].values(),
                       given = judge.given()[i].values[m].values();
            numbers.right.insert(numbers.right.end(), right.begin(), right.end());
            numbers.given.insert(numbers.given.end(), given.begin(), given.end());
            for (std::size_t k = 0; k < right.size(); ++k)
                numbers.parameters.push_back(parameter != nullptr ? parameter->values()[k] : 0);
        }
    }
    return numbers;
}

/// A factor, and how many times the parameter was added.
struct ScaledDecay {
    double factor, decay;
    double uncertain_factor, uncertain_decay;
};

/// The two numbers of the least squares; none where they are not told.
std::optional<ScaledDecay> scaled_decay_of(const DecayedNumbers& numbers) {
    constexpr std::size_t least_numbers = 5;  // two are fitted
    const std::size_t count = numbers.given.size();
    double rr = 0, rp = 0, pp = 0, rg = 0, pg = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const double r = numbers.right[k], p = numbers.parameters[k], g = numbers.given[k];
        rr += r * r, rp += r * p, pp += p * p, rg += r * g, pg += p * g;
    }
    constexpr double telling = 1e-6;  // of the part of one that is not the other
    const double determinant = rr * pp - rp * rp;
    if (count < least_numbers || !std::isfinite(determinant) || !(determinant > telling * rr * pp))
        return std::nullopt;
    const double factor = (rg * pp - pg * rp) / determinant,
                 decay = (rr * pg - rp * rg) / determinant;
    // The numbers that were given may be infinite, or none.
    if (!std::isfinite(factor) || !std::isfinite(decay)) return std::nullopt;
    const double all = numbers.rounding * std::sqrt(static_cast<double>(count));
    return ScaledDecay{factor, decay, all * std::sqrt(pp / determinant),
                       all * std::sqrt(rr / determinant)};
}

/// A factor of all arrays, and something times the parameters that was added to theirs.
void consider_scaled_decay(const Case& of, Judge& judge) {
    const std::optional<ScaledDecay> found = scaled_decay_of(decayed_numbers(of, judge));
    if (!found || std::abs(found->factor) <= found->uncertain_factor ||
        std::abs(found->factor - 1) <= found->uncertain_factor ||
        std::abs(found->decay) <= found->uncertain_decay)
        return;
    const auto [fitted, decay, uncertain, uncertain_decay] = *found;
    const NamedFactor factor =
        named_factor(of, factors_of_loss(of), {fitted - uncertain, fitted + uncertain});
    for (const std::string& words : factor.words) {
        Hypothesis hypothesis = in_all(
            judge, fmt::format("{}; and {}", words, weight_decay_words(decay, uncertain_decay)),
            [&judge, &of, by = factor.value, more = found->decay](std::size_t i) {
                if (!judge.differs(i)) return std::vector<Matrix>();
                std::vector<Matrix> values = scaled(judge.right()[i].values, by);
                if (const Matrix* const parameter = parameter_of(of, judge.right()[i].name))
                    for (std::size_t k = 0; k < values[0].size(); ++k)
                        values[0].values()[k] += more * parameter->values()[k];
                return values;
            });
        hypothesis.is_fitted = true;
        judge.consider(hypothesis);
    }
}

}  // namespace

const Matrix* parameter_of(const Case& of, const std::string& array) {
    const auto found = std::ranges::find(of.parameters, array, &NamedArray::name);
    return found == of.parameters.end() ? nullptr : &found->value;
}

std::string weight_decay_words(double decay, double uncertain) {
    return fmt::format("{} times the parameter is added: the gradient of weight decay",
                       shortest_number({decay - uncertain, decay + uncertain}));
}

double uncertainty_of_decay(const Judge& judge, std::size_t i, const Matrix& parameter) {
    return judge.agreeing_difference(i) / largest_entry(parameter);
}

void consider_treated_arrays(const Case& of, Judge& judge) {
    consider_clamped(judge);
    consider_norm_of_all(judge);
    consider_norm_of_each(judge);
    consider_joined_columns(of, judge);
    consider_weight_decay(of, judge);
    consider_scaled_decay(of, judge);
}

}  // namespace revolute
