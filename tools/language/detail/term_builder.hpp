#pragma once

#include <revolute/graph/graph.hpp>
#include <revolute/tools/language/detail/net_source.hpp>
#include <revolute/tools/language/detail/written_numbers.hpp>

#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace revolute::detail {

/// An expression, or a number whose shape is that of what it stands beside.
struct TermValue {
    Expr expression{};
    double number = 0;
    bool is_number = false;
};

/// Calls `visit` for each step, in the order that was written.
template <class Visit>
void for_each_step(const WrittenSteps& steps, const NumberContext& context, const Visit& visit) {
    const StepsInOrder order = value_of(steps, context);
    for (std::int32_t i = 0; i < order.count; ++i) visit(order.at(i));
}

/// The same with each step as that of the context, which has its own again behind them.
template <class Visit>
void at_each_step(const WrittenSteps& steps, NumberContext& context, const Visit& visit) {
    const auto outer = context.now;
    for_each_step(steps, context, [&](std::int32_t t) {
        context.now[steps.axis] = t;
        visit(t);
    });
    context.now = outer;
}

/// Appends the values of written terms to a graph.
class TermBuilder {
 public:
    /// What a name stands for at the steps of the context.
    using Read = std::function<Expr(const WrittenTerm& name, const NumberContext& context)>;

    TermBuilder(const NetSource& source, Graph& graph, Read read)
        : source_(source), graph_(graph), read_(std::move(read)) {}

    /// Throws ShapeError where operands do not fit, ParseError for a list that stands alone.
    TermValue value(const WrittenTerm& term, NumberContext& context);

 private:
    TermValue sum(const WrittenTerm& term, NumberContext& context);
    TermValue operation(const WrittenTerm& term, NumberContext& context);
    Expr entry_by_entry(const WrittenTerm& term, std::span<const TermValue> values,
                        std::span<const double> attributes);
    std::vector<TermValue> operands(const WrittenTerm& term, NumberContext& context);

    const NetSource& source_;
    Graph& graph_;
    Read read_;
};

}  // namespace revolute::detail
