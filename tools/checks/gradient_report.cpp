#include <revolute/tools/checks/gradient_report.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

using Line = std::vector<std::string>;

/// Lines of cells in columns; the first and the last are set left, all others right.
std::string in_columns(std::span<const Line> lines) {
    std::vector<std::size_t> widths(lines.front().size());
    for (const Line& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].size());
    std::string text;
    for (const Line& line : lines) {
        text += fmt::format("{:<{}}", line.front(), widths.front());
        for (std::size_t i = 1; i + 1 < line.size(); ++i)
            text += fmt::format("  {:>{}}", line[i], widths[i]);
        text += fmt::format("  {}\n", line.back());
    }
    return text;
}

std::string in_full(double value) { return fmt::format("{:.15e}", printable(value)); }

/// "(2, 1)", a row and a column; "several" when it took several entries to see it.
std::string place(const std::optional<Entry>& entry) {
    return entry ? fmt::format("({}, {})", entry->row, entry->column) : "several";
}

std::string relative(double difference) {
    return difference == 0 ? "exact" : fmt::format("{:.1e}", difference);
}

std::string forward_mode(const VariableCheck& variable) {
    return variable.forward_mode ? relative(*variable.forward_mode) : "-";
}

std::string differences(const VariableCheck& variable) {
    const DirectionCheck& worst = variable.differences.worst;
    if (worst.sweep.empty()) return "-";
    return fmt::format("{:.1e} (of {:.1e})", worst.best.error, worst.best.allowed);
}

/// What stands in the columns that any check has, from forward mode to the worst entry.
void add_columns(Line& line, const VariableCheck& variable) {
    line.insert(line.end(), {forward_mode(variable), differences(variable),
                             place(variable.differences.worst.entry)});
}

std::string meaning_of_columns(const GradientCheck& check) {
    const std::string forward =
        check.no_forward_mode.empty()
            ? "largest difference / largest entry, along the same directions"
            : fmt::format("not to be had: {}", check.no_forward_mode);
    return fmt::format(
        "forward mode        {}\n"
        "finite differences  error (and what is allowed) at the worst entry, numbered from (0, 0), "
        "for the step that comes closest\n",
        forward);
}

std::string table(const GradientCheck& check) {
    std::vector<Line> lines{
        {"", "shape", "norm", "forward mode", "finite differences", "worst entry", "verdict"}};
    for (const VariableCheck& variable : check.variables) {
        Line& line = lines.emplace_back(
            Line{variable.name, to_string(variable.shape), fmt::format("{:.4e}", variable.norm)});
        add_columns(line, variable);
        line.push_back(in_words(variable));
    }
    return in_columns(lines);
}

/// What the differences at the worst entry were, step by step.
std::string sweep(const DirectionCheck& worst) {
    const auto slope = [](double value) { return fmt::format("{:.9e}", printable(value)); };
    std::vector<Line> lines{
        {"  step", "slope to the left", "slope to the right", "their mean", "error", "allowed"}};
    for (const DifferenceStep& row : worst.sweep)
        lines.push_back({fmt::format("  {:.0e}", row.step), slope(row.backward), slope(row.forward),
                         slope(row.central), fmt::format("{:.1e}", row.error),
                         fmt::format("{:.1e}", row.allowed)});
    return in_columns(lines);
}

std::string where(const std::string& name, const std::optional<Entry>& entry) {
    if (!entry) return fmt::format("{}, along a direction through several entries", name);
    return fmt::format("{}, row {}, column {}", name, entry->row, entry->column);
}

/// Why differences cannot tell, where they cannot.
std::string_view advice(Verdict verdict) {
    if (verdict == Verdict::kink)
        return "  The loss has a kink within the steps, or a bend sharper than they: its slopes to "
               "the "
               "left\n  and to the right do not meet. Move the values a little and check again.\n";
    if (verdict == Verdict::too_small)
        return "  The gradient is below the rounding of a difference of two losses: all that can "
               "be "
               "seen is that it is small.\n";
    if (verdict == Verdict::too_large)
        return "  No step moves the values: all steps are below their rounding. Check at smaller "
               "values, or with larger steps.\n";
    return {};
}

std::string left_out(std::size_t steps) {
    if (steps == 0) return {};
    return fmt::format(
        "  {} left out, below the rounding of the values\n",
        steps == 1 ? "a smaller step is" : fmt::format("{} smaller steps are", steps));
}

std::string worst_entry(const VariableCheck& variable) {
    const DirectionCheck& worst = variable.differences.worst;
    if (worst.verdict == Verdict::too_large)
        return fmt::format("\nWorst entry: {}\n{}", where(variable.name, worst.entry),
                           advice(worst.verdict));
    if (worst.sweep.empty()) return {};
    return fmt::format(
        "\nWorst entry: {}\n"
        "  gradient           {:>22}\n"
        "  finite difference  {:>22}  with step {:.0e}\n"
        "  relative error     {:>22.1e}\n"
        "{}\n{}{}",
        where(variable.name, worst.entry), in_full(worst.gradient), in_full(worst.difference()),
        worst.best.step, worst.relative_error(), advice(worst.verdict), sweep(worst),
        left_out(worst.steps_left_out));
}

/// The last line: the gravest verdict and whom it concerns.
std::string conclusion(Verdict verdict, const std::vector<std::string>& concerned,
                       std::size_t count) {
    if (verdict == Verdict::agrees)
        return fmt::format("\nVerdict: agrees{}\n",
                           count > 1 ? fmt::format(" (all {} gradients)", count) : "");
    if (concerned.empty()) return fmt::format("\nVerdict: {}\n", in_words(verdict));
    const std::string share =
        count > 1 ? fmt::format(" ({} of {} gradients)", concerned.size(), count) : "";
    return fmt::format("\nVerdict: {}: {}{}\n", in_words(verdict), fmt::join(concerned, ", "),
                       share);
}

std::string furthest_from_closed_form(const NetCheck& check) {
    if (check.closed_form.empty()) return {};
    const auto is_closer = [](double a, double b) {  // NaN is the furthest
        return std::isnan(b) ? !std::isnan(a) : a < b;
    };
    const auto worst =
        std::ranges::max_element(check.closed_form, is_closer, &ClosedFormComparison::relative);
    if (worst->agrees()) return {};
    const auto parameter = static_cast<std::size_t>(worst - check.closed_form.begin());
    return fmt::format(
        "\nFurthest from the closed form: {}\n"
        "  gradient           {:>22}\n"
        "  closed form        {:>22}\n"
        "  relative error     {:>22.1e}\n",
        where(check.gradients.variables[parameter].name, worst->worst), in_full(worst->gradient),
        in_full(worst->by_hand), worst->relative);
}

}  // namespace

std::string in_words(const VariableCheck& variable) {
    if (variable.differences.verdict == Verdict::differs) return "differs from finite differences";
    if (!variable.forward_mode_agrees) return "differs from forward mode";
    return std::string(in_words(variable.verdict()));
}

std::string in_words(const NetCheck& check, std::size_t parameter) {
    if (!check.closed_form.empty() && !check.closed_form[parameter].agrees())
        return "differs from the closed form";
    return in_words(check.gradients.variables[parameter]);
}

std::string to_text(const GradientCheck& check) {
    std::vector<std::string> concerned;
    for (const VariableCheck& variable : check.variables)
        if (variable.verdict() == check.verdict()) concerned.push_back(variable.name);
    return table(check) + "\n" + meaning_of_columns(check) + worst_entry(check.worst()) +
           conclusion(check.verdict(), concerned, check.variables.size());
}

std::string to_table(const NetCheck& check) {
    std::vector<Line> lines{{"", "shape", "norm", "closed form", "forward mode",
                             "finite differences", "worst entry", "verdict"}};
    for (std::size_t i = 0; i < check.gradients.variables.size(); ++i) {
        const VariableCheck& variable = check.gradients.variables[i];
        const std::string closed_form =
            check.closed_form.empty() ? "-" : relative(check.closed_form[i].relative);
        Line& line = lines.emplace_back(Line{variable.name, to_string(variable.shape),
                                             fmt::format("{:.4e}", variable.norm), closed_form});
        add_columns(line, variable);
        line.push_back(in_words(check, i));
    }
    const std::string meaning =
        check.no_closed_form.empty()
            ? fmt::format("largest difference / largest entry; at most {:g} agrees",
                          check.tolerance)
            : fmt::format("there is {}", check.no_closed_form);
    return fmt::format("{}\nclosed form         {}\n{}", in_columns(lines), meaning,
                       meaning_of_columns(check.gradients));
}

std::string to_text(const NetCheck& check) {
    std::vector<std::string> concerned;
    for (std::size_t i = 0; i < check.gradients.variables.size(); ++i)
        if (check.verdict(i) == check.verdict())
            concerned.push_back(check.gradients.variables[i].name);
    return to_table(check) + furthest_from_closed_form(check) +
           worst_entry(check.gradients.worst()) +
           conclusion(check.verdict(), concerned, check.gradients.variables.size());
}

}  // namespace revolute
