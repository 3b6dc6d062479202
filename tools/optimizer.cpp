#include <revolute/graph/error.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/optimizer.hpp>

#include <fmt/format.h>

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

Expr global_norm(std::span<const Expr> matrices) {
    common_graph("global_norm", matrices);
    Expr total = sum(square(matrices.front()));
    for (const Expr& matrix : matrices.subspan(1)) total = total + sum(square(matrix));
    return sqrt(total);
}

std::vector<Expr> clip_by_global_norm(std::span<const Expr> gradients, double limit) {
    const Expr norm = global_norm(gradients);
    const Expr most = norm.graph->constant(limit, {1, 1});
    const Expr factor = most / maximum(norm, most);  // 1 where the norm is the smaller one
    std::vector<Expr> clipped;
    for (const Expr& gradient : gradients) clipped.push_back(multiply(factor, gradient));
    return clipped;
}

}  // namespace revolute
