#include <revolute/tools/diagnosis/derivations/forward_mistake.hpp>
#include <revolute/tools/diagnosis/hypothesis.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

// Mistakes that show in whole arrays.

namespace revolute {

Hypothesis in_all_differing(const Judge& judge, std::string words, const ArrayChange& change) {
    Hypothesis hypothesis{std::move(words), {}};
    hypothesis.arrays.resize(judge.given().size());
    for (const std::size_t i : judge.differing()) hypothesis.arrays[i] = change(i);
    return hypothesis;
}

Hypothesis of_gradients(const Judge& judge, std::string words, std::span<const double> gradients) {
    Hypothesis hypothesis{std::move(words), {}};
    for (GradientArray& array : judge.layout().arrays(gradients))
        hypothesis.arrays.push_back(std::move(array.values));
    return hypothesis;
}

bool all_differing(const Judge& judge, std::string_view beginning) {
    return std::ranges::all_of(judge.differing(), [&](std::size_t i) {
        return judge.right()[i].name.starts_with(beginning);
    });
}

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

void consider_zeros(const Case& of, Judge& judge) {
    const std::string words =
        all_differing(judge, "bias_hh") && has_one_bias(CaseNet(of))
            ? "bias_hh has no gradient: it is added where bias_ih is, so it has one like it"
            : "there is no gradient, it is zero";
    // Of small numbers with few digits zeros are as near; they are none.
    judge.consider(in_all_differing(judge, words, [&](std::size_t i) -> std::vector<Matrix> {
        const std::vector<Matrix>& right = judge.right()[i].values;
        const bool is_zero =
            largest_entry(judge.given()[i].values) <= case_tolerance * largest_entry(right);
        return is_zero ? scaled(right, 0) : std::vector<Matrix>();
    }));
}

/// dx[B][T][I] where [T][B][I] belongs.
void consider_batch_first(const Case& of, Judge& judge) {
    if (of.sizes.steps != of.sizes.batch || of.sizes.batch == 1) return;
    judge.consider(in_all_differing(
        judge, "the batch stands first: dx is [B][T][I] where [T][B][I] belongs",
        [&](std::size_t i) {
            const GradientArray& array = judge.right()[i];
            return array.name == "dx" ? with_batch_first(array.values) : std::vector<Matrix>();
        }));
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

/// The gradients of bias_ih and bias_hh added up, where each has one of its own; of one bias that
/// is a factor of 2.
void consider_added_biases(const Case& of, Judge& judge) {
    if (has_one_bias(CaseNet(of))) return;
    const auto other = [&](const std::string& name) {
        const std::string_view part = name.starts_with("bias_ih") ? "bias_hh" : "bias_ih";
        return std::ranges::find(judge.right(), std::string(part) + name.substr(part.size()),
                                 &GradientArray::name);
    };
    judge.consider(in_all_differing(
        judge, "the gradients of bias_ih and bias_hh are added up, but each has one of its own",
        [&](std::size_t i) -> std::vector<Matrix> {
            const GradientArray& array = judge.right()[i];
            if (!array.name.starts_with("bias_")) return {};
            const auto beside = other(array.name);
            if (beside == judge.right().end()) return {};
            Matrix sum = array.values[0];
            for (std::size_t k = 0; k < sum.size(); ++k)
                sum.values()[k] += beside->values[0].values()[k];
            return {sum};
        }));
}

void consider_mixed_up(Judge& judge) {
    for (const std::size_t i : judge.differing())
        for (std::size_t j = 0; j < judge.right().size(); ++j) {
            // Nobody takes the adjoints of inputs and states for gradients of parameters.
            if (i == j || !same_shapes(judge.right()[i], judge.right()[j]) ||
                judge.right()[i].has_sequences() != judge.right()[j].has_sequences())
                continue;
            Hypothesis hypothesis{fmt::format("it is the gradient of {}", judge.right()[j].name),
                                  {}};
            hypothesis.arrays.resize(judge.given().size());
            hypothesis.arrays[i] = judge.right()[j].values;
            judge.consider(hypothesis);
        }
}

}  // namespace

void consider_arrays(const Case& of, Judge& judge) {
    consider_named_factors(of, judge);
    consider_zeros(of, judge);
    consider_added_biases(of, judge);
    judge.consider(in_all_differing(judge, "the gradient is transposed", [&](std::size_t i) {
        return transposed_gates(judge.right()[i], of.sizes.hidden);
    }));
    judge.consider(
        in_all_differing(judge, "the matrices stand in reverse order", [&](std::size_t i) {
            const std::vector<Matrix>& values = judge.right()[i].values;
            return std::vector<Matrix>(values.rbegin(), values.rend());
        }));
    consider_batch_first(of, judge);
    consider_gate_orders(of, judge);
    consider_exchanged_directions(of, judge);
    consider_mixed_up(judge);
}

void consider_targets(const Case& of, double factor, Judge& judge) {
    for (const ForwardMistake& mistake : target_mistakes(of)) {
        Case changed = of;
        mistake.change(changed);
        if (changed.targets == of.targets) continue;
        Hypothesis hypothesis{mistake.words, {}};
        const std::vector<GradientArray> all = gradient_arrays(solve(changed));
        for (const GradientArray& array : judge.right())
            hypothesis.arrays.push_back(
                scaled(std::ranges::find(all, array.name, &GradientArray::name)->values, factor));
        judge.consider(hypothesis);
    }
}

}  // namespace revolute
