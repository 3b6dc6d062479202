#include <revolute/graph/leaf.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/language/detail/term_builder.hpp>

namespace revolute::detail {

TermValue TermBuilder::value(const WrittenTerm& term, NumberContext& context) {
    if (term.is_number()) return {{}, value_of(term, context), true};
    if (term.kind == TermKind::name) return {read_(term, context)};
    if (term.kind == TermKind::sum) return sum(term, context);
    if (term.kind == TermKind::operation) return operation(term, context);
    source_.fail(term.place, "a list over steps is no value by itself: it stands in [ ]");
}

TermValue TermBuilder::sum(const WrittenTerm& term, NumberContext& context) {
    std::vector<Expr> terms;
    double total = 0;
    at_each_step(term.steps, context, [&](std::int32_t t) {
        const Scope at_step(graph_, Step{term.steps.axis, t});
        const TermValue next = value(term.operands.front(), context);
        if (next.is_number)
            total += next.number;
        else
            terms.push_back(next.expression);
    });
    if (terms.empty()) return {{}, total, true};
    return {accumulate(terms)};
}

std::vector<TermValue> TermBuilder::operands(const WrittenTerm& term, NumberContext& context) {
    std::vector<TermValue> values;
    for (const WrittenTerm& operand : term.operands) {
        if (operand.kind != TermKind::list) {
            values.push_back(value(operand, context));
            continue;
        }
        at_each_step(operand.steps, context, [&](std::int32_t t) {
            const Scope at_step(graph_, Step{operand.steps.axis, t});
            for (const WrittenTerm& item : operand.operands) values.push_back(value(item, context));
        });
    }
    return values;
}

/// Operands that are read entry by entry: a number has the shape of the others, and one column
/// beside several is repeated.
Expr TermBuilder::entry_by_entry(const WrittenTerm& term, std::span<const TermValue> values,
                                 std::span<const double> attributes) {
    Shape widest{0, 0};
    for (const TermValue& value : values)
        if (!value.is_number && value.expression.shape().columns > widest.columns)
            widest = value.expression.shape();
    std::vector<Operand> operands;
    for (const TermValue& value : values) {
        if (value.is_number)
            operands.emplace_back(graph_.constant(value.number, widest));
        else if (value.expression.shape().columns == 1)
            operands.emplace_back(add_to_columns(value.expression, widest.columns));
        else
            operands.emplace_back(value.expression);
    }
    if (term.op == &power_op && operands.size() == 2) return power(operands[0], operands[1]);
    return apply_to_all(*term.op, operands, attributes);
}

TermValue TermBuilder::operation(const WrittenTerm& term, NumberContext& context) {
    const std::vector<TermValue> values = operands(term, context);
    std::vector<double> attributes;
    for (const WrittenTerm& attribute : term.attributes)
        attributes.push_back(value_of(attribute, context));
    if (term.op == &matmul_op && (values[0].is_number || values[1].is_number)) {
        const TermValue& number = values[values[0].is_number ? 0 : 1];
        return {scale(number.number, values[values[0].is_number ? 1 : 0].expression)};
    }
    if (is_elementwise(term.op->role) || term.op->is_loss) {
        // mean |a - b|^2 is twice the operator, whose notation has 1/2 before it.
        const bool is_mean_square = term.op == &mse_op;
        const double factor =
            is_mean_square ? 2 * (attributes.empty() ? 1.0 : attributes.front()) : 1.0;
        const Expr made = entry_by_entry(
            term, values, is_mean_square ? std::span<const double>{} : std::span(attributes));
        return {factor == 1.0 ? made : scale(factor, made)};
    }
    std::vector<Operand> operands;
    operands.reserve(values.size());
    for (const TermValue& value : values)
        operands.emplace_back(value.is_number ? graph_.constant(value.number) : value.expression);
    return {apply_to_all(*term.op, operands, attributes)};
}

}  // namespace revolute::detail
