#include <revolute/tools/hypothesis.hpp>
#include <revolute/tools/norm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

// Arrays that were right before something was done to them.

namespace revolute {

namespace {

Hypothesis in_all(const Judge& judge, std::string words,
                  const std::function<std::vector<Matrix>(std::size_t array)>& change) {
    Hypothesis hypothesis{std::move(words), {}};
    for (std::size_t i = 0; i < judge.given().size(); ++i) hypothesis.arrays.push_back(change(i));
    return hypothesis;
}

/// Every value at most so large as the largest that was given; where two numbers or more are cut to it, and
/// all that are larger. Of two classes the errors are a number and its opposite: that is one.
void consider_clamped(Judge& judge) {
    double bound = 0;
    std::vector<double> cut;  // the sizes of right numbers that are larger
    for (const GradientArray& array : judge.given())
        bound = larger(bound, largest_entry(array.values));
    for (std::size_t i = 0; i < judge.right().size(); ++i)
        for (std::size_t m = 0; m < judge.right()[i].values.size(); ++m) {
            const auto right = judge.right()[i].values[m].values(),
                       given = judge.given()[i].values[m].values();
            for (std::size_t k = 0; k < right.size(); ++k) {
                const double size = std::abs(right[k]);
                if (!(size > bound * (1 + 1e-9))) continue;
                if (!(std::abs(given[k]) >= bound * (1 - 1e-9))) return;
                if (std::ranges::none_of(cut, [size](double known) {
                        return std::abs(known - size) <= 1e-9 * known;
                    }))
                    cut.push_back(size);
            }
        }
    if (cut.size() < 2 || !(bound > 0)) return;
    judge.consider(in_all(
        judge,
        fmt::format("values are clamped: to at most {:.6g}, and at least -{:.6g}", bound, bound),
        [&](std::size_t i) {
            std::vector<Matrix> values = judge.right()[i].values;
            for (Matrix& matrix : values)
                for (double& value : matrix.values()) value = std::clamp(value, -bound, bound);
            return values;
        }));
}

/// A limit that one would choose: a number of two digits.
bool is_chosen(double number) {
    const double unit = std::pow(10.0, std::floor(std::log10(number)) - 1);
    return std::abs(number / unit - std::round(number / unit)) <= 1e-7;
}

double norm_of(const GradientArray& array) {
    std::vector<double> norms;
    for (const Matrix& matrix : array.values) norms.push_back(euclidean_norm(matrix.values()));
    return euclidean_norm(norms);
}

bool is_of_parameter(const GradientArray& array) {
    return array.name != "dx" && array.name != "dh0" && array.name != "dc0";
}

/// The parameters' gradients shortened, all as one vector, to a length that one would choose. Where a bias is one and
/// is given as two arrays, it counts once.
void consider_norm_of_all(Judge& judge) {
    for (const bool counts_once : {false, true}) {
        std::vector<double> right, given;
        for (std::size_t i = 0; i < judge.given().size(); ++i) {
            const std::string& name = judge.right()[i].name;
            if (!is_of_parameter(judge.right()[i]) || (counts_once && name.starts_with("bias_hh")))
                continue;
            right.push_back(norm_of(judge.right()[i]));
            given.push_back(norm_of(judge.given()[i]));
        }
        const double length = euclidean_norm(right), limit = euclidean_norm(given);
        // PyTorch adds 1e-6 to the length that it divides by.
        const double by_pytorch = limit * ((length + 1e-6) / length);
        if (!(limit > 0) || !(limit < length) || !std::isfinite(length) ||
            !(is_chosen(limit) || is_chosen(by_pytorch)))
            continue;
        judge.consider(in_all(
            judge,
            fmt::format("the gradients are clipped by the norm of all together: to {:.3g}, where "
                        "it is {:.6g}{}",
                        limit, length,
                        counts_once ? " (of two biases that are one, one counted)" : ""),
            [&](std::size_t i) {
                std::vector<Matrix> values = judge.right()[i].values;
                if (is_of_parameter(judge.right()[i]))
                    for (Matrix& matrix : values)
                        for (double& value : matrix.values()) value *= limit / length;
                return values;
            }));
    }
}

/// Each array shortened to the same length, where it is longer.
void consider_norm_of_each(Judge& judge) {
    if (judge.differing().empty()) return;
    const double limit = norm_of(judge.given()[judge.differing().front()]);
    std::size_t entries = 0;
    for (const std::size_t i : judge.differing()) {
        const GradientArray& given = judge.given()[i];
        if (!is_of_parameter(given) || !(std::abs(norm_of(given) - limit) <= 1e-7 * limit)) return;
        entries += given.values.front().size();
    }
    const bool is_one = judge.differing().size() == 1;
    if (!(limit > 0) || entries < 3 || (is_one && !is_chosen(limit))) return;
    judge.consider(in_all(
        judge, fmt::format("each gradient is clipped by a norm of its own: to {:.6g}", limit),
        [&](std::size_t i) {
            std::vector<Matrix> values = judge.right()[i].values;
            const double length = norm_of(judge.right()[i]);
            if (is_of_parameter(judge.right()[i]) && length > limit)
                for (Matrix& matrix : values)
                    for (double& value : matrix.values()) value *= limit / length;
            return values;
        }));
}

/// The columns of the batch, in arrays that have one for each, each replaced by their sum, or by their mean.
void consider_joined_columns(const Case& of, Judge& judge) {
    const int batch = of.sizes.batch;
    if (batch == 1) return;
    const auto consider = [&](const char* words, double divisor) {
        judge.consider(in_all(judge, words, [&](std::size_t i) -> std::vector<Matrix> {
            const GradientArray& array = judge.right()[i];
            const bool has_columns =
                array.name == "dx" || array.name == "dh0" || array.name == "dc0";
            if (!has_columns || !judge.differs(i)) return {};
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

/// Something times the parameters that was added to their gradients: the rest has the same ratio to them everywhere.
void consider_weight_decay(const Case& of, Judge& judge) {
    const auto parameter = [&](std::size_t i) { return parameter_of(of, judge.right()[i].name); };
    std::vector<double> decayed, added;
    for (const std::size_t i : judge.differing()) {
        const Matrix* const values = parameter(i);
        if (values == nullptr) continue;
        for (std::size_t k = 0; k < values->size(); ++k) {
            const double value = values->values()[k];
            const double more =
                judge.given()[i].values[0].values()[k] - judge.right()[i].values[0].values()[k];
            if (value == 0) continue;
            decayed.push_back(value);
            added.push_back(more);
        }
    }
    if (decayed.size() < 3) return;
    const std::optional<double> factor = least_squares_factor(decayed, added);
    if (!factor) return;
    const double decay = *factor;
    judge.consider(
        in_all(judge, weight_decay_words(decay), [&](std::size_t i) -> std::vector<Matrix> {
            const Matrix* const values = parameter(i);
            if (values == nullptr || !judge.differs(i)) return {};
            Matrix sum = judge.right()[i].values[0];
            for (std::size_t k = 0; k < sum.size(); ++k)
                sum.values()[k] += decay * values->values()[k];
            return {sum};
        }));
}

}  // namespace

const Matrix* parameter_of(const Case& of, const std::string& array) {
    const auto found = std::ranges::find(of.parameters, array, &NamedArray::name);
    return found == of.parameters.end() ? nullptr : &found->value;
}

std::string weight_decay_words(double decay) {
    return fmt::format("{:.10g} times the parameter is added: the gradient of weight decay", decay);
}

void consider_treated_arrays(const Case& of, Judge& judge) {
    consider_clamped(judge);
    consider_norm_of_all(judge);
    consider_norm_of_each(judge);
    consider_joined_columns(of, judge);
    consider_weight_decay(of, judge);
}

}  // namespace revolute
