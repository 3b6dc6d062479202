#include <revolute/tools/diagnosis/hypothesis.hpp>
#include <revolute/tools/support/norm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

// What may have been done to gradients that were wrong before, taken back: the mistake is looked
// for in what was there then.

namespace revolute {

namespace {

bool is_of_cell(const std::string& name) {
    return name.starts_with("weight_") || name.starts_with("bias_") ||
           name.starts_with("peephole_");
}

/// Parameters' arrays that one loop over them may have changed.
constexpr std::array<std::string_view, 3> groups{"", "weight_", "bias_"};

void add_factors(const Case& of, const Judge& judge, std::vector<Treatment>& treatments) {
    for (const KnownFactor& factor : factors_of_sums(of, judge))
        for (const std::string_view group : groups) {
            if (factor.value == 1) continue;
            treatments.push_back({factor.words,
                                  [=](const GradientArray& array) {
                                      return is_of_cell(array.name) && array.name.starts_with(group)
                                                 ? scaled(array.values, 1 / factor.value)
                                                 : std::vector<Matrix>();
                                  },
                                  true});
        }
}

/// The number of times that the parameter was added, if there is one for the whole array.
std::optional<double> decay_of(const Case& of, const Judge& judge, std::size_t i) {
    const Matrix* const parameter = parameter_of(of, judge.right()[i].name);
    if (parameter == nullptr || parameter->size() < 3) return std::nullopt;
    std::vector<double> added;
    const auto given = judge.given()[i].values[0].values();
    for (std::size_t k = 0; k < parameter->size(); ++k)
        added.push_back(given[k] - judge.right()[i].values[0].values()[k]);
    const auto factor = closest_factor(parameter->values(), added);
    const double scale = largest_entry(judge.given()[i].values);
    if (!factor) return std::nullopt;
    for (std::size_t k = 0; k < added.size(); ++k)
        if (!(std::abs(added[k] - *factor * parameter->values()[k]) <=
              std::max(1e-8 * scale, judge.rounding(i, scale))))
            return std::nullopt;
    return factor;
}

/// Weight decay that shows by itself in one array.
void add_decay(const Case& of, const Judge& judge, std::vector<Treatment>& treatments) {
    for (const std::size_t i : judge.differing()) {
        const auto decay = decay_of(of, judge, i);
        if (!decay) continue;
        const double uncertain =
            uncertainty_of_decay(judge, i, *parameter_of(of, judge.right()[i].name));
        for (const std::string_view group : groups)
            treatments.push_back({weight_decay_words(*decay, uncertain),
                                  [&of, decay = *decay, group](const GradientArray& array) {
                                      const Matrix* const parameter = parameter_of(of, array.name);
                                      if (parameter == nullptr || !array.name.starts_with(group))
                                          return std::vector<Matrix>();
                                      Matrix values = array.values[0];
                                      for (std::size_t k = 0; k < values.size(); ++k)
                                          values.values()[k] -= decay * parameter->values()[k];
                                      return std::vector<Matrix>{values};
                                  }});
        return;
    }
}

void add_gate_orders(const Case& of, std::vector<Treatment>& treatments) {
    for (const GateOrder& order : gate_orders(of)) {
        std::vector<std::size_t> back(order.order.size());
        for (std::size_t i = 0; i < back.size(); ++i) back[order.order[i]] = i;
        treatments.push_back({order.words, [back](const GradientArray& array) {
                                  return permuted_gates(array, back);
                              }});
    }
}

}  // namespace

std::vector<Treatment> treatments(const Case& of, const Judge& judge) {
    std::vector<Treatment> treatments;
    add_factors(of, judge, treatments);
    add_decay(of, judge, treatments);
    treatments.push_back({"the gradient is transposed", [&of](const GradientArray& array) {
                              return array.name.starts_with("weight_")
                                         ? transposed_gates(array, of.sizes.hidden)
                                         : std::vector<Matrix>();
                          }});
    add_gate_orders(of, treatments);
    return treatments;
}

}  // namespace revolute
