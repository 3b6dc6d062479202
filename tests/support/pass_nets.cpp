#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <support/pass_nets.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace revolute::test {

namespace {

class ProductsNet {
 public:
    ProductsNet(Graph& graph, Random& random, int steps) : graph_(graph) {
        rows_ = 1 + static_cast<int>(random.below(3));
        columns_ = 1 + static_cast<int>(random.below(3));
        const Shape square_shape{rows_, rows_}, shape{rows_, columns_};
        const std::size_t factors = 2 + random.below(2);
        read_with_input_ = random.below(4);
        const bool begins_with_constant = random.below(6) == 0;
        const Expr constant = graph.constant(0.5, square_shape);
        for (std::size_t i = 0; i < factors; ++i) {
            weights_.push_back(graph.parameter("W" + std::to_string(i), square_shape));
            kinds_.push_back(random.below(8));
            reads_.push_back(i == 0 || random.below(3) == 0 ? random.below(4) : reads_.front());
            factors_.push_back({begins_with_constant && i == 0 ? constant : weights_.back()});
        }
        fixed_factors_.resize(factors);
        fixed_inputs_.resize(factors);
        inputs_.assign(factors, {graph.parameter("u", shape)});
        right_weights_ = graph.parameter("V", {columns_, columns_});
        multiplies_inputs_ = random.below(2) == 0;
        multiplies_both_ = random.below(2) == 0;
        has_gates_ = random.below(3) == 0;
        reshapes_ = random.below(4) == 0;
        adds_transposed_ = random.below(2) == 0;
        begins_with_input_ = random.below(2) == 0;
        multiplies_again_ = random.below(2) == 0;
        early_ = random.below(3);
        states_.push_back(graph.parameter("h", shape));
        for (int t = 0; t < steps; ++t) {
            {
                const Scope scope(graph, Step{0, t});
                states_.push_back(next(states_.back()));
            }
            // Read at any later step as they are, they have no step themselves.
            if (t < 2) fixed_states_.push_back(stop_gradient(states_.back()));
            for (std::size_t i = 0; t < 2 && i < factors; ++i) {
                fixed_factors_[i].push_back(stop_gradient(factors_[i].back()));
                fixed_inputs_[i].push_back(stop_gradient(inputs_[i].back()));
            }
        }
        outputs = {sum(square(states_.back()))};
        if (random.below(2) == 0)
            outputs =
                differentiate(outputs.front(), weights_, Unreachable::zeros).loss_and_gradients();
        for (const std::vector<Expr>& factor : factors_)
            if (random.below(4) == 0) outputs.push_back(factor.back());
    }

    std::vector<Expr> outputs;

 private:
    Expr next(Expr state) {
        for (std::size_t i = 0; i < kinds_.size(); ++i) {
            factors_[i].push_back(made(i, state));
            const Expr u = input("u" + std::to_string(i));
            inputs_[i].push_back(i == 1 ? u * right_weights_ : tanh(u));
        }
        const Expr x = input("x");
        std::vector<Expr> terms;
        for (std::size_t i = 0; i < kinds_.size(); ++i)
            terms.push_back(gate(i, factor(i, reads_[i]) * right(i)));
        if (multiplies_again_) {
            const Expr other = tanh(terms.back());
            terms.push_back(factor(0, reads_[0]) * other);
        }
        if (adds_transposed_)
            for (std::size_t i = 0; i < kinds_.size(); ++i) {
                const Expr turned = transpose(factor(i, reads_[i]));
                const bool is_input = multiplies_inputs_ && (i > 0 || !multiplies_both_);
                const Expr other = is_input ? input_before(i, i) : tanh(terms[i]);
                terms.push_back(turned * other);
            }
        if (reshapes_) {
            terms.push_back(reshaped(factor(0, reads_[0]), 1, rows_ * rows_));
            terms.push_back(reshaped(tanh(terms.front()), columns_, rows_));
        }
        terms.push_back(factor(0, read_with_input_) * x);
        if (begins_with_input_) std::swap(terms.front(), terms.back());
        return tanh(accumulate(terms));
    }

    /// A term that reads a value in another shape, as a factor.
    Expr reshaped(Expr value, int rows, int columns) {
        const std::string name = std::to_string(rows) + "x" + std::to_string(columns);
        const Expr before = graph_.parameter("B" + name, {rows_, rows});
        const Expr behind = graph_.parameter("C" + name, {columns, columns_});
        const Expr seen = reshape(value, rows, columns);
        return rows == 1 ? before * (seen * behind) : before * seen * behind;
    }

    Expr input(const std::string& name) { return graph_.input(name, {rows_, columns_}); }

    /// A product alone, or a sum that begins with something else.
    Expr gate(std::size_t i, Expr product) const {
        if (!has_gates_) return product;
        const Expr bias =
            i % 2 == 0 ? inputs_[i].back() : hadamard(inputs_[i].back(), states_.back());
        return tanh(accumulate(std::array{product, bias}));
    }

    /// The state before, or an input; for one factor it may stay one of the first two.
    Expr right(std::size_t i) const {
        if (multiplies_inputs_) return input_before(0, i);
        if (!may_stay(i)) return states_.back();
        return fixed_states_[early_];
    }
    Expr input_before(std::size_t number, std::size_t i) const {
        const std::vector<Expr>& all = inputs_[number];
        return may_stay(i) ? fixed_inputs_[number][early_] : all[all.size() - 2];
    }
    bool may_stay(std::size_t i) const {
        return i + 1 == kinds_.size() && early_ < fixed_states_.size();
    }

    Expr made(std::size_t i, Expr state) {
        const Expr before = factors_[i].back(), W = weights_[i];
        const std::string name = "X" + std::to_string(i);
        switch (kinds_[i]) {
            case 0:
                return before;
            case 1:
                return tanh(graph_.input(name, {rows_, rows_}));
            case 2:
                return hadamard(before, W);
            case 3:
                return before * W;
            case 4:
                return before + state * transpose(state);
            case 5:
                return softmax(before);
            case 6:
                return graph_.input(name, {rows_, rows_}) * W;
            default:
                return W * graph_.input(name, {rows_, rows_});
        }
    }

    /// What stands for a factor: that of this step, of the one before, or of one of the first two
    /// as soon as it is there.
    Expr factor(std::size_t i, std::size_t read) const {
        const std::vector<Expr>& all = factors_[i];
        if (read < 2) return all[all.size() - 1 - read];
        return read - 2 < fixed_factors_[i].size() ? fixed_factors_[i][read - 2] : all.back();
    }

    Graph& graph_;
    int rows_ = 1, columns_ = 1;       // of a state
    std::size_t read_with_input_ = 0;  // 0: this step, 1: the one before, then fixed
    std::vector<std::size_t> reads_;   // by factor, likewise
    bool adds_transposed_ = false, begins_with_input_ = false, multiplies_again_ = false;
    bool reshapes_ = false;
    std::size_t early_ = 0;
    std::vector<Expr> states_;  // of all steps so far, and before them
    std::vector<Expr> fixed_states_;
    bool multiplies_inputs_ = false, multiplies_both_ = false, has_gates_ = false;
    Expr right_weights_;
    std::vector<std::vector<Expr>> inputs_, fixed_inputs_;  // by factor
    std::vector<std::vector<Expr>> fixed_factors_;          // by factor
    std::vector<Expr> weights_;
    std::vector<std::size_t> kinds_;
    std::vector<std::vector<Expr>> factors_;  // by factor, then by step: first the weight
};

class EntrywiseNet {
 public:
    EntrywiseNet(Graph& graph, Random& random, int steps)
        : graph_(graph), random_(random), steps_(static_cast<std::size_t>(steps)) {
        add([&](std::size_t) { return graph.input("x", shape_); });
        for (std::size_t i = 3 + random.below(4); i > 0; --i) add_value();
        outputs = {sum(accumulate(values_.back()))};
        for (const std::vector<Expr>& value : values_)
            if (random.below(5) == 0) outputs.insert(outputs.end(), value.begin(), value.end());
    }

    std::vector<Expr> outputs;

 private:
    enum class Order : std::uint8_t { same, rotated, reversed, first, before };
    struct Operand {
        std::size_t value = 0;
        Order order = Order::same;
        Expr initial{};
    };

    /// A value of each step.
    template <class Make>
    void add(const Make& make) {
        auto& value = values_.emplace_back();
        for (std::size_t t = 0; t < steps_; ++t) {
            const Scope scope(graph_, Step{0, static_cast<std::int32_t>(t)});
            value.push_back(make(t));
        }
    }

    void add_value() {
        const std::uint32_t op = random_.below(5);
        std::array<Operand, 3> operands;
        for (Operand& operand : operands) operand = drawn();
        add([&](std::size_t t) {
            const Expr a = at(operands[0], t), b = at(operands[1], t), c = at(operands[2], t);
            switch (op) {
                case 0:
                    return tanh(a);
                case 1:
                    return sigmoid(a);
                case 2:
                    return hadamard(a, b);
                case 3:
                    return a + b;
                default:
                    return accumulate(std::array{a, b, c});
            }
        });
    }

    Operand drawn() {
        constexpr std::array orders{Order::same,     Order::same,  Order::rotated,
                                    Order::reversed, Order::first, Order::before};
        Operand operand{values_.size() - 1, orders[random_.below(orders.size())], {}};
        if (random_.below(3) == 0) operand.value = random_.below(values_.size());
        if (operand.order == Order::before) {
            if (random_.below(2) == 0) operand.value = values_.size();  // a recurrence
            operand.initial = graph_.parameter("s" + std::to_string(graph_.size()), shape_);
        }
        return operand;
    }

    Expr at(const Operand& operand, std::size_t t) const {
        const std::vector<Expr>& value = values_[operand.value];
        switch (operand.order) {
            case Order::same:
                return value[t];
            case Order::rotated:
                return value[(t + 1) % steps_];
            case Order::reversed:
                return value[steps_ - 1 - t];
            case Order::first:
                return value.front();
            default:
                return t == 0 ? operand.initial : value[t - 1];
        }
    }

    static constexpr Shape shape_{2, 3};
    Graph& graph_;
    Random& random_;
    std::size_t steps_;
    std::vector<std::vector<Expr>> values_;  // by value, then by step
};

}  // namespace

std::vector<Expr> products_net(Graph& graph, Random& random, int steps) {
    return ProductsNet(graph, random, steps).outputs;
}

std::vector<Expr> entrywise_net(Graph& graph, Random& random, int steps) {
    return EntrywiseNet(graph, random, steps).outputs;
}

}  // namespace revolute::test
