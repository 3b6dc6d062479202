#include <revolute/tools/equations/detail/names/equation_style.hpp>
#include <revolute/tools/equations/detail/order/equation_order.hpp>
#include <support/name_check.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

namespace revolute::test {

namespace {

/// What is written of names, and what each means.
class LatexNames {
 public:
    explicit LatexNames(const Equations& equations)
        : style_(detail::style_of(equations, Notation::latex, {})) {}

    void add(const std::string& name, std::optional<std::int32_t> axis, Interval steps) {
        if (!axis) return add(name, std::nullopt);
        for (const std::int32_t offset : {-1, 0, 1}) add(name, EquationStep{*axis, false, offset});
        constexpr std::int32_t from_end = 3;
        for (std::int32_t t = steps.low; t <= steps.high; ++t) {
            add(name, EquationStep{*axis, true, t});
            if (t - steps.low == from_end) t = std::max(t, steps.high - from_end);
        }
    }

 private:
    void add(const std::string& name, std::optional<EquationStep> step) {
        const std::string meaning =
            step ? fmt::format("{}({} {} {})", name, step->axis, step->is_fixed, step->t) : name;
        const std::string text = written_name(name, step, step ? step->axis : 0, style_);
        INFO(text);
        CHECK(meanings_.try_emplace(text, meaning).first->second == meaning);
    }

    EquationStyle style_;
    std::map<std::string, std::string> meanings_;
};

std::string typeset_name_of(const FigureNode& node) {
    const std::string label = to_plain(node.label);
    return label.substr(0, std::min(label.find(": "), label.find(" (")));
}

}  // namespace

void check_latex_names(const Equations& equations) {
    INFO(to_latex(equations));
    LatexNames names(equations);
    for (const Equation& line : equations.lines) {
        const auto axis = line.step ? std::optional(line.step->axis) : std::nullopt;
        names.add(line.name, axis, line.steps);
        for (const detail::NameRead& read : detail::names_read(line))
            names.add(read.name, read.axis, read.steps);
    }
}

void check_figure_names(const Figure& figure) {
    std::map<std::string, NodeId> nodes;
    for (const FigureNode& node : figure.nodes) {
        const bool stands_for_steps = node.kind == NodeKind::omitted;  // as dots
        if (!has_name(node) || node.kind == NodeKind::constant || stands_for_steps) continue;
        const std::string text = typeset_name_of(node);
        INFO(text);
        CHECK(nodes.try_emplace(text, node.node).first->second == node.node);
    }
}

}  // namespace revolute::test
