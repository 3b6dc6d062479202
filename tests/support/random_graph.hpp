#pragma once

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>

#include <array>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace revolute::test {

/// Numbers that are the same on every platform: the standard fixes the engine, not the
/// distributions.
class Random {
 public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}

    std::uint32_t below(std::size_t count) { return static_cast<std::uint32_t>(engine_() % count); }
    /// Even in [-1, 1).
    double number() { return static_cast<double>(engine_()) / 2147483648.0 - 1.0; }
    Matrix matrix(Shape shape) {
        Matrix values(shape);
        for (double& value : values.values()) value = number();
        return values;
    }
    /// Whole numbers below `limit`.
    Matrix whole_numbers(Shape shape, std::size_t limit) {
        Matrix values(shape);
        for (double& value : values.values()) value = below(limit);
        return values;
    }

 private:
    std::mt19937 engine_;
};

/// One application of an operator, in numbers that any generator may draw: picks are taken modulo
/// what there is to pick from, and stand for where the search for something that fits begins.
struct Application {
    std::uint32_t op = 0;
    std::array<std::uint32_t, 3> operands{};
    std::uint32_t count = 0;      ///< how many operands a variadic operator gets beyond two
    std::uint32_t attribute = 0;  ///< of attributes that are sizes
    bool is_squashed = false;     ///< whether tanh of the result goes on
};

/// All that decides on a random graph. Without applications, or with fewer, it is a graph too.
struct GraphPlan {
    std::vector<Shape> leaves;
    std::vector<Application> applications;
    std::uint32_t values = 0;  ///< seed of the leaves' values
};

/// The operators of the catalogue that are differentiated as they compute: all but stop_gradient.
std::span<const Op* const> differentiable_operators();

/// A graph of random applications of operators, with values for its leaves. Values stay of order
/// one: what grows is scaled down. Operands may be repeated, and any earlier result is used again.
class RandomGraph {
 public:
    explicit RandomGraph(std::uint32_t seed, int applications = 25);
    /// Follows the plan; an application whose operator accepts nothing that is there is left out.
    explicit RandomGraph(const GraphPlan& plan,
                         std::span<const Op* const> operators = differentiable_operators());

    /// A number that depends on every application: the weighted sum of what no other application
    /// uses.
    Expr loss();
    /// The loss as a listing, and the leaves' values.
    std::string listing();

    Random random;
    Graph graph;
    std::vector<Expr> leaves;
    std::vector<Expr> nodes;  ///< the leaves, then the results
    std::vector<const Op*> applied;
    Bindings bindings;

 private:
    struct Call {
        const Op& op;
        std::vector<NodeId> operands;
        std::vector<double> attributes;
    };

    void add_leaves(std::span<const Shape> shapes);
    void find_ends();
    bool apply(const Application& application);
    bool find_operands(Call& call, const Application& application) const;
    Expr make(const Call& call);
    bool is_steep(const Call& call, std::span<const NodeId> operands);
    Expr far_from_singular(Expr x);
    NodeId fit(Expr x, const Domain& domain);
    Expr of_order_one(Expr x);

    std::span<const Op* const> operators_;
    std::vector<Expr> ends_;  // results that nothing uses
    Expr loss_;
    std::vector<Expr> indices_;  // operands of the latest application that hold whole numbers
};

/// Values of all ancestors of the output, each kept in a matrix of its own: the evaluator without
/// its handing on of memory.
Matrix evaluate_naively(Expr output, const Bindings& bindings);

}  // namespace revolute::test
