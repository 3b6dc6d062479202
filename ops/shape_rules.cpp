#include <revolute/graph/graph.hpp>
#include <revolute/ops/shape_rules.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <limits>

namespace revolute {

namespace {

/// Which broadcast would make operand `narrow` fit `wide`; empty when none would.
std::string broadcast_hint(const ShapeArguments& x, std::size_t narrow, std::size_t wide) {
    const Shape from = x[narrow], to = x[wide];
    std::string who = x.graph.label(x.operands[narrow]);
    if (who.empty()) who = fmt::format("operand {}", narrow);
    if (from.is_scalar()) return fmt::format("broadcast({}, {}, {})", who, to.rows, to.columns);
    if (from.columns == 1 && from.rows == to.rows)
        return fmt::format("broadcast_columns({}, {})", who, to.columns);
    if (from.rows == 1 && from.columns == to.columns)
        return fmt::format("broadcast_rows({}, {})", who, to.rows);
    return {};
}

}  // namespace

Shape same_as_input(const ShapeArguments& x) { return x[0]; }

Shape equal_shapes(const ShapeArguments& x) {
    if (x[0] == x[1]) return x[0];
    std::string hint = broadcast_hint(x, 1, 0);
    if (hint.empty()) hint = broadcast_hint(x, 0, 1);
    x.fail(fmt::format("shapes of the operands must be equal ({} and {}){}", to_string(x[0]),
                       to_string(x[1]),
                       hint.empty() ? hint : fmt::format("; write {} if that is meant", hint)));
}

Shape equal_shapes_to_scalar(const ShapeArguments& x) {
    equal_shapes(x);
    return {1, 1};
}

int total_size(const ShapeArguments& x, int Shape::*size, std::string_view what) {
    constexpr int most = std::numeric_limits<int>::max();
    std::int64_t total = 0;
    for (std::size_t slot = 0; slot < x.operands.size(); ++slot) total += x[slot].*size;
    if (total > most)
        x.fail(fmt::format("the {} together must be at most {} ({})", what, most, total));
    return static_cast<int>(total);
}

void require_class_for_each_column(const ShapeArguments& x) {
    if (const Shape classes{1, x[0].columns}; x[1] != classes)
        x.fail(fmt::format("the classes must be {}, one for each column of the first operand ({})",
                           to_string(classes), to_string(x[1])));
}

void require_square(const ShapeArguments& x) {
    if (x[0].rows != x[0].columns)
        x.fail(fmt::format("the {} must be square",
                           x.operands.size() == 1 ? "operand" : "first operand"));
}

Shape scalar_output(const ShapeArguments&) { return {1, 1}; }

}  // namespace revolute
