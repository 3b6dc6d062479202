#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <support/drawn_recurrence.hpp>
#include <support/random_graph.hpp>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace revolute::test {

namespace {

/// What is drawn, and what is built of it.
class RecurrenceBuilder {
 public:
    RecurrenceBuilder(Graph& graph, std::uint32_t seed)
        : graph_(graph), random_(seed), units_(1 + static_cast<int>(random_.below(2))) {
        first_ = random_.below(3) == 0 ? 1 : 0;
        for (std::uint32_t& kind : kinds_) kind = random_.below(9);
        initial_ = random_.below(4);
        loss_ = random_.below(5);
        has_product_ = random_.below(2) == 1;
        distance_ = random_.below(3) == 0 ? 2 : 1;
        reads_new_ = random_.below(3) == 0;
        w_ = graph.parameter("W", {units_, units_});
        u_ = graph.parameter("U", {units_, units_});
        factor_ = graph.parameter("gam", {1, 1});
    }

    Derivative build(std::int32_t steps) {
        const Expr h = initial("h0"), k = initial("k0");
        for (std::int32_t i = 0; i < steps; ++i) {
            const Scope scope(graph_, Step{0, first_ + i});
            add_states(h, k);
            add_loss();
        }
        Expr loss = total_       ? *total_
                    : loss_ == 3 ? scale(1.0 / steps, sum(stack_rows(losses_)))
                                 : log_sum_exp(stack_rows(losses_));
        loss = (loss + 0.1 * sum(square(k_.back()))).named("L");
        return differentiate(loss, {w_, u_, factor_}, Unreachable::zeros);
    }

 private:
    Expr initial(const std::string& name) {
        const Shape shape{units_, 1};
        switch (initial_) {
            case 0:
                return graph_.constant(0.5, shape);
            case 1:
                return graph_.constant(1.0, shape);
            case 2:
                return graph_.initial_state(name, shape);
            default:
                return graph_.parameter(name, shape);
        }
    }

    Expr unit(std::uint32_t kind, Expr a, Expr b, Expr x) const {
        switch (kind) {
            case 0:
                return tanh(w_ * a + b);
            case 1:
                return w_ * a + x;
            case 2:
                return hadamard(a, b);
            case 3:
                return multiply(factor_, a) + b;
            case 4:
                return 0.5 * a - b;
            case 5:
                return u_ * a;
            case 6:
                return sigmoid(a - x);
            case 7:
                return maximum(a, b);
            default:
                return sin(a + u_ * b);
        }
    }

    void add_states(Expr first_h, Expr first_k) {
        const std::size_t i = h_.size();
        const Expr x = graph_.input("x", {units_, 1});
        const Expr before = i >= 1 ? h_[i - 1] : first_h;
        const Expr earlier = i >= distance_ ? h_[i - distance_] : first_h;
        const Expr k_before = i >= 1 ? k_[i - 1] : first_k;
        const Expr z = unit(kinds_[0], before, x, x).named("z");
        Expr h = unit(kinds_[1], z, earlier, x);
        if (has_product_) h = unit(kinds_[2], h, k_before, x);
        const Expr k = unit(kinds_[3], k_before, reads_new_ ? h : z, x);
        h_.push_back(h.named("h"));
        k_.push_back(k.named("k"));
    }

    void add_loss() {
        const Expr part = loss_ % 2 == 1 ? mse(h_.back(), graph_.input("Y", {units_, 1}))
                                         : sum(hadamard(h_.back(), k_.back()));
        if (loss_ >= 3)
            losses_.emplace_back(part.named("l"));
        else if (!total_)
            total_ = part.named("S");
        else if (loss_ == 2)
            total_ = (0.9 * *total_ + part).named("S");
        else
            total_ = (*total_ + multiply(factor_, part)).named("S");
    }

    Graph& graph_;
    Random random_;
    int units_;
    std::int32_t first_ = 0;
    std::array<std::uint32_t, 4> kinds_{};
    std::uint32_t initial_ = 0, loss_ = 0, distance_ = 1;
    bool has_product_ = false, reads_new_ = false;
    Expr w_, u_, factor_;
    std::vector<Expr> h_, k_;
    std::vector<Operand> losses_;
    std::optional<Expr> total_;
};

}  // namespace

Derivative drawn_recurrence(Graph& graph, std::uint32_t seed, std::int32_t steps) {
    return RecurrenceBuilder(graph, seed).build(steps);
}

}  // namespace revolute::test
