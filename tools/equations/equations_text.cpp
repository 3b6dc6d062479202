#include <revolute/tools/equations/detail/names/equation_style.hpp>
#include <revolute/tools/equations/detail/writing/equation_lines.hpp>
#include <revolute/tools/equations/detail/writing/latex_brackets.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace revolute {

namespace {

using detail::Limits;

constexpr std::array part_names{"forward", "backward", "gradients"};
constexpr std::array part_heads{"Forward", "Backward", "Gradients"};

bool is_asked(EquationPart part, const EquationFormat& format) {
    return std::ranges::find(format.parts, part) != format.parts.end();
}

struct WrittenLine {
    EquationPart part;
    std::string left;
    std::string right;
    std::optional<Limits> limits;
};

std::vector<WrittenLine> written_lines(const Equations& equations, const EquationFormat& format,
                                       const EquationStyle& style) {
    std::vector<WrittenLine> lines;
    const auto fitting = [&](const std::string& text) {
        return style.notation == Notation::latex ? detail::with_fitting_brackets(text) : text;
    };
    for (const Equation& line : equations.lines)
        if (is_asked(line.part, format))
            lines.push_back({line.part, detail::left_side(line, style),
                             fitting(detail::right_side(line, style)),
                             detail::limits_of(line, style)});
    return lines;
}

/// The signs with which it is said how many steps there are.
struct StepsSigns {
    std::string_view math;  ///< around formulas
    std::string_view dots, with, at_least;
};

/// " + 1", " - 1", or nothing.
std::string more_text(std::int32_t more) {
    return more == 0 ? "" : fmt::format(" {} {}", more < 0 ? '-' : '+', std::abs(more));
}

/// "t = 0..T, N = T + 1 steps, N >= 3", or what the number of steps is; N is said of one time axis
/// only. One step is "t = 0, N = 1 step". In LaTeX "$t = 0, \dots, T$ with $N = T + 1$ steps, $N
/// \ge 3$".
std::string about_steps(const Equations& equations, Notation notation) {
    const auto [math, dots, with, at_least] =
        notation == Notation::latex ? StepsSigns{"$", ", \\dots, ", " with ", " \\ge "}
                                    : StepsSigns{"", "..", ", ", " >= "};
    const std::string count = equations.axes.size() == 1 ? "N" : "";
    const std::string equal = count.empty() ? "" : " = ";
    std::string text;
    const auto add = [&, math = math, dots = dots, with = with](
                         std::int32_t axis, std::int32_t first, const std::string& last,
                         const std::string& number) {
        const std::string steps =
            last == fmt::format("{}", first) ? last : fmt::format("{}{}{}", first, dots, last);
        text += fmt::format("{}{}{} = {}{}{}{}{}{}", text.empty() ? "" : "; ", math,
                            axis_name(axis), steps, math, with, math, number, math);
    };
    const auto steps_or_step = [](std::size_t known) { return known == 1 ? " step" : " steps"; };
    for (const auto& [axis, steps, first] : equations.axes) {
        const bool is_general = equations.is_general && text.empty();
        const std::string last = is_general ? last_step_name(axis) : fmt::format("{}", steps - 1);
        const std::int32_t known = steps - first;
        const std::string number =
            is_general ? last + more_text(1 - first) : fmt::format("{}", known);
        add(axis, first, last, count + equal + number);
        text += is_general ? " steps" : steps_or_step(static_cast<std::size_t>(known));
        const std::int32_t least = equations.least_steps - (count.empty() ? 1 : 0);
        const bool is_bound = count.empty() ? least > first : least > 1;
        if (is_general && is_bound)
            text += fmt::format(", {0}{1}{2}{3}{0}", math, count.empty() ? last : count, at_least,
                                least);
    }
    for (const auto& [axis, steps] : equations.unfolded) {
        add(axis, steps.low, fmt::format("{}", steps.high), fmt::format("{}", steps.size()));
        text += steps_or_step(steps.size());
    }
    return text;
}

/// What B is in the signs of losses, "$B = 3$ columns": where they are over several numbers of
/// columns, or over others than those of the batch, that of each.
std::string about_losses(const Equations& equations) {
    const std::set<std::int32_t>& of_losses = equations.columns_of_losses;
    if (equations.columns == BatchColumns::unsaid && of_losses.size() == 1)
        return fmt::format("$B = {}$ {}", *of_losses.begin(),
                           *of_losses.begin() == 1 ? "column" : "columns");
    return "$B$ in a mean the number of columns that it is over";
}

/// What there is to know of the sizes: "t = 0..T, N = T + 1 steps; B columns". One column is said
/// in LaTeX alone, whose formulas have a B by themselves.
std::string about_sizes(const Equations& equations, Notation notation) {
    const bool is_latex = notation == Notation::latex;
    std::string text = about_steps(equations, notation);
    const std::string_view between = text.empty() ? "" : is_latex ? ", and " : ", ";
    if (equations.columns == BatchColumns::any)
        text += fmt::format("{}{} columns", between, is_latex ? "$B$" : "B");
    if (equations.columns == BatchColumns::one && is_latex)
        text += fmt::format("{}$B = 1$ column", between);
    if (is_latex && !equations.columns_of_losses.empty())
        text += fmt::format("{}{}", text.empty() ? "" : ", and ", about_losses(equations));
    return text;
}

/// What stands above a part in LaTeX; above the first, for which sizes the lines are.
std::string head_of(const Equations& equations, EquationPart part, bool is_first) {
    std::string text = part_heads[static_cast<std::size_t>(part)];
    const std::string sizes = is_first ? about_sizes(equations, Notation::latex) : "";
    if (!sizes.empty()) text += ": " + sizes;
    return text;
}

std::string latex_line(const WrittenLine& line) {
    std::string text = fmt::format("{} &= {}", line.left, line.right);
    if (line.limits)
        text += fmt::format(" && {} = {}, \\dots, {}", line.limits->letter, line.limits->first,
                            line.limits->last);
    return text;
}

/// "h(-1) given", or "h(-1) trainable" of one column beside a batch, as nets in texts have it.
std::string lines_of_starts(const Equations& equations, const EquationStyle& style) {
    std::string text;
    for (const auto& [name, step, has_one_column] : equations.starts) {
        const bool is_repeated = has_one_column && equations.columns == BatchColumns::any;
        text += fmt::format("{:{}}{} {}\n", "", detail::indent, written_name(name, step, 0, style),
                            is_repeated ? "trainable" : "given");
    }
    return text;
}

std::size_t width_of(const WrittenLine& line) { return line.left.size() + line.right.size(); }

}  // namespace

std::string to_text(const Equations& equations, const EquationFormat& format) {
    const EquationStyle style = detail::style_of(equations, Notation::text, format);
    const std::vector<WrittenLine> lines = written_lines(equations, format, style);
    std::size_t widest = 0;
    for (const WrittenLine& line : lines)
        if (line.limits) widest = std::max(widest, width_of(line));
    std::string text;
    const std::string sizes = about_sizes(equations, Notation::text);
    if (!sizes.empty()) text += fmt::format("# {}\n", sizes);
    std::optional<EquationPart> part;
    for (const WrittenLine& line : lines) {
        if (part != line.part)
            text += fmt::format("{}\n", part_names[static_cast<std::size_t>(line.part)]);
        if (part != line.part && line.part == EquationPart::forward)
            text += lines_of_starts(equations, style);
        part = line.part;
        text += fmt::format("{:{}}{} = {}", "", detail::indent, line.left, line.right);
        if (line.limits)
            text +=
                fmt::format("{:{}}{}", "", widest - width_of(line) + detail::space_before_limits,
                            detail::in_text(*line.limits));
        text += '\n';
    }
    return text;
}

std::string to_latex(const Equations& equations, const EquationFormat& format) {
    const std::vector<WrittenLine> lines =
        written_lines(equations, format, detail::style_of(equations, Notation::latex, format));
    std::string text = "\\begin{align}\n";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i == 0 || lines[i - 1].part != lines[i].part)
            text += fmt::format("\\intertext{{{}}}\n", head_of(equations, lines[i].part, i == 0));
        text += latex_line(lines[i]);
        text += i + 1 < lines.size() ? " \\\\\n" : "\n";
    }
    return text + "\\end{align}\n";
}

std::string to_markdown(const Equations& equations, const EquationFormat& format) {
    const std::vector<WrittenLine> lines =
        written_lines(equations, format, detail::style_of(equations, Notation::latex, format));
    std::string text;
    const std::string sizes = about_sizes(equations, Notation::latex);
    if (!sizes.empty()) text += fmt::format("For {}.\n\n", sizes);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool is_first = i == 0 || lines[i - 1].part != lines[i].part;
        const bool is_last = i + 1 == lines.size() || lines[i + 1].part != lines[i].part;
        if (is_first)
            text += fmt::format("{}### {}\n\n```math\n\\begin{{aligned}}\n", i == 0 ? "" : "\n",
                                part_heads[static_cast<std::size_t>(lines[i].part)]);
        text += latex_line(lines[i]);
        text += is_last ? "\n\\end{aligned}\n```\n" : " \\\\\n";
    }
    return text;
}

}  // namespace revolute
