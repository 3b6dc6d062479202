#include <revolute/graph/program/program.hpp>
#include <revolute/tools/array_comparison.hpp>
#include <revolute/tools/case_net.hpp>
#include <revolute/tools/gradient_layout.hpp>
#include <revolute/tools/gradient_rounding.hpp>
#include <revolute/tools/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace revolute {

namespace {

constexpr int samples = 32;  // of a number that comes out right by luck as often as not
/// What is seen in a few samples, and what another order of the same sums may come to.
constexpr double margin = 16;

struct MovedLeaf {
    Expr leaf;
    const Matrix* value;
    bool is_moved;
};

bool holds_whole_numbers(const Matrix& value) {
    return std::ranges::all_of(value.values(), [](double x) { return x == std::floor(x); });
}

std::vector<MovedLeaf> leaves_of(Graph& graph, std::span<const Expr> variables,
                                 const Bindings& values, const Program& program) {
    std::vector<MovedLeaf> leaves;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const Expr leaf = graph.at(NodeId{i});
        const Matrix* const value = values.find(leaf);
        if (value == nullptr || !program.needs(leaf)) continue;
        const bool is_variable = std::ranges::find(variables, leaf) != variables.end();
        leaves.push_back({leaf, value, is_variable || !holds_whole_numbers(*value)});
    }
    return leaves;
}

/// By how much outputs computed in some precision, at the values and at values a few units in the last place of that
/// precision away, differ from the right ones at most; in units of that precision. None where none is finite.
class RoundingSamples {
 public:
    RoundingSamples(std::span<const Expr> outputs, std::span<const Expr> variables,
                    const Bindings& values, Precision precision)
        : program_(compile(outputs, {.precision = precision})),
          leaves_(leaves_of(*outputs.front().graph, variables, values, program_)),
          unit_(precision == Precision::float32 ? std::numeric_limits<float>::epsilon()
                                                : std::numeric_limits<double>::epsilon()),
          largest_(outputs.size()) {
        for (const MovedLeaf& leaf : leaves_) program_.bind(leaf.leaf, *leaf.value);
    }

    std::vector<std::optional<double>> beside(std::span<const Matrix> right) {
        Random random(1);
        for (int sample = 0; sample < samples; ++sample) {
            if (sample > 0) move(random);
            program_.run();
            for (std::size_t i = 0; i < right.size(); ++i) note(i, right[i]);
        }
        return largest_;
    }

 private:
    void move(Random& random) {
        for (const MovedLeaf& leaf : leaves_) {
            if (!leaf.is_moved) continue;
            Matrix moved = *leaf.value;
            for (double& x : moved.values()) x *= 1 + random.uniform(-2 * unit_, 2 * unit_);
            program_.bind(leaf.leaf, moved);
        }
    }

    void note(std::size_t output, const Matrix& right) {
        const double difference = largest_difference(program_.value(output), right) / unit_;
        if (std::isfinite(difference))
            largest_[output] = std::max(largest_[output].value_or(0), difference);
    }

    Program program_;
    std::vector<MovedLeaf> leaves_;
    double unit_;
    std::vector<std::optional<double>> largest_;
};

}  // namespace

std::vector<double> rounding_floors(std::span<const Expr> outputs, std::span<const Expr> variables,
                                    const Bindings& values) {
    const std::vector<Matrix> right = evaluate(outputs, values);
    std::vector<std::optional<double>> units =
        RoundingSamples(outputs, variables, values, Precision::float32).beside(right);
    if (!std::ranges::all_of(units, &std::optional<double>::has_value)) {
        const std::vector<std::optional<double>> in_double =
            RoundingSamples(outputs, variables, values, Precision::float64).beside(right);
        for (std::size_t i = 0; i < units.size(); ++i)
            if (!units[i]) units[i] = in_double[i];
    }
    std::vector<double> floors;
    floors.reserve(units.size());
    for (const std::optional<double>& unit : units)
        floors.push_back(margin * unit.value_or(0) * std::numeric_limits<double>::epsilon());
    return floors;
}

std::map<std::string, double> rounding_floors(const Case& of) {
    CaseNet net(of);
    const std::vector<Expr> outputs = net.outputs(net.derivative());
    const std::vector<double> floors = rounding_floors(outputs, net.variables(), net.values);
    const std::size_t first_gradient = 1 + net.net.read_out.y.size();
    std::map<std::string, double> result;
    result["loss"] = floors.front();
    result["yhat"] = *std::max_element(
        floors.begin() + 1, floors.begin() + static_cast<std::ptrdiff_t>(first_gradient));
    std::vector<Matrix> everywhere;
    for (std::size_t i = first_gradient; i < floors.size(); ++i)
        everywhere.emplace_back(outputs[i].shape(), floors[i]);
    for (const GradientArray& array : gradient_arrays(gradients_of(of, everywhere)))
        result[array.name] = largest_entry(array.values);
    return result;
}

}  // namespace revolute
