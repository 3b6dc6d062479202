#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/tools/checks/gradient_rounding.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace revolute {

namespace {

constexpr int rounding_samples = 32;  // of a number that comes out right by luck as often as not
/// The precision whose rounding is looked at: double shows it, and it is small enough to be in
/// proportion.
constexpr double rounding_unit = std::numeric_limits<float>::epsilon() / 2;
/// Rounding is half a unit in the last place, and what functions of libraries are off is about one.
constexpr double most_units = 2;

/// Of how many terms each entry of a node is the sum, at most.
double terms_of(const Graph& graph, NodeId node) {
    const auto operands = graph.operands(node);
    if (operands.empty()) return 1;
    if (graph.op(node).role == Role::product) return graph.shape(operands[0]).columns;
    double entries = 0;
    for (const NodeId operand : operands)
        entries += static_cast<double>(graph.shape(operand).size());
    return entries / static_cast<double>(graph.shape(node).size());
}

/// Each partial sum is rounded: what that comes to grows as the root of their number.
double units_of(const Graph& graph, NodeId node) {
    constexpr double few_terms = 16;
    return most_units * std::sqrt(std::max(1.0, terms_of(graph, node) / few_terms));
}

/// Uniform numbers in [-1, 1), as fast as a sum of products (Steele, Lea and Flood 2014,
/// splitmix64).
class Moves {
 public:
    double next() {
        std::uint64_t bits = state_ += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return static_cast<double>(bits >> 11) * 0x1.0p-52 - 1;
    }

 private:
    std::uint64_t state_ = 1;
};

bool holds_whole_numbers(const Matrix& value) {
    return std::ranges::all_of(value.values(), [](double x) { return x == std::floor(x); });
}

/// By how much outputs differ from the right ones at most, where each value on the way to them is
/// moved a little, as if it were rounded; in units of the last place.
class RoundingSamples {
 public:
    RoundingSamples(std::span<const Expr> outputs, std::span<const Expr> variables,
                    const Bindings& values, Formulas formulas)
        : graph_(*outputs.front().graph), given_(values), formulas_(formulas) {
        std::vector<NodeId> ids;
        for (const Expr& output : outputs) ids.push_back(output.id);
        const std::vector<bool> needed = ancestors(graph_, ids);
        outputs_of_.resize(graph_.size());
        for (std::size_t i = 0; i < ids.size(); ++i) outputs_of_[index(ids[i])].push_back(i);
        uses_.resize(graph_.size());
        is_moved_.resize(graph_.size());
        for (std::uint32_t i = 0; i < graph_.size(); ++i) {
            if (!needed[i]) continue;
            nodes_.push_back(NodeId{i});
            note_moved(NodeId{i}, variables);
            for (const NodeId operand : graph_.operands(NodeId{i})) ++uses_[index(operand)];
        }
    }

    std::vector<double> beside(std::span<const Matrix> right) {
        std::vector<double> largest(right.size());
        for (int sample = 0; sample < rounding_samples; ++sample) run(right, largest);
        return largest;
    }

 private:
    void note_moved(NodeId node, std::span<const Expr> variables) {
        if (!is_given(graph_.op(node))) {
            is_moved_[index(node)] = std::ranges::any_of(
                graph_.operands(node), [&](NodeId operand) { return is_moved_[index(operand)]; });
            return;
        }
        const bool is_variable = std::ranges::find(variables, node, &Expr::id) != variables.end();
        is_moved_[index(node)] = is_variable || !holds_whole_numbers(*given_.find(graph_.at(node)));
    }

    void run(std::span<const Matrix> right, std::vector<double>& largest) {
        std::vector<Matrix> values(graph_.size());
        std::vector<std::uint32_t> uses = uses_;
        std::vector<ConstMatrixView> operands;
        for (const NodeId node : nodes_) {
            Matrix& value = values[index(node)];
            operands.clear();
            for (const NodeId operand : graph_.operands(node))
                operands.emplace_back(values[index(operand)]);
            if (is_given(graph_.op(node))) {
                value = *given_.find(graph_.at(node));
            } else {
                value = Matrix(graph_.shape(node));
                graph_.op(node).evaluate({operands, graph_.attributes(node)}, value);
            }
            if (is_moved_[index(node)]) move(value, node, operands);
            for (const std::size_t output : outputs_of_[index(node)]) {
                const double difference = largest_difference(value, right[output]) / rounding_unit;
                if (std::isfinite(difference))
                    largest[output] = std::max(largest[output], difference);
            }
            for (const NodeId operand : graph_.operands(node))
                if (--uses[index(operand)] == 0) values[index(operand)] = {};
            if (uses[index(node)] == 0) value = {};
        }
    }

    void move(Matrix& value, NodeId node, std::span<const ConstMatrixView> operands) {
        const Kernel term_sizes = graph_.op(node).term_sizes;
        const bool has_sizes = formulas_ == Formulas::by_hand && term_sizes != nullptr;
        Matrix sizes(has_sizes ? value.shape() : Shape{});
        if (has_sizes) term_sizes({operands, graph_.attributes(node)}, sizes);
        const double most = units_of(graph_, node);
        for (std::size_t i = 0; i < value.size(); ++i) {
            double& x = value.values()[i];
            const double beyond = has_sizes ? std::abs(sizes.values()[i]) - std::abs(x) : 0;
            const double units = most * rounding_unit * moves_.next();
            x = x * (1 + units) + units * std::max(0.0, beyond);
        }
    }

    Graph& graph_;
    const Bindings& given_;
    Formulas formulas_;
    std::vector<NodeId> nodes_;                         // that are needed, ascending
    std::vector<std::vector<std::size_t>> outputs_of_;  // by id
    std::vector<std::uint32_t> uses_;                   // by id
    std::vector<bool> is_moved_;                        // by id
    Moves moves_;
};

}  // namespace

std::vector<double> rounding_floors(std::span<const Expr> outputs, std::span<const Expr> variables,
                                    const Bindings& values, Formulas formulas) {
    const std::vector<Matrix> right = evaluate(outputs, values);
    std::vector<double> floors =
        RoundingSamples(outputs, variables, values, formulas).beside(right);
    for (double& floor : floors)
        floor *= rounding_margin * std::numeric_limits<double>::epsilon() / 2;
    return floors;
}

double rounding_of_one_operation() {
    return rounding_margin * most_units * std::numeric_limits<double>::epsilon() / 2;
}

}  // namespace revolute
