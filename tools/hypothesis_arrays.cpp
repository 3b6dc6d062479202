#include <revolute/tools/forward_mistake.hpp>
#include <revolute/tools/hypothesis.hpp>
#include <revolute/tools/norm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

// Mistakes that show in whole arrays.

namespace revolute {

namespace {

using Change = std::function<std::vector<Matrix>(std::size_t array)>;

/// The hypothesis that every array that differs was changed so.
Hypothesis in_all_differing(const Judge& judge, std::string words, const Change& change) {
    Hypothesis hypothesis{std::move(words), {}};
    hypothesis.arrays.resize(judge.given().size());
    for (const std::size_t i : judge.differing()) hypothesis.arrays[i] = change(i);
    return hypothesis;
}

std::vector<Matrix> scaled(std::vector<Matrix> values, double factor) {
    for (Matrix& matrix : values)
        for (double& value : matrix.values()) value *= factor;
    return values;
}

bool all_differing(const Judge& judge, std::string_view beginning) {
    return std::ranges::all_of(judge.differing(), [&](std::size_t i) {
        return judge.right()[i].name.starts_with(beginning);
    });
}

}  // namespace

std::vector<KnownFactor> factors_of_loss(const Case& of) {
    const int B = of.sizes.batch, O = of.sizes.output;
    const int N = static_cast<int>(std::max<std::size_t>(1, of.architecture.answers.size()));
    std::vector<KnownFactor> factors{
        {1.0 * B,
         fmt::format("a factor of B = {}: a sum over the batch where its mean belongs", B)},
        {1.0 / B, fmt::format("a factor of 1/B = 1/{}: B is divided by twice", B)},
        {1.0 / N, fmt::format("a factor of 1/{0}: a mean over the {0} answers where their sum "
                              "belongs",
                              N)},
        {1.0 / O, fmt::format("a factor of 1/O = 1/{}: a mean over the outputs where their sum "
                              "belongs",
                              O)},
    };
    if (of.architecture.loss == LossKind::cross_entropy) return factors;
    const std::string all = N == 1 ? "O" : fmt::format("(O {})", N);
    factors.insert(
        factors.end(),
        {{2, "a factor of 2: the loss is half the squared error, so its derivative is yhat - y"},
         {2.0 * B, fmt::format("a factor of 2 B = {}: a sum of squared errors where half their "
                               "mean over the batch belongs",
                               2 * B)},
         {2.0 / (O * N), fmt::format("a factor of 2/{} = {:.6g}: the mean of all squared errors, "
                                     "where half their sum, divided by B, belongs",
                                     all, 2.0 / (O * N))}});
    std::erase_if(factors, [](const KnownFactor& factor) { return factor.value == 1; });
    return factors;
}

std::vector<KnownFactor> factors_of_sums(const Case& of, const Judge& judge) {
    const int B = of.sizes.batch, T = of.sizes.steps;
    return {{2, all_differing(judge, "bias_")
                    ? "a factor of 2: the gradients of bias_ih and bias_hh seem to be added up, "
                      "but each is that of their sum"
                    : "a factor of 2"},
            {1.0 * B, fmt::format("a factor of B = {}", B)},
            {1.0 / B, fmt::format("a factor of 1/B = 1/{}: a mean over the batch where a sum "
                                  "belongs",
                                  B)},
            {1.0 * T, fmt::format("a factor of T = {}, the number of steps", T)},
            {1.0 / T, fmt::format("a factor of 1/T = 1/{}: a mean over the steps where their sum "
                                  "belongs",
                                  T)}};
}

namespace {

std::vector<KnownFactor> known_factors(const Case& of, const Judge& judge) {
    const bool is_loss = std::ranges::any_of(judge.differing(), [&](std::size_t i) {
        return judge.right()[i].name.starts_with("head.");
    });
    std::vector<KnownFactor> factors = is_loss ? factors_of_loss(of) : factors_of_sums(of, judge);
    factors.insert(factors.end(), {{-1, "the sign is wrong"}, {0.5, "a factor of 1/2"}});
    std::erase_if(factors, [](const KnownFactor& factor) { return factor.value == 1; });
    return factors;
}

}  // namespace

std::vector<Matrix> transposed_gates(const GradientArray& array, int hidden) {
    const Matrix& from = array.values.front();
    const int size = has_gate_rows(array.name) ? hidden : from.rows();
    if (array.values.size() > 1 || from.columns() != size || size == 1) return {};
    Matrix to(from.shape());
    for (int r = 0; r < from.rows(); ++r)
        for (int c = 0; c < size; ++c) to(r, c) = from(r - r % size + c, r % size);
    return {to};
}

std::vector<Matrix> permuted_gates(const GradientArray& array, std::span<const std::size_t> order) {
    if (!has_gate_rows(array.name)) return {};
    const Matrix& from = array.values.front();
    const int size = from.rows() / static_cast<int>(order.size());
    Matrix to(from.shape());
    for (int r = 0; r < from.rows(); ++r)
        for (int c = 0; c < from.columns(); ++c)
            to(r, c) = from(
                static_cast<int>(order[static_cast<std::size_t>(r / size)]) * size + r % size, c);
    return {to};
}

std::vector<GateOrder> gate_orders(const Case& of) {
    const std::vector<std::string> names = gate_names(CaseNet(of));
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), 0U);
    std::vector<GateOrder> orders;
    while (std::next_permutation(order.begin(), order.end())) {
        std::vector<std::string> given;
        given.reserve(order.size());
        for (const std::size_t gate : order) given.push_back(names[gate]);
        orders.push_back({fmt::format("the gates' rows stand in the order {}, where {} belongs",
                                      fmt::join(given, " "), fmt::join(names, " ")),
                          order});
    }
    return orders;
}

namespace {

void consider_gate_orders(const Case& of, Judge& judge) {
    for (const GateOrder& order : gate_orders(of))
        judge.consider(in_all_differing(judge, order.words, [&](std::size_t i) {
            return permuted_gates(judge.right()[i], order.order);
        }));
}

void consider_zeros(Judge& judge) {
    const std::string words =
        all_differing(judge, "bias_hh")
            ? "bias_hh has no gradient: it is added where bias_ih is, so it has one like it"
            : "there is no gradient, it is zero";
    judge.consider(in_all_differing(
        judge, words, [&](std::size_t i) { return scaled(judge.right()[i].values, 0); }));
}

bool same_shapes(const GradientArray& a, const GradientArray& b) {
    return a.values.size() == b.values.size() &&
           a.values.front().shape() == b.values.front().shape();
}

/// Hypothesis that each of some arrays is another, where all of them are there.
void consider_exchange(Judge& judge, std::string words,
                       const std::function<std::string(const std::string&)>& other) {
    Hypothesis hypothesis{std::move(words), {}};
    hypothesis.arrays.resize(judge.given().size());
    // Those that agree, too: they would not.
    for (std::size_t i = 0; i < judge.right().size(); ++i) {
        const auto found =
            std::ranges::find(judge.right(), other(judge.right()[i].name), &GradientArray::name);
        if (found != judge.right().end() && found->name != judge.right()[i].name &&
            same_shapes(*found, judge.right()[i]))
            hypothesis.arrays[i] = found->values;
    }
    judge.consider(hypothesis);
}

void consider_exchanged_directions(const Case& of, Judge& judge) {
    if (!of.architecture.is_bidirectional) return;
    constexpr std::string_view mark = "_reverse";
    consider_exchange(judge, "the two directions are exchanged: each array is that of the other",
                      [&](const std::string& name) {
                          return name.ends_with(mark) ? name.substr(0, name.size() - mark.size())
                                                      : name + std::string(mark);
                      });
}

void consider_mixed_up(Judge& judge) {
    for (const std::size_t i : judge.differing())
        for (std::size_t j = 0; j < judge.right().size(); ++j) {
            if (i == j || !same_shapes(judge.right()[i], judge.right()[j])) continue;
            Hypothesis hypothesis{fmt::format("it is the gradient of {}", judge.right()[j].name),
                                  {}};
            hypothesis.arrays.resize(judge.given().size());
            hypothesis.arrays[i] = judge.right()[j].values;
            judge.consider(hypothesis);
        }
}

}  // namespace

void consider_arrays(const Case& of, Judge& judge) {
    for (const KnownFactor& factor : known_factors(of, judge))
        judge.consider(in_all_differing(judge, factor.words, [&](std::size_t i) {
            return scaled(judge.right()[i].values, factor.value);
        }));
    consider_zeros(judge);
    judge.consider(in_all_differing(judge, "the gradient is transposed", [&](std::size_t i) {
        return transposed_gates(judge.right()[i], of.sizes.hidden);
    }));
    judge.consider(
        in_all_differing(judge, "the matrices stand in reverse order", [&](std::size_t i) {
            const std::vector<Matrix>& values = judge.right()[i].values;
            return std::vector<Matrix>(values.rbegin(), values.rend());
        }));
    consider_gate_orders(of, judge);
    consider_exchanged_directions(of, judge);
    consider_mixed_up(judge);
}

void consider_targets(const Case& of, Judge& judge) {
    for (const ForwardMistake& mistake : target_mistakes(of)) {
        Case changed = of;
        mistake.change(changed);
        if (changed.targets == of.targets) continue;
        Hypothesis hypothesis{mistake.words, {}};
        const std::vector<GradientArray> all = gradient_arrays(solve(changed));
        for (const GradientArray& array : judge.right())
            hypothesis.arrays.push_back(
                std::ranges::find(all, array.name, &GradientArray::name)->values);
        judge.consider(hypothesis);
    }
}

void consider_unknown_factor(const Case&, Judge& judge) {
    std::vector<double> entries, right_entries;
    for (const std::size_t i : judge.differing()) {
        const GradientArray &given = judge.given()[i], &right = judge.right()[i];
        for (std::size_t k = 0; k < right.values.size(); ++k) {
            const auto a = given.values[k].values(), b = right.values[k].values();
            entries.insert(entries.end(), a.begin(), a.end());
            right_entries.insert(right_entries.end(), b.begin(), b.end());
        }
    }
    const std::optional<double> factor = closest_factor(right_entries, entries);
    if (!factor) return;
    Hypothesis hypothesis = in_all_differing(
        judge, fmt::format("a factor of {:.12g}, the same in every entry", *factor),
        [&](std::size_t i) { return scaled(judge.right()[i].values, *factor); });
    hypothesis.is_fitted = true;
    judge.consider(hypothesis);
}

}  // namespace revolute
