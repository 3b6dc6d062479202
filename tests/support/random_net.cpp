#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <support/random_graph.hpp>
#include <support/random_net.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute::test {

namespace {

constexpr Shape state_shape{2, 3};
constexpr std::uint32_t weights = 3;

/// Of states alone; numbers stay of order one.
using Operator = Expr (*)(Expr, Expr);
constexpr std::array<Operator, 10> operators{
    [](Expr a, Expr b) { return tanh(a + b); },
    [](Expr a, Expr b) { return hadamard(a, b); },
    [](Expr a, Expr b) { return 0.5 * a - 0.5 * b; },
    [](Expr a, Expr b) { return hadamard(sigmoid(a), b); },
    [](Expr a, Expr b) { return hadamard(1.0 - sigmoid(a), b) + 0.25 * a; },
    [](Expr a, Expr b) { return 0.5 * softmax(a) + 0.5 * b; },
    [](Expr a, Expr b) { return square(tanh(a)) + 0.25 * b; },
    // Products with a square matrix that each step makes of its state.
    [](Expr a, Expr b) { return tanh(a * transpose(a)) * b; },
    [](Expr a, Expr b) { return maximum(a, b); },
    [](Expr a, Expr b) { return a * softmax(transpose(b) * a); },
};
/// And these with a weight [2 x 2].
constexpr std::uint32_t products = 5;

constexpr std::array<std::string_view, 6> total_texts{"sum",     "last",  "rows",
                                                      "columns", "first", "second"};

}  // namespace

RandomNet::RandomNet(std::uint32_t seed) {
    Random random(seed);
    const std::uint32_t count = 1 + random.below(3);
    for (std::uint32_t r = 0; r < count; ++r) {
        Recurrence& recurrence = recurrences_.emplace_back();
        recurrence.direction = static_cast<std::int32_t>(random.below(3)) - 1;
        recurrence.first = static_cast<std::uint32_t>(values_.size());
        recurrence.end = recurrence.first + 1 + random.below(4);
        const auto operand = [&]() -> Operand {
            switch (random.below(6)) {
                case 0:
                    return {Source::input, static_cast<std::uint32_t>(values_.size()), 0};
                case 1:
                    return totals_.empty()
                               ? Operand{Source::weight, random.below(weights), 0}
                               : Operand{Source::total, random.below(totals_.size()), 0};
                case 2:
                case 3:
                    if (values_.empty()) return {};
                    return {
                        Source::value, random.below(values_.size()),
                        random.below(2) == 0 ? 0 : static_cast<std::int32_t>(random.below(4)) - 1};
                default:
                    return {Source::value,
                            recurrence.first + random.below(recurrence.end - recurrence.first),
                            1 + static_cast<std::int32_t>(random.below(4) / 3)};
            }
        };
        while (values_.size() < recurrence.end) {
            Value value{random.below(operators.size() + products), {operand(), operand()}, false};
            for (Operand& read : value.operands) {
                if (read.source != Source::value || read.number < recurrence.first) continue;
                // Of its own recurrence a step reads what is there: steps before, or values before.
                const bool is_before = read.number < values_.size();
                if (recurrence.direction == 0 && !is_before) read = {};
                if (recurrence.direction == 0)
                    read.distance = 0;
                else if (read.distance * recurrence.direction <= 0)
                    read.distance = is_before ? 0 : recurrence.direction;
                else if (read.distance < 0)
                    read.distance = -1;
            }
            // Else it may be the same at several steps, and then has none.
            value.adds_input = std::ranges::none_of(value.operands, [&](const Operand& read) {
                return read.source == Source::input ||
                       (read.source == Source::value && read.number < values_.size());
            });
            values_.push_back(value);
        }
        totals_.push_back({random.below(total_texts.size()),
                           recurrence.first + random.below(recurrence.end - recurrence.first)});
        if (random.below(4) == 0) output_values_.push_back(totals_.back().value);
    }
    order_ = random.below(3);
}

bool RandomNet::has_stack() const {
    for (const Total& total : totals_)
        if (total_texts.at(total.number) == "rows" || total_texts.at(total.number) == "columns")
            return true;
    return false;
}

std::string RandomNet::text() const {
    constexpr std::array<std::string_view, 4> sources{"v", "x", "w", "total"};
    std::string text = fmt::format("order {}", order_);
    for (std::size_t r = 0; r < recurrences_.size(); ++r) {
        text += fmt::format("; direction {}:", recurrences_[r].direction);
        for (std::uint32_t i = recurrences_[r].first; i < recurrences_[r].end; ++i) {
            text += fmt::format(" v{} = {}(", i, values_[i].number);
            for (const Operand& read : values_[i].operands)
                text += fmt::format(" {}{}[{}]", sources.at(static_cast<std::size_t>(read.source)),
                                    read.number, -read.distance);
            text += " )";
        }
        text += fmt::format(" {} of v{}", total_texts.at(totals_[r].number), totals_[r].value);
    }
    for (const std::uint32_t value : output_values_) text += fmt::format("; output v{}", value);
    return text;
}

/// Builds one net in one graph.
class RandomNetBuilder {
 public:
    RandomNetBuilder(const RandomNet& net, Graph& graph, int steps)
        : net_(net), graph_(graph), steps_(steps), members_(net.values_.size()) {}

    std::vector<Expr> outputs(bool has_states) {
        for (std::uint32_t i = 0; i < weights; ++i) {
            states_.push_back(parameter(fmt::format("s{}", i), state_shape));
            weights_.push_back(parameter(fmt::format("w{}", i), {2, 2}));
        }
        for (std::vector<Expr>& members : members_)
            members.resize(static_cast<std::size_t>(steps_));
        for (std::size_t r = 0; r < net_.recurrences_.size(); ++r) {
            const RandomNet::Recurrence& recurrence = net_.recurrences_[r];
            for (int i = 0; i < steps_; ++i) {
                const int t = recurrence.direction < 0 ? steps_ - 1 - i : i;
                const Scope scope(graph_, Step{0, t});
                for (std::uint32_t v = recurrence.first; v < recurrence.end; ++v)
                    member(v, t) = computed(net_.values_[v], t);
            }
            totals_.push_back(total(net_.totals_[r]));
        }
        std::vector<Expr> parts;
        for (const Expr& some : totals_) parts.push_back(sum(some));
        std::vector<Expr> outputs = differentiated(accumulate(parts));
        if (!has_states) return outputs;
        for (const std::uint32_t value : net_.output_values_)
            outputs.insert(outputs.end(), members_[value].begin(), members_[value].end());
        return outputs;
    }

 private:
    Expr parameter(const std::string& name, Shape shape) {
        return parameters_.emplace_back(graph_.parameter(name, shape));
    }

    Expr& member(std::uint32_t value, int t) {
        return members_[value][static_cast<std::size_t>(t)];
    }

    Expr operand(const RandomNet::Operand& read, int t) {
        switch (read.source) {
            case RandomNet::Source::value: {
                const int from = t - read.distance;
                if (from < 0 || from >= steps_) return states_[read.number % weights];
                return member(read.number, from);
            }
            case RandomNet::Source::weight:
                return states_[read.number];
            case RandomNet::Source::total:
                return totals_[read.number];
            case RandomNet::Source::input:
                return graph_.input(fmt::format("x{}", read.number), state_shape);
        }
        return {};
    }

    Expr computed(const RandomNet::Value& value, int t) {
        const Expr a = operand(value.operands[0], t);
        Expr b = operand(value.operands[1], t);
        if (value.adds_input) b = b + graph_.input("x", state_shape);
        if (value.number < operators.size()) return operators.at(value.number)(a, b);
        const Expr w = weights_[value.number % weights];
        const Expr product = value.number % 2 == 0 ? w * a : transpose(w) * a;
        return product + 0.5 * b;
    }

    /// A state.
    Expr total(const RandomNet::Total& total) {
        const std::vector<Expr>& all = members_[total.value];
        const std::vector<::revolute::Operand> operands(all.begin(), all.end());
        const std::string_view text = total_texts.at(total.number);
        if (text == "sum") return accumulate(all);
        if (text == "last") return 0.5 * all.back();
        if (text == "first") return 0.5 * all.front();
        if (text == "second") return all[std::min<std::size_t>(1, all.size() - 1)];
        if (text == "columns") {
            const Expr stack = stack_columns(operands);
            return tanh(0.25 * (stack * transpose(stack))) * all.front();
        }
        const Expr stack = stack_rows(operands);
        return all.back() * tanh(0.25 * (transpose(stack) * stack));
    }

    std::vector<Expr> differentiated(Expr loss) {
        if (net_.order() == 0) return {loss};
        std::vector<Expr> outputs =
            differentiate(loss, parameters_, Unreachable::zeros).loss_and_gradients();
        if (net_.order() == 1) return outputs;
        std::vector<Expr> squares;
        for (std::size_t i = 1; i < outputs.size(); ++i) squares.push_back(sum(square(outputs[i])));
        return differentiate(accumulate(squares), parameters_, Unreachable::zeros)
            .loss_and_gradients();
    }

    const RandomNet& net_;
    Graph& graph_;
    int steps_;
    std::vector<Expr> parameters_, states_, weights_, totals_;
    std::vector<std::vector<Expr>> members_;  // by value and step
};

std::vector<Expr> RandomNet::outputs(Graph& graph, int steps) const {
    return RandomNetBuilder(*this, graph, steps).outputs(false);
}

std::vector<Expr> RandomNet::all_outputs(Graph& graph, int steps) const {
    return RandomNetBuilder(*this, graph, steps).outputs(true);
}

}  // namespace revolute::test
