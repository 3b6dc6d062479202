#include <revolute/graph/graph.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/tools/reference/operator_table.hpp>

#include <fmt/format.h>

#include <array>
#include <vector>

namespace revolute {

namespace {

/// One operator applied to symbols, with the shapes of its example.
class Sample {
 public:
    explicit Sample(const Op& op) : op_(op) {
        static constexpr std::array symbols{"a", "b", "c", "d"};
        const std::size_t count = op.arity == variadic ? 3 : op.arity;
        for (std::size_t slot = 0; slot < count; ++slot)
            operands_.push_back(
                graph_.input(count == 1 ? "x" : symbols[slot], op.example.operands[slot]));
        const std::vector<Operand> operands(operands_.begin(), operands_.end());
        y_ = apply_to_all(op, operands,
                          std::span(op.example.attributes).first(op.example.attribute_count));
    }

    /// "y = relu(x) = x where x > 0, else 0".
    std::string formula() const {
        const Application application{op_, graph_.attributes(y_.id), graph_.operand_count(y_.id)};
        const std::string meaning = definition(
            application, [&](std::uint32_t slot) { return Formula{operands_[slot].label()}; });
        return fmt::format("y = {}{}{}", expression(y_, Notation::text).text,
                           meaning.empty() ? "" : " = ", meaning);
    }

    std::string shapes() const {
        std::string text;
        for (const Expr& operand : operands_)
            text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(operand.shape()));
        return fmt::format("{} -> {}", text, to_string(y_.shape()));
    }

    /// "a_bar = y_bar b', b_bar = a' y_bar".
    std::string derivatives() {
        const Expr adjoint = graph_.input("y_bar", y_.shape());
        if (graph_.label(y_.id).empty()) y_.named("y");
        std::string text;
        for (std::uint32_t slot = 0; slot < operands_.size(); ++slot)
            text += fmt::format("{}{}_bar = {}", text.empty() ? "" : "<br>",
                                operands_[slot].label(), derivative(slot, adjoint));
        return text;
    }

 private:
    std::string derivative(std::uint32_t slot, Expr adjoint) const {
        const PullbackRule rule = op_.pullback[slot];
        if (contributes_nothing(rule)) return "0";
        const Expr term = rule(Pullback{{y_, slot}, adjoint});
        return term == adjoint ? "y_bar" : expression(term, Notation::text).text;
    }

    const Op& op_;
    Graph graph_;
    std::vector<Expr> operands_;
    Expr y_;
};

/// A bar would end the cell of a Markdown table.
std::string cell(const std::string& text) {
    std::string escaped;
    for (const char c : text) escaped += c == '|' ? "\\|" : std::string(1, c);
    return escaped;
}

}  // namespace

std::string operator_table() {
    std::string text =
        "| operator | formula | shapes, for example | derivative |\n| --- | --- | --- | --- |\n";
    for (const Op* op : catalogue()) {
        Sample sample(*op);
        text += fmt::format("| {} | {} | {} | {} |\n", op->name, cell(sample.formula()),
                            sample.shapes(), cell(sample.derivatives()));
    }
    return text;
}

}  // namespace revolute
