#include <revolute/graph/leaf.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/detail/simplification_themes.hpp>
#include <revolute/ops/structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

// Parts of matrices, parts put into zeros, parts put together: the same rules for rows and for
// columns.

namespace revolute::detail {

namespace {

struct Rows {
    static constexpr std::string_view name = "rows";
    static constexpr const Op& part_op = rows_op;
    static constexpr const Op& place_op = place_rows_op;
    static constexpr const Op& stack_op = stack_rows_op;
    static int size(Expr x) { return x.shape().rows; }
    static Shape shape(Shape whole, int size) { return {size, whole.columns}; }
    static Expr part(Expr x, int first, int count) { return rows(x, first, count); }
    static Expr place(Expr x, int first, int total) { return place_rows(x, first, total); }
};

struct Columns {
    static constexpr std::string_view name = "columns";
    static constexpr const Op& part_op = columns_op;
    static constexpr const Op& place_op = place_columns_op;
    static constexpr const Op& stack_op = stack_columns_op;
    static int size(Expr x) { return x.shape().columns; }
    static Shape shape(Shape whole, int size) { return {whole.rows, size}; }
    static Expr part(Expr x, int first, int count) { return columns(x, first, count); }
    static Expr place(Expr x, int first, int total) { return place_columns(x, first, total); }
};

Expr operand_of(Expr x, std::uint32_t slot = 0) { return {x.graph, x.graph->operand(x.id, slot)}; }
/// Where a part begins, or where it is placed.
int first_of(Expr x) { return static_cast<int>(x.graph->attributes(x.id)[0]); }

/// Only where nothing else needs the part that is taken a part of: a part of a larger matrix reads
/// more.
template <class Axis>
std::optional<Expr> part_of_part(const Site& site) {
    const Expr inner = site.operand(0);
    if (!is_made_by(inner, Axis::part_op) || !site.is_for_node_only(inner)) return std::nullopt;
    return Axis::part(operand_of(inner), first_of(inner) + first_of(site.node),
                      Axis::size(site.node));
}

/// A part that lies within one of the matrices put together.
template <class Axis>
std::optional<Expr> part_of_stack(const Site& site) {
    const Expr stack = site.operand(0);
    if (!is_made_by(stack, Axis::stack_op)) return std::nullopt;
    int first = first_of(site.node);
    std::uint32_t slot = 0;
    for (; first >= Axis::size(operand_of(stack, slot)); ++slot)
        first -= Axis::size(operand_of(stack, slot));
    const Expr whole = operand_of(stack, slot);
    if (first + Axis::size(site.node) > Axis::size(whole)) return std::nullopt;
    return Axis::part(whole, first, Axis::size(site.node));
}

/// A part that lies within what was placed, or beside it.
template <class Axis>
std::optional<Expr> part_of_placed(const Site& site) {
    const Expr placed = site.operand(0);
    if (!is_made_by(placed, Axis::place_op)) return std::nullopt;
    const Expr whole = operand_of(placed);
    const int first = first_of(site.node) - first_of(placed);
    const int end = first + Axis::size(site.node);
    if (end <= 0 || first >= Axis::size(whole)) return site.graph().constant(0.0, site.shape(), {});
    if (first < 0 || end > Axis::size(whole)) return std::nullopt;
    return Axis::part(whole, first, end - first);
}

template <class Axis>
std::optional<Expr> place_of_placed(const Site& site) {
    const Expr inner = site.operand(0);
    if (!is_made_by(inner, Axis::place_op)) return std::nullopt;
    return Axis::place(operand_of(inner), first_of(inner) + first_of(site.node),
                       Axis::size(site.node));
}

/// All parts of one matrix, in order.
template <class Axis>
std::optional<Expr> stack_of_parts(const Site& site) {
    const Graph& graph = site.graph();
    if (!is_made_by(site.operand(0), Axis::part_op)) return std::nullopt;
    const Expr whole = operand_of(site.operand(0));
    int end = 0;
    for (std::uint32_t slot = 0; slot < graph.operand_count(site.node.id); ++slot) {
        const Expr part = site.operand(slot);
        if (!is_made_by(part, Axis::part_op) || operand_of(part) != whole || first_of(part) != end)
            return std::nullopt;
        end += Axis::size(part);
    }
    return end == Axis::size(whole) ? std::optional(whole) : std::nullopt;
}

/// What is placed, in order and with zeros between, as one matrix; none when two overlap.
template <class Axis>
std::optional<Expr> stack_of_placed(std::vector<Expr> placed, const Site& site) {
    std::ranges::sort(placed, {}, first_of);
    const int total = Axis::size(site.node);
    std::vector<Operand> parts;
    int end = 0;
    const auto fill_to = [&](int first) {
        if (first > end)
            parts.emplace_back(
                site.graph().constant(0.0, Axis::shape(site.shape(), first - end), {}));
        end = first;
    };
    for (std::size_t i = 0; i < placed.size(); ++i) {
        const Expr x = operand_of(placed[i]);
        if (i + 1 < placed.size() && first_of(placed[i]) + Axis::size(x) > first_of(placed[i + 1]))
            return std::nullopt;
        fill_to(first_of(placed[i]));
        parts.emplace_back(x);
        end += Axis::size(x);
    }
    fill_to(total);
    return apply_to_all(Axis::stack_op, parts);
}

template <class Axis>
std::optional<Expr> sum_of_placed(const Site& site) {
    const auto is_placed = [](Expr x) { return is_made_by(x, Axis::place_op); };
    if (count_operands(site, is_placed) < 2) return std::nullopt;
    std::vector<Expr> placed, terms;
    for (std::uint32_t slot = 0; slot < site.operand_count(); ++slot)
        (is_placed(site.operand(slot)) ? placed : terms).push_back(site.operand(slot));
    const std::optional<Expr> stack = stack_of_placed<Axis>(placed, site);
    if (!stack || terms.empty()) return stack;
    terms.insert(terms.begin(), *stack);
    return accumulate(terms, {});
}

template <class Axis>
void add_part_rules(RuleSet& rules) {
    const auto add = [&](std::string_view name, std::initializer_list<const Op*> roots,
                         std::string_view equation, Rewrite rewrite) {
        rules.add(fmt::format(fmt::runtime(name), Axis::name), roots,
                  fmt::format(fmt::runtime(equation), Axis::name), rewrite);
    };
    add("{0}-of-{0}", {&Axis::part_op}, "{0}({0}(x, 2, 3), 1, 2) = {0}(x, 3, 2)",
        part_of_part<Axis>);
    add("{0}-of-stack", {&Axis::part_op}, "a part of stack_{0}(x, y) within x = {0} of x",
        part_of_stack<Axis>);
    add("{0}-of-placed", {&Axis::part_op},
        "a part of place_{0}(x, 2, 5) within x = {0} of x, beside x = 0", part_of_placed<Axis>);
    add("place-{0}-twice", {&Axis::place_op},
        "place_{0}(place_{0}(x, 1, 5), 2, 9) = place_{0}(x, 3, 9)", place_of_placed<Axis>);
    add("stack-of-{0}", {&Axis::stack_op}, "stack_{0} of all {0} of x = x", stack_of_parts<Axis>);
    add("sum-of-placed-{0}", {&accumulate_op, &add_op},
        "place_{0}(x, 0, 5) + place_{0}(y, 2, 5) = stack_{0}(x, y) where they do not overlap",
        sum_of_placed<Axis>);
}

}  // namespace

void add_row_rules(RuleSet& rules) { add_part_rules<Rows>(rules); }

void add_column_rules(RuleSet& rules) { add_part_rules<Columns>(rules); }

}  // namespace revolute::detail
