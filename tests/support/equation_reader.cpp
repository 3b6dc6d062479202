#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/values/error.hpp>
#include <support/equation_parser.hpp>
#include <support/equation_reader.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute::test {

namespace {

using Name = EquationInput::Name;

std::string in_words(const Name& name) {
    return name.second ? fmt::format("{}({})", name.first, *name.second) : name.first;
}

/// An expression, or a number whose shape is not said.
struct Value {
    Expr expression;
    std::optional<double> number;
};

/// Builds the graph that the equations say, value by value as they are needed.
class EquationGraph {
 public:
    EquationGraph(const EquationInput& input, std::vector<EquationLine> lines)
        : input_(input), lines_(std::move(lines)) {
        for (const EquationLine& line : lines_) by_name_[line.name].push_back(&line);
    }

    /// Makes the value and all that it needs. A stack of its own: recurrences are long.
    const Value& value(const Name& wanted) {
        std::vector<Name> open{wanted};
        while (!open.empty()) {
            const Name name = open.back();
            if (values_.contains(name)) {
                open.pop_back();
                continue;
            }
            if (make_leaf(name)) continue;
            const EquationLine& line = line_of(name);
            const std::size_t before = open.size();
            need(line.right, name.second.value_or(0), open);
            if (open.size() == before) {
                values_[name] = build(line.right, name.second.value_or(0));
            } else if (!begun_.insert(name).second) {
                throw ParseError(
                    fmt::format("equations: {} depends on itself\n {}", in_words(name), line.text));
            }
        }
        return values_.at(wanted);
    }

    Expr as_matrix(const Value& value, Shape shape) {
        return value.number ? graph_.constant(*value.number, shape) : value.expression;
    }
    const Bindings& bindings() const { return bindings_; }

 private:
    bool make_leaf(const Name& name) {
        const auto leaf = input_.leaves.find(name);
        if (leaf == input_.leaves.end()) return false;
        const Expr x = graph_.input(name.first, leaf->second.shape());
        bindings_.bind(x, leaf->second);
        values_[name] = {x, std::nullopt};
        return true;
    }

    const EquationLine& line_of(const Name& name) const {
        const EquationLine* found = nullptr;
        const auto lines = by_name_.find(name.first);
        if (lines != by_name_.end())
            for (const EquationLine* line : lines->second) {
                if (line->step.has_value() != name.second.has_value()) continue;
                if (name.second && !line->steps.contains(*name.second)) continue;
                if (found != nullptr)
                    throw ParseError(fmt::format("equations: {} is defined twice\n {}\n {}",
                                                 in_words(name), found->text, line->text));
                found = line;
            }
        if (found == nullptr)
            throw ParseError(fmt::format("equations: nothing defines {}", in_words(name)));
        return *found;
    }

    static Name named(const EquationTerm& term, std::int32_t v) {
        if (!term.step) return {term.name, std::nullopt};
        return {term.name, term.step->is_fixed ? term.step->t : v + term.step->t};
    }

    /// Appends the names in the term that have no value yet.
    void need(const EquationTerm& term, std::int32_t v, std::vector<Name>& open) const {
        if (term.kind == EquationTerm::Kind::name) {
            if (Name name = named(term, v); !values_.contains(name))
                open.push_back(std::move(name));
            return;
        }
        const bool is_over_steps =
            term.kind == EquationTerm::Kind::sum || term.kind == EquationTerm::Kind::list;
        const Interval steps = is_over_steps ? term.steps : Interval{v, v};
        for (std::int32_t t = steps.low; t <= steps.high; ++t)
            for (const EquationTerm& operand : term.operands) need(operand, t, open);
    }

    static std::vector<double> attributes_at(const EquationTerm& term, std::int32_t v) {
        std::vector<double> attributes = term.attributes;
        for (const EquationGrowth& growth : term.growing)
            attributes[growth.attribute] += growth.slope * v;
        return attributes;
    }

    Value build(const EquationTerm& term, std::int32_t v) {
        switch (term.kind) {
            case EquationTerm::Kind::name:
                return values_.at(named(term, v));
            case EquationTerm::Kind::number:
                return {{}, attributes_at(term, v).front()};
            case EquationTerm::Kind::sum:
                return sum(term);
            case EquationTerm::Kind::operation:
                return operation(term, v);
            case EquationTerm::Kind::list:
                break;
        }
        throw ParseError("equations: a list over steps is no value by itself");
    }

    Value sum(const EquationTerm& term) {
        Value total{{}, 0.0};
        for (std::int32_t t = term.steps.low; t <= term.steps.high; ++t) {
            const Value next = build(term.operands.front(), t);
            if (next.number) throw ParseError("equations: a sum of numbers");
            if (total.number)
                total = next;
            else
                total.expression = accumulate(std::vector{total.expression, next.expression});
        }
        return total;
    }

    /// The operands of an operation; lists over steps are several.
    std::vector<Value> operands(const EquationTerm& term, std::int32_t v) {
        std::vector<Value> values;
        for (const EquationTerm& operand : term.operands) {
            if (operand.kind != EquationTerm::Kind::list) {
                values.push_back(build(operand, v));
                continue;
            }
            const auto [low, high] = operand.steps;
            for (std::int32_t i = 0; i <= high - low; ++i)
                for (const EquationTerm& item : operand.operands)
                    values.push_back(build(item, operand.is_descending ? high - i : low + i));
        }
        return values;
    }

    /// A number beside other entries has their shape; numbers alone give a number.
    Value operation(const EquationTerm& term, std::int32_t v) {
        const std::vector<Value> values = operands(term, v);
        const auto shaped =
            std::ranges::find_if(values, [](const Value& x) { return !x.number.has_value(); });
        Shape shape;
        if ((is_elementwise(term.op->role) || term.op->is_loss) && shaped != values.end())
            shape = shaped->expression.shape();
        std::vector<Operand> operands;
        operands.reserve(values.size());
        for (const Value& value : values) operands.emplace_back(as_matrix(value, shape));
        const Expr result = apply_to_all(*term.op, operands, attributes_at(term, v));
        if (shaped == values.end() && result.shape() == Shape{})
            return {{}, evaluate(result, bindings_)(0, 0)};
        return {result, std::nullopt};
    }

    const EquationInput& input_;
    std::vector<EquationLine> lines_;
    std::map<std::string, std::vector<const EquationLine*>> by_name_;
    Graph graph_;
    Bindings bindings_;
    std::map<Name, Value> values_;
    std::set<Name> begun_;
};

/// N as the first line defines it: "N = T + 1", "N = T".
std::int32_t number_of_steps(const std::string& text, std::int32_t behind_last) {
    const std::string head = text.substr(0, text.find('\n'));
    const auto has = [&](const char* part) { return head.find(part) != std::string::npos; };
    if (has("= T steps") || has("= S steps")) return behind_last - 1;
    if (has("= T - ") || has("= S - "))
        return behind_last - 1 - std::stoi(head.substr(head.find(" - ") + 3));
    return behind_last;
}

}  // namespace

std::vector<Matrix> evaluate_equations(const EquationInput& input,
                                       std::span<const EquationOutput> outputs) {
    EquationContext context{input.steps, {}, input.sizes};
    if (input.steps.size() == 1)
        context.sizes["N"] = number_of_steps(input.text, input.steps.begin()->second);
    for (const auto& [name, value] : input.leaves)
        context.names.insert({name.first, name.second.has_value()});
    EquationGraph graph(input, parse_equations(input.text, context));
    std::vector<Expr> wanted;
    for (const auto& [name, shape] : outputs)
        wanted.push_back(graph.as_matrix(graph.value(name), shape));
    return evaluate(wanted, graph.bindings());
}

}  // namespace revolute::test
