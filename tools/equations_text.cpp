#include <revolute/tools/equations.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace revolute {

namespace {

constexpr std::array part_names{"forward", "backward", "gradients"};

EquationStyle style_of(const Equations& equations, Notation notation,
                       const EquationFormat& format) {
    return {notation, format.transpose, equations.axes, equations.is_general, equations.names};
}

bool is_asked(EquationPart part, const EquationFormat& format) {
    return std::ranges::find(format.parts, part) != format.parts.end();
}

std::int32_t variable_of(const Equation& line) { return line.step ? line.step->axis : 0; }

/// The first and the last step in the order in which they are computed; none for one line of one step.
struct Limits {
    std::string letter, first, last;
};

std::optional<Limits> limits_of(const Equation& line, const EquationStyle& style) {
    if (!line.step || line.step->is_fixed) return std::nullopt;
    const std::int32_t axis = line.step->axis;
    Limits limits{axis_name(axis), written_step(axis, line.steps.low, style),
                  written_step(axis, line.steps.high, style)};
    if (line.is_descending) std::swap(limits.first, limits.last);
    return limits;
}

constexpr std::size_t longest_line = 100;

struct WrittenLine {
    EquationPart part;
    std::string left;
    std::vector<std::string> right;  ///< line by line; each but the first begins with its sign
    std::optional<Limits> limits;
};

std::string in_text(const Limits& limits) {
    return fmt::format("{} = {}..{}", limits.letter, limits.first, limits.last);
}

/// The text cut before each + and - that is in no brackets.
std::vector<std::string> summands_of(const std::string& text) {
    std::vector<std::string> summands;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (std::string_view("([{").find(text[i]) != std::string_view::npos) ++depth;
        if (std::string_view(")]}").find(text[i]) != std::string_view::npos) --depth;
        const std::string_view sign = std::string_view(text).substr(i, 3);
        if (depth != 0 || i == 0 || (sign != " + " && sign != " - ")) continue;
        summands.push_back(text.substr(begin, i - begin));
        begin = i + 1;
    }
    summands.push_back(text.substr(begin));
    return summands;
}

/// How many summands stand on each line, so that none is wider than `room` if that can be.
std::vector<std::size_t> divided(const std::vector<std::string>& summands, std::size_t room) {
    std::vector<std::size_t> counts;
    std::size_t width = 0;
    for (const std::string& summand : summands) {
        width += summand.size() + 1;
        if (counts.empty() || width > room) {
            counts.push_back(0);
            width = summand.size();
        }
        ++counts.back();
    }
    return counts;
}

std::vector<std::string> joined(const std::vector<std::string>& summands,
                                const std::vector<std::size_t>& counts) {
    std::vector<std::string> lines;
    auto summand = summands.begin();
    for (const std::size_t count : counts) {
        lines.push_back(fmt::format(
            "{}", fmt::join(summand, summand + static_cast<std::ptrdiff_t>(count), " ")));
        summand += static_cast<std::ptrdiff_t>(count);
    }
    return lines;
}

/// The right-hand side in lines of text, or in as many of LaTeX.
std::vector<std::string> right_lines(const Equation& line, std::size_t width_of_limits,
                                     const EquationStyle& style) {
    EquationStyle plain = style;
    plain.notation = Notation::text;
    const std::int32_t variable = variable_of(line);
    const std::size_t around = 2 + written_name(line.name, line.step, variable, plain).size() + 3 +
                               (width_of_limits > 0 ? 3 + width_of_limits : 0);
    const std::vector<std::string> text = summands_of(written(line.right, variable, plain).text);
    const std::vector<std::size_t> counts =
        divided(text, longest_line - std::min(longest_line, around));
    if (style.notation == Notation::text) return joined(text, counts);
    const std::string latex = written(line.right, variable, style).text;
    const std::vector<std::string> summands = summands_of(latex);
    return summands.size() == text.size() ? joined(summands, counts) : std::vector{latex};
}

std::vector<WrittenLine> written_lines(const Equations& equations, const EquationFormat& format,
                                       const EquationStyle& style) {
    EquationStyle plain = style;
    plain.notation = Notation::text;
    std::size_t width = 0;  // of the limits, which stand below each other
    for (const Equation& line : equations.lines)
        if (const auto limits = limits_of(line, plain); limits && is_asked(line.part, format))
            width = std::max(width, in_text(*limits).size());
    std::vector<WrittenLine> lines;
    for (const Equation& line : equations.lines) {
        if (!is_asked(line.part, format)) continue;
        const auto limits = limits_of(line, style);
        lines.push_back({line.part, written_name(line.name, line.step, variable_of(line), style),
                         right_lines(line, limits ? width : 0, style), limits});
    }
    return lines;
}

/// "t = 0..T, N = T + 1 steps", or what the number of steps is.
std::string about_steps(const Equations& equations) {
    std::string text;
    for (const auto& [axis, steps] : equations.axes) {
        if (!text.empty()) text += "; ";
        const std::string last = last_step_name(axis);
        text += equations.is_general
                    ? fmt::format("{} = 0..{}, N = {} + 1 steps", axis_name(axis), last, last)
                    : fmt::format("{} = 0..{}, N = {} {}", axis_name(axis), steps - 1, steps,
                                  steps == 1 ? "step" : "steps");
    }
    return text;
}

std::string latex_line(const WrittenLine& line) {
    std::string text = fmt::format("{} &= {}", line.left, fmt::join(line.right, " \\\\\n&\\quad "));
    if (line.limits)
        text += fmt::format(" && {} = {}, \\dots, {}", line.limits->letter, line.limits->first,
                            line.limits->last);
    return text;
}

/// Where the last line of the right-hand side ends.
std::size_t width_of(const WrittenLine& line) {
    return line.left.size() + line.right.back().size();
}

}  // namespace

std::string to_text(const Equations& equations, const EquationFormat& format) {
    const std::vector<WrittenLine> lines =
        written_lines(equations, format, style_of(equations, Notation::text, format));
    std::size_t widest = 0;
    for (const WrittenLine& line : lines)
        if (line.limits) widest = std::max(widest, width_of(line));
    std::string text;
    if (!equations.axes.empty()) text += fmt::format("# {}\n", about_steps(equations));
    std::optional<EquationPart> part;
    for (const WrittenLine& line : lines) {
        if (part != line.part)
            text += fmt::format("{}\n", part_names[static_cast<std::size_t>(line.part)]);
        part = line.part;
        const std::string break_before_sign = fmt::format("\n{:{}}", "", line.left.size() + 5);
        text += fmt::format("  {} = {}", line.left, fmt::join(line.right, break_before_sign));
        if (line.limits)
            text += fmt::format("{:{}}{}", "", widest - width_of(line) + 3, in_text(*line.limits));
        text += '\n';
    }
    return text;
}

std::string to_latex(const Equations& equations, const EquationFormat& format) {
    const std::vector<WrittenLine> lines =
        written_lines(equations, format, style_of(equations, Notation::latex, format));
    std::string text = "\\begin{align*}\n";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i == 0 || lines[i - 1].part != lines[i].part)
            text += fmt::format("\\intertext{{{}}}\n",
                                part_names[static_cast<std::size_t>(lines[i].part)]);
        text += latex_line(lines[i]);
        text += i + 1 < lines.size() ? " \\\\\n" : "\n";
    }
    return text + "\\end{align*}\n";
}

std::string to_markdown(const Equations& equations, const EquationFormat& format) {
    const std::vector<WrittenLine> lines =
        written_lines(equations, format, style_of(equations, Notation::latex, format));
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool is_first = i == 0 || lines[i - 1].part != lines[i].part;
        const bool is_last = i + 1 == lines.size() || lines[i + 1].part != lines[i].part;
        if (is_first)
            text += fmt::format("{}### {}\n\n```math\n\\begin{{aligned}}\n", i == 0 ? "" : "\n",
                                part_names[static_cast<std::size_t>(lines[i].part)]);
        text += latex_line(lines[i]);
        text += is_last ? "\n\\end{aligned}\n```\n" : " \\\\\n";
    }
    return text;
}

}  // namespace revolute
