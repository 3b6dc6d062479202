#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/derivative/pushforward.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/jacobian.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <limits>

namespace revolute {

namespace {

/// Number of entries: that of rows or columns of J.
int size(Expr x) {
    constexpr int most = std::numeric_limits<int>::max();
    const std::size_t entries = x.shape().size();
    if (entries > most)
        throw ShapeError(fmt::format("jacobian: there must be at most {} entries ({})\n  it is {}",
                                     most, entries, x.graph->describe(x.id)));
    return static_cast<int>(entries);
}

Expr reshaped(Expr x, Shape shape) {
    return x.shape() == shape ? x : reshape(x, shape.rows, shape.columns);
}

/// Column j of J: the tangent of the output along entry j of the variable.
Expr column(Expr output, Expr variable, int j) {
    const Expr unit = place_rows(output.graph->constant(1.0), j, size(variable));
    const Seed along[] = {{variable, reshaped(unit, variable.shape())}};
    const Expr outputs[] = {output};
    return reshaped(pushforward(outputs, along).front(), {size(output), 1});
}

/// Row i of J: the gradient of entry i of the output.
Expr row(Expr output, Expr variable, int i) {
    const Expr entry = rows(reshaped(output, {size(output), 1}), i, 1);
    return reshaped(differentiate(entry, {variable})[variable], {1, size(variable)});
}

bool depends_on(Expr output, Expr variable) {
    const std::uint32_t end = index(output.id) + 1;
    return differentiable_nodes(*output.graph, std::span(&variable, 1), end)[index(output.id)];
}

}  // namespace

Expr jacobian(Expr output, Expr variable, Unreachable unreachable, SourceLine line) {
    const Expr both[] = {output, variable};
    Graph& graph = common_graph("jacobian", both);
    const Scope made_here(graph, line);
    if (!depends_on(output, variable)) {
        if (unreachable == Unreachable::error)
            throw DerivativeError(
                fmt::format("jacobian: the output does not depend on {}\n  output is {}\n  pass "
                            "Unreachable::zeros to get a Jacobian of zeros",
                            graph.describe(variable.id), graph.describe(output.id)));
        return graph.constant(0.0, {size(output), size(variable)});
    }
    const bool by_columns = size(variable) <= size(output);
    const int count = by_columns ? size(variable) : size(output);
    std::vector<Operand> parts;
    parts.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        parts.emplace_back(by_columns ? column(output, variable, i) : row(output, variable, i));
    if (parts.size() == 1) return parts.front().expr;
    return by_columns ? stack_columns(parts) : stack_rows(parts);
}

Expr hessian(Expr loss, Expr variable, Unreachable unreachable, SourceLine line) {
    const Expr both[] = {loss, variable};
    common_graph("hessian", both);
    const Derivative d = differentiate(loss, {variable}, unreachable);
    return jacobian(d[variable], variable, Unreachable::zeros, line);
}

}  // namespace revolute
