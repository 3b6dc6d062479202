#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>
#include <support/time_nets.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace revolute::test {

namespace {

constexpr Shape state_shape{2, 1};

std::size_t example_arity(const Op& op) { return op.arity == variadic ? 3 : op.arity; }

std::span<const double> example_attributes(const Op& op) {
    return std::span(op.example.attributes).first(op.example.attribute_count);
}

/// The states and what is made of them.
class Builder {
 public:
    Builder(Graph& graph, const TimeNet& net, int steps, int second_steps)
        : graph_(graph), net_(net), steps_(steps), second_steps_(second_steps) {}

    std::vector<Expr> outputs() {
        w_ = weight("w", {2, 2});
        Expr h;
        {
            const Scope scope(graph_, Step{0, -1});
            h = graph_.initial_state("h", state_shape);
        }
        for (int t = 0; t < steps_; ++t) {
            const Scope scope(graph_, Step{0, t});
            const Expr x = graph_.input("x", state_shape);
            const Expr before = net_.is_recurrent ? w_ * h : w_ * x;
            h = tanh(before + x).named("h");
            if (net_.step != nullptr) h = tanh(through(*net_.step, h) + h).named("g");
            states_.push_back(h);
            if (net_.over_time == OverTime::chain_inside)
                collected_ = t == 0 ? h : chained(collected_, h);
        }
        Expr loss = sum(collected());
        if (net_.has_second_axis) loss = second_axis(loss);
        if (!net_.has_gradients) return {loss};
        return differentiate(loss, weights_, Unreachable::zeros).loss_and_gradients();
    }

 private:
    Expr weight(const std::string& name, Shape shape) {
        const Expr made = graph_.parameter(name, shape);
        weights_.push_back(made);
        return made;
    }
    /// A weight that all steps share.
    Expr shared(const std::string& name, Shape shape) {
        for (const Expr& made : weights_)
            if (graph_.name(made.id) == name) return made;
        return weight(name, shape);
    }

    /// The operator on operands that follow from the state, and a state of what it gives.
    Expr through(const Op& op, Expr h) {
        std::vector<Operand> operands;
        for (std::size_t slot = 0; slot < example_arity(op); ++slot) {
            const Shape shape = op.example.operands[slot];
            const Domain domain = op.example.domains[slot];
            if (domain.is_whole) {
                operands.emplace_back(graph_.input(fmt::format("i{}", slot), shape));
                continue;
            }
            const Expr placed = shared(fmt::format("a{}", slot), {shape.rows, 2}) * h *
                                shared(fmt::format("b{}", slot), {1, shape.columns});
            const double middle = (domain.low + domain.high) / 2;
            operands.emplace_back((0.45 * (domain.high - domain.low)) * tanh(placed) + middle);
        }
        const Expr y = apply_to_all(op, operands, example_attributes(op));
        return shared("c", {2, y.shape().rows}) * y * shared("d", {y.shape().columns, 1});
    }

    Expr chained(Expr a, Expr b) {
        if (net_.chain == &matmul_op) return (a * transpose(b)) * b;
        if (net_.chain == &divide_op) return a / (2.0 + b);
        return apply(*net_.chain, {a, b});
    }

    std::vector<Operand> operands() const { return {states_.begin(), states_.end()}; }

    Expr collected() {
        switch (net_.over_time) {
            case OverTime::last:
                return states_.back();
            case OverTime::sum:
                return accumulate(states_);
            case OverTime::mean:
                return (1.0 / steps_) * accumulate(states_);
            case OverTime::chain_inside:
                return collected_;
            case OverTime::chain_outside: {
                Expr all = states_.front();
                for (const Expr& h : std::span(states_).subspan(1)) all = chained(all, h);
                return all;
            }
            case OverTime::stack_rows:
                return of_stack(stack_rows(operands()));
            case OverTime::stack_columns:
                return of_stack(stack_columns(operands()));
            case OverTime::attention: {
                const Expr all = stack_columns(operands());
                const Expr weights = softmax(transpose(all) * states_.back());
                return all * weights;
            }
            case OverTime::parts_of_stack:
                return parts_of(stack_columns(operands()));
            case OverTime::reversed_stack: {
                std::vector<Operand> reversed = operands();
                std::ranges::reverse(reversed);
                return of_stack(stack_rows(reversed));
            }
            case OverTime::mean_of_stack:
                return mean(square(stack_columns(operands())));
        }
        return {};
    }

    Expr of_stack(Expr stack) const {
        if (net_.of_stack == nullptr) return square(stack);
        const std::vector<Operand> all(example_arity(*net_.of_stack), stack);
        return apply_to_all(*net_.of_stack, all, example_attributes(*net_.of_stack));
    }

    Expr parts_of(Expr stack) {
        const Expr squares = square(stack);
        std::vector<Expr> parts;
        for (int t = 0; t < steps_; ++t) {
            const Scope scope(graph_, Step{0, t});
            parts.push_back(tanh(columns(squares, t, 1)));
        }
        return accumulate(parts);
    }

    Expr second_axis(Expr value) {
        const Expr v = weight("v", {1, 1});
        Expr s = value;
        std::vector<Expr> all;
        for (int t = 0; t < second_steps_; ++t) {
            const Scope scope(graph_, Step{1, t});
            s = tanh(v * s + value).named("s");
            all.push_back(s);
        }
        return accumulate(all);
    }

    Graph& graph_;
    const TimeNet& net_;
    int steps_;
    int second_steps_;
    Expr w_, collected_;
    std::vector<Expr> weights_, states_;
};

}  // namespace

std::string TimeNet::text() const {
    const auto name = [](const Op* op) { return op == nullptr ? std::string_view("-") : op->name; };
    return fmt::format(
        "over time {}, step {}, chain {}, of stack {}, recurrent {}, gradients {}, "
        "second axis {}",
        static_cast<int>(over_time), name(step), name(chain), name(of_stack), is_recurrent,
        has_gradients, has_second_axis);
}

std::vector<Expr> outputs_of(Graph& graph, const TimeNet& net, int steps, int second_steps) {
    return Builder(graph, net, steps, second_steps).outputs();
}

bool takes_stack(const Op& op) {
    try {
        for (const OverTime stack : {OverTime::stack_rows, OverTime::stack_columns}) {
            Graph graph;
            outputs_of(graph, {.over_time = stack, .of_stack = &op}, 7);
        }
    } catch (const Error&) {
        return false;
    }
    return true;
}

}  // namespace revolute::test
