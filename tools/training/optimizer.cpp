#include <revolute/graph/graph.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/shape_rules.hpp>
#include <revolute/tools/support/norm.hpp>
#include <revolute/tools/training/optimizer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace revolute {

namespace {

constexpr double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-8;

void require_fit(std::span<const Expr> parameters, std::span<const Expr> gradients) {
    if (gradients.size() != parameters.size())
        throw ShapeError(
            fmt::format("optimizer: every parameter must have one gradient ({} parameters, {} "
                        "gradients)",
                        parameters.size(), gradients.size()));
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (gradients[i].shape() != parameters[i].shape())
            throw ShapeError(fmt::format(
                "optimizer: a gradient must have its parameter's shape\n  parameter is {}\n"
                "  gradient is {}",
                parameters[i].graph->describe(parameters[i].id),
                gradients[i].graph->describe(gradients[i].id)));
}

Expr everywhere(Expr scalar, Expr like) {
    return broadcast(scalar, like.shape().rows, like.shape().columns);
}

/// One step that is being put together.
class UpdateBuilder {
 public:
    UpdateBuilder(std::span<const Expr> parameters, std::span<const Expr> gradients)
        : graph_(*parameters.front().graph), parameters_(parameters), gradients_(gradients) {}

    Update of(const Sgd& rule) {
        for_each([&](Expr p, Expr g) {
            Expr v = g;
            if (rule.momentum != 0) {
                const Expr before = memory("velocity", p);
                v = remember(before, rule.momentum * before + g);
            }
            return p - rule.learning_rate * v;
        });
        return std::move(update_);
    }

    Update of(const Adam& rule) {
        const Expr mean_power = power("beta_1", beta_1), square_power = power("beta_2", beta_2);
        const Expr mean_correction = 1.0 - mean_power, square_correction = 1.0 - square_power;
        for_each([&](Expr p, Expr g) {
            const Expr m_before = memory("mean", p), s_before = memory("square", p);
            const Expr m_part = (1 - beta_1) * g;
            const Expr m = remember(m_before, beta_1 * m_before + m_part);
            const Expr s = remember(s_before, decayed(s_before, beta_2, g));
            const Expr mean = m / everywhere(mean_correction, p);
            const Expr root = sqrt(s / everywhere(square_correction, p));
            return p - (rule.learning_rate * mean) / (root + epsilon);
        });
        return std::move(update_);
    }

    Update of(const RmsProp& rule) {
        for_each([&](Expr p, Expr g) {
            const Expr before = memory("square", p);
            const Expr s = remember(before, decayed(before, rule.decay, g));
            const Expr root = sqrt(s);
            return p - (rule.learning_rate * g) / (root + epsilon);
        });
        return std::move(update_);
    }

 private:
    template <class Rule>
    void for_each(const Rule& move) {
        for (std::size_t i = 0; i < parameters_.size(); ++i)
            update_.parameters.push_back(move(parameters_[i], gradients_[i]));
    }

    /// d s + (1 - d) g o g.
    static Expr decayed(Expr s, double decay, Expr g) {
        const Expr kept = decay * s;
        const Expr part = (1 - decay) * g;
        return kept + hadamard(part, g);
    }

    Expr memory(std::string_view what, Expr parameter) {
        return graph_.input(fmt::format("{} of {}", what, parameter.label()), parameter.shape());
    }
    Expr remember(Expr before, Expr next, double first = 0) {
        update_.memories.push_back({before, next, first});
        return next;
    }

    /// base^n at step n. By products, not std::pow, whose last bit depends on the processor.
    Expr power(std::string_view name, double base) {
        const Expr before = graph_.input(fmt::format("power of {}", name), {1, 1});
        return remember(before, base * before, 1);
    }

    Graph& graph_;
    std::span<const Expr> parameters_;
    std::span<const Expr> gradients_;
    Update update_;
};

}  // namespace

Update update(const Optimizer& rule, std::span<const Expr> parameters,
              std::span<const Expr> gradients) {
    common_graph("optimizer", parameters);
    require_fit(parameters, gradients);
    UpdateBuilder step(parameters, gradients);
    return std::visit([&](const auto& some) { return step.of(some); }, rule);
}

namespace {

// y = the largest power of two that is at most |x|, entry by entry; 1 for 0 and for what is not
// finite. Its derivative is zero wherever there is one.
constinit const Op power_of_two_below_op{
    .name = "power_of_two_below",
    .shape = same_as_input,
    .role = Role::elementwise,
    .evaluate =
        [](const Arguments& x, MatrixView y) {
            std::ranges::transform(x[0].values(), y.data, power_of_two_below);
        },
    .pullback = {zero_derivative},
};

/// Matrices, taken as one vector, over a power of two of the order of their largest entry: no
/// square is beyond the range of numbers, and nothing is rounded that would not be anyway.
struct Scaled {
    explicit Scaled(std::span<const Expr> matrices) {
        Expr largest = max_norm(matrices.front());
        for (const Expr& matrix : matrices.subspan(1)) largest = maximum(largest, max_norm(matrix));
        scale = apply(power_of_two_below_op, {largest});
        for (const Expr& matrix : matrices) {
            parts.push_back(matrix / everywhere(scale, matrix));
            const Expr squares = sum(square(parts.back()));
            total = parts.size() == 1 ? squares : total + squares;
        }
    }

    Expr scale;               ///< [1 x 1]
    std::vector<Expr> parts;  ///< the matrices over the scale
    Expr total;               ///< of their squares
};

}  // namespace

Expr max_norm(Expr matrix) { return row_max(column_max(abs(matrix))); }

Expr global_norm(std::span<const Expr> matrices) {
    common_graph("global_norm", matrices);
    const Scaled scaled(matrices);
    return multiply(scaled.scale, sqrt(scaled.total));
}

std::vector<Expr> clip_by_global_norm(std::span<const Expr> gradients, double limit) {
    common_graph("global_norm", gradients);
    const Scaled scaled(gradients);
    const Expr length = sqrt(scaled.total);
    const Expr most = length.graph->constant(limit, {1, 1});
    const Expr is_longer = exceeds(multiply(scaled.scale, length), most);
    // Of the parts: the norm itself may be beyond the range of numbers. Their length is 1 at least,
    // unless all are 0.
    const Expr factor = most / maximum(length, constant_like(length, 1.0));
    std::vector<Expr> clipped;
    for (std::size_t i = 0; i < gradients.size(); ++i)
        clipped.push_back(where(everywhere(is_longer, gradients[i]),
                                multiply(factor, scaled.parts[i]), gradients[i]));
    return clipped;
}

}  // namespace revolute
