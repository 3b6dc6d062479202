#include <revolute/ops/ops.hpp>
#include <revolute/tools/language/detail/written_numbers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

namespace revolute::detail {

namespace {

std::int32_t last_of(std::int32_t axis, const NumberContext& context) {
    const auto found = context.steps.find(axis);
    return found == context.steps.end() ? 0 : found->second.high;
}

double size_of(const WrittenTerm& size, const NumberContext& context) {
    if (size.name == "B") return context.columns;
    const auto found = context.steps.find(size.axis);
    const Interval steps = found == context.steps.end() ? Interval{} : found->second;
    if (size.name == "N") return static_cast<double>(steps.size());
    if (size.name == axis_name(size.axis)) {
        const auto now = context.now.find(size.axis);
        return now == context.now.end() ? steps.low : now->second;
    }
    return steps.high;
}

/// What the operator's kernel makes of numbers.
double applied(const Op& op, std::span<const double> operands, std::span<const double> attributes) {
    std::vector<ConstMatrixView> views;
    for (const double& operand : operands) views.push_back({&operand, 1, 1});
    double result = 0;
    op.evaluate({views, attributes}, {&result, 1, 1});
    return result;
}

}  // namespace

double value_of(const WrittenTerm& number, const NumberContext& context) {
    if (number.kind == WrittenTerm::Kind::number) return number.number;
    if (number.kind == WrittenTerm::Kind::size) return size_of(number, context);
    std::vector<double> operands, attributes;
    for (const WrittenTerm& operand : number.operands)
        operands.push_back(value_of(operand, context));
    for (const WrittenTerm& attribute : number.attributes)
        attributes.push_back(value_of(attribute, context));
    if (number.op == &power_op && operands.size() == 2) {
        attributes = {operands[1]};
        operands.resize(1);
    }
    return applied(*number.op, operands, attributes);
}

std::int32_t value_of(const WrittenStep& step, std::int32_t axis, const NumberContext& context) {
    switch (step.from) {
        case WrittenStep::From::variable: {
            const auto now = context.now.find(step.axis.value_or(axis));
            return (now == context.now.end() ? 0 : now->second) + step.offset;
        }
        case WrittenStep::From::last:
            return last_of(step.axis.value_or(axis), context) + step.offset;
        case WrittenStep::From::zero:
            break;
    }
    return step.offset;
}

StepsInOrder value_of(const WrittenSteps& steps, const NumberContext& context) {
    const std::int32_t first = value_of(steps.first, steps.axis, context);
    const std::int32_t last = value_of(steps.last, steps.axis, context);
    const bool is_first_last = steps.first.from == WrittenStep::From::last;
    const bool is_last_last = steps.last.from == WrittenStep::From::last;
    const bool is_descending = is_first_last != is_last_last ? is_first_last : first > last;
    const std::int32_t distance = is_descending ? first - last : last - first;
    if (distance < 0) return {first, 1, 0};
    return {first, is_descending ? -steps.stride : steps.stride, distance / steps.stride + 1};
}

namespace {

void require_near(const NetSource& source, const WrittenSteps& written,
                  const NumberContext& context) {
    constexpr std::int32_t most_beyond = 100;
    const StepsInOrder order = value_of(written, context);
    const auto found = context.steps.find(written.axis);
    const Interval steps = found == context.steps.end() ? Interval{} : found->second;
    for (const std::int32_t t : {order.first, order.at(std::max(order.count - 1, 0))})
        if (t < steps.low - most_beyond || t > steps.high + most_beyond)
            source.fail(written.place, fmt::format("{} is far beyond the steps from {} to {}",
                                                   revolute::to_string(Step{written.axis, t}),
                                                   steps.low, steps.high));
}

void require_near(const NetSource& source, const WrittenTerm& term, const NumberContext& context) {
    if (term.kind == TermKind::sum || term.kind == TermKind::list)
        require_near(source, term.steps, context);
    for (const WrittenTerm& operand : term.operands) require_near(source, operand, context);
}

}  // namespace

void require_near_steps(const NetSource& source, const NetSyntax& syntax,
                        const StepsByAxis& steps) {
    const NumberContext context{steps};
    for (const WrittenEquation& line : syntax.equations) {
        if (line.steps) require_near(source, *line.steps, context);
        require_near(source, line.right, context);
    }
}

}  // namespace revolute::detail
