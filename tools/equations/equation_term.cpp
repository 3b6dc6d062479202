#include <revolute/tools/equations/detail/writing/constant_factors.hpp>
#include <revolute/tools/equations/detail/writing/equation_number.hpp>
#include <revolute/tools/equations/equation_term.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

namespace revolute {

namespace {

/// "t", "t+1", "t-1".
std::string from_variable(std::int32_t variable, std::int32_t offset) {
    const std::string letter = axis_name(variable);
    return offset == 0 ? letter : fmt::format("{}{:+}", letter, offset);
}

/// "3", or "t=3" where it could be on another axis; T is the last step of one axis alone.
std::string fixed_index(const EquationStep& step, const EquationStyle& style) {
    std::string index = written_step(step.axis, step.t, style);
    const bool is_number = index == fmt::format("{}", step.t);
    return is_number && style.has_several_axes ? fmt::format("{}={}", axis_name(step.axis), index)
                                               : index;
}

bool is_greek(std::string_view name) {
    static constexpr std::array letters{
        "alpha", "beta", "gamma",  "delta", "epsilon", "zeta",    "eta",   "theta", "iota",
        "kappa", "mu",   "lambda", "nu",    "xi",      "pi",      "rho",   "sigma", "tau",
        "phi",   "chi",  "psi",    "omega", "upsilon", "Gamma",   "Delta", "Theta", "Lambda",
        "Xi",    "Pi",   "Sigma",  "Phi",   "Psi",     "Upsilon", "Omega"};
    return std::ranges::find(letters, name) != letters.end();
}

/// Signs are no minus and no plus among letters.
std::string with_underlines(std::string_view name) {
    std::string text;
    for (const char c : name)
        if (c == '_')
            text += "\\_";
        else
            text += c == '-' || c == '+' ? fmt::format("\\text{{{}}}", c) : std::string(1, c);
    return text;
}

std::string latex_letters(const std::string& letters) {
    if (letters.size() == 1) return with_underlines(letters);
    // A Greek letter stays one with primes or a star behind it.
    const std::size_t end = std::min(letters.find_first_of("'*"), letters.size());
    if (is_greek(letters.substr(0, end)) &&
        letters.find_first_not_of("'*", end) == std::string::npos)
        return end == letters.size()
                   ? "\\" + letters
                   : fmt::format("{{\\{}{}}}", letters.substr(0, end), letters.substr(end));
    return fmt::format("\\mathit{{{}}}", with_underlines(letters));
}

/// What is written of a name in LaTeX: "a1_f" is the letter a, in layer 1, of the gate f.
/// Underlines that nothing stands behind are lines under the letters: T_ is not T, nor is it a T
/// with something lowered beside its step.
struct LatexName {
    std::string letters;
    std::size_t lines = 0;
    std::string accent{};  ///< "hat": of ŷ, which is the word y_hat
    std::string marks{};   ///< "'": of ŷ'
    std::string layer{};
    std::string below{};
};

/// A comma for each underline between two parts: a_f_i has the index f,i.
std::string latex_index(std::string_view name) {
    std::string text;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool is_between =
            i > 0 && i + 1 < name.size() && name[i - 1] != '_' && name[i + 1] != '_';
        text += name[i] != '_' ? std::string(1, name[i]) : is_between ? "," : "\\_";
    }
    return text;
}

/// The accent that the part of a name behind its first underline begins with: of "hat_q" it is
/// "hat". What is left is no sign of its own, as that of "hat_" would be.
std::string_view accent_of(std::string_view below) {
    static constexpr std::array accents{"hat", "tilde", "bar", "dot"};
    const std::string_view first = below.substr(0, below.find_first_of("_'*"));
    const std::string_view rest = below.substr(first.size());
    const bool is_apart =
        rest.empty() || rest.front() != '_' || (rest.size() > 1 && rest[1] != '_');
    return is_apart && std::ranges::find(accents, first) != accents.end() ? first : "";
}

/// Takes the underlines off the end of a name, but for one that it consists of; returns how many
/// there were.
std::size_t take_lines(std::string_view& name) {
    const std::size_t end = std::max<std::size_t>(name.find_last_not_of('_') + 1, 1);
    const std::size_t lines = name.size() - end;
    name.remove_suffix(lines);
    return lines;
}

LatexName parts_of(const std::string& whole, const EquationStyle& style) {
    const auto spelled = style.spelled.find(whole);
    const bool is_spelled = spelled != style.spelled.end();
    const auto with_signs = style.with_signs.find(whole);
    std::string_view name = is_spelled                             ? spelled->second
                            : with_signs == style.with_signs.end() ? whole
                                                                   : with_signs->second;
    LatexName parts{.letters = {}, .lines = take_lines(name)};
    if (is_spelled || name.front() == '_') {
        parts.letters = name;
        return parts;
    }
    const std::size_t underline = name.find('_');
    if (underline != std::string_view::npos) {
        std::string_view below = name.substr(underline + 1);
        parts.accent = accent_of(below);
        if (!parts.accent.empty()) {
            below.remove_prefix(parts.accent.size());
            parts.marks = below.substr(0, below.find_first_not_of("'*"));
            below.remove_prefix(parts.marks.size());
            if (below.starts_with('_')) below.remove_prefix(1);
        }
        parts.below = latex_index(below);
        name = name.substr(0, underline);
    }
    const std::size_t digit = std::min(name.find_first_of("0123456789", 1), name.size());
    parts.letters = name.substr(0, digit);
    parts.layer = name.substr(digit);
    return parts;
}

std::string latex_name(const std::string& name, const std::string& step,
                       const EquationStyle& style) {
    if (style.adjoints.contains(name))
        return "\\mathrm{d}" + latex_name(name.substr(1), step, style);
    const LatexName parts = parts_of(name, style);
    std::string text = latex_letters(parts.letters);
    if (!parts.accent.empty()) text = fmt::format("\\{}{{{}}}", parts.accent, text);
    if (!parts.marks.empty()) text = fmt::format("{{{}{}}}", text, parts.marks);
    for (std::size_t i = 0; i < parts.lines; ++i) text = fmt::format("\\underline{{{}}}", text);
    if (!parts.layer.empty()) text += fmt::format("^{{({})}}", with_underlines(parts.layer));
    const bool both = !parts.below.empty() && !step.empty();
    if (const std::string below = parts.below + (both ? "," : "") + step; !below.empty())
        text += fmt::format("_{{{}}}", below);
    // In braces, as a transpose puts another superscript behind it.
    return parts.layer.empty() ? text : fmt::format("{{{}}}", text);
}

/// Writes a term; `variable` is the axis of the innermost variable.
class TermWriter {
 public:
    TermWriter(const EquationStyle& style, std::int32_t variable)
        : style_(style), variable_(variable) {}

    Formula write(const EquationTerm& term) const {
        switch (term.kind) {
            case EquationTerm::Kind::name:
                return {written_name(term.name, term.step, variable_, style_),
                        has_superscript(term.name) ? Precedence::power : Precedence::atom};
            case EquationTerm::Kind::number:
                return number(term);
            case EquationTerm::Kind::operation:
                return operation(term);
            case EquationTerm::Kind::sum:
                return sum(term);
            case EquationTerm::Kind::list:
                break;
        }
        return list(term, ',');
    }

 private:
    Formula attribute(const EquationTerm& term, std::size_t number) const {
        const double value = term.attributes[number];
        const auto growth = std::ranges::find(term.growing, number, &EquationGrowth::attribute);
        if (growth == term.growing.end()) return number_formula(value, style_.notation);
        return detail::growing_number(value, *growth, variable_, style_);
    }

    /// A quotient is no factor of a product of another kind: (1 / N) o h.
    Formula number(const EquationTerm& term) const {
        static constexpr Op quotient{.name = "number"};
        Formula written = attribute(term, 0);
        if (written.precedence == Precedence::product) written.op = &quotient;
        return written;
    }

    Formula operation(const EquationTerm& term) const {
        if (const auto product = detail::with_one_number(term)) return write(*product);
        if (const auto mean = detail::with_whole_mean(term)) return write(*mean);
        if (is_latex() && term.op->role == Role::transpose &&
            style_.transpose == TransposeSide::left)
            return transposed_on_the_left(term);
        std::vector<Formula> attributes;
        for (std::size_t i = 0; i < term.attributes.size() && !term.growing.empty(); ++i)
            attributes.push_back(attribute(term, i));
        return formula(
            Application{*term.op, term.attributes, static_cast<std::uint32_t>(term.operands.size()),
                        attributes, term.is_scalar},
            style_.notation, [&](std::uint32_t slot) { return operand_of(term, slot); });
    }

    Formula transposed_on_the_left(const EquationTerm& term) const {
        const Formula x = write(term.operands.front());
        const bool fits = x.precedence == Precedence::atom;
        return {fits ? fmt::format("{{}}^{{t}}\\!{}", x.text)
                     : fmt::format("{{}}^{{t}}\\!\\left({}\\right)", x.text),
                Precedence::power, term.op};
    }

    std::string limit(const EquationTerm& term, std::int32_t t) const {
        return written_step(term.axis, t, style_);
    }

    /// A sum reaches as far as a product does.
    Formula sum(const EquationTerm& term) const {
        const Formula body = TermWriter(style_, term.axis).write(term.operands.front());
        const bool fits = body.precedence >= Precedence::product;
        const std::string letter = axis_name(term.axis);
        const std::string low = limit(term, term.steps.low), high = limit(term, term.steps.high);
        if (is_latex())
            return {fmt::format("\\sum_{{{}={}}}^{{{}}} {}", letter, low, high,
                                fits ? body.text : fmt::format("\\left({}\\right)", body.text)),
                    Precedence::product, &accumulation()};
        return {fmt::format("sum({}={}..{}) {}", letter, low, high,
                            fits ? body.text : fmt::format("({})", body.text)),
                Precedence::product, &accumulation()};
    }

    /// The sign between the operands of an operator that has any number of them, as its notation
    /// says.
    char sign_between_operands(const Op& op) const {
        const std::string_view form = is_latex() ? op.latex : op.text;
        const std::size_t place = form.find('#');
        return place == std::string_view::npos || place + 1 == form.size() ? ',' : form[place + 1];
    }

    Formula operand_of(const EquationTerm& term, std::uint32_t slot) const {
        const EquationTerm& operand = term.operands[slot];
        if (operand.kind == EquationTerm::Kind::list)
            return list(operand, sign_between_operands(*term.op));
        Formula written = write(operand);
        // dy h would read as d(yh); not so (U dy) h, a product of another kind.
        const bool is_in_parentheses =
            operand.kind == EquationTerm::Kind::operation && operand.op != term.op;
        if (is_latex() && slot == 0 && puts_close(*term.op) && ends_with_adjoint(operand) &&
            !is_in_parentheses)
            written.text += " \\,";
        return written;
    }

    /// Whether the operator's factors stand beside each other without a sign.
    static bool is_juxtaposed(const Op& op) { return op.latex == "#1 #2"; }

    /// Whether something stands right behind its first factor: another factor, or a bold 1.
    static bool puts_close(const Op& op) {
        return is_juxtaposed(op) || op.latex.starts_with("#1 \\mathbf");
    }

    bool ends_with_adjoint(const EquationTerm& term) const {
        if (term.kind == EquationTerm::Kind::name) return style_.adjoints.contains(term.name);
        return term.kind == EquationTerm::Kind::operation && is_juxtaposed(*term.op) &&
               ends_with_adjoint(term.operands.back());
    }

    /// Whether LaTeX writes the layer above a name, where a power would stand too.
    bool has_superscript(std::string name) const {
        if (!is_latex()) return false;
        while (style_.adjoints.contains(name)) name.erase(0, 1);
        return !parts_of(name, style_).layer.empty();
    }

    /// Operands at all steps: "each(t=0..T: h(t))", or with a semicolon where they stand below each
    /// other; in LaTeX the first ones, dots, and the last ones.
    Formula list(const EquationTerm& term, char sign) const {
        std::string first = limit(term, term.steps.low), last = limit(term, term.steps.high);
        if (term.is_descending) std::swap(first, last);
        const std::string letter = axis_name(term.axis);
        if (is_latex() && (sign == '&' || sign == '/')) return ends_of_list(term, sign);
        const std::string items = items_of(term, ", ");
        if (is_latex())
            return {
                fmt::format("\\left({}\\right)_{{{}={},\\dots,{}}}", items, letter, first, last)};
        return {fmt::format("each({}={}..{}{} {})", letter, first, last, sign == ';' ? ";" : ":",
                            items)};
    }

    std::string items_of(const EquationTerm& list, std::string_view separator) const {
        const TermWriter inside(style_, list.axis);
        std::string items;
        for (const EquationTerm& operand : list.operands)
            items += (items.empty() ? "" : std::string(separator)) + inside.write(operand).text;
        return items;
    }

    Formula ends_of_list(const EquationTerm& term, char sign) const {
        const std::string separator = sign == '&' ? " & " : " \\\\ ";
        const auto at = [&](std::int32_t t) {
            EquationTerm there = term;
            for (EquationTerm& operand : there.operands) operand = at_step(std::move(operand), t);
            return items_of(there, separator);
        };
        const auto [low, high] = term.steps;
        return {fmt::format("{}{}{}{}{}", at(term.is_descending ? high : low), separator,
                            sign == '&' ? "\\cdots" : "\\vdots", separator,
                            at(term.is_descending ? low : high))};
    }

    bool is_latex() const { return style_.notation == Notation::latex; }

    /// A sum is no product, whatever stands to its right.
    static const Op& accumulation() {
        static constexpr Op sign{.name = "sum over steps"};
        return sign;
    }

    const EquationStyle& style_;
    std::int32_t variable_;
};

}  // namespace

EquationTerm at_step(EquationTerm term, std::int32_t t) {
    if (term.kind == EquationTerm::Kind::sum || term.kind == EquationTerm::Kind::list) return term;
    if (term.step && !term.step->is_fixed)
        term.step = EquationStep{term.step->axis, true, term.step->t + t};
    for (EquationGrowth& growth : term.growing)
        if (!growth.step.is_fixed)
            growth.step = EquationStep{growth.step.axis, true, growth.step.t + t};
    for (EquationTerm& operand : term.operands) operand = at_step(std::move(operand), t);
    return term;
}

std::string last_step_name(std::int32_t axis) {
    std::string name = axis_name(axis);
    name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
    return name;
}

std::string written_step(std::int32_t axis, std::int32_t t, const EquationStyle& style) {
    const auto found = std::ranges::find(style.axes, axis, &AxisSteps::axis);
    const bool is_first = found != style.axes.end() && found == style.axes.begin();
    if (!style.is_general || !is_first || t - style.first_step < found->steps - t)
        return fmt::format("{}", t);
    const std::int32_t behind = t - (found->steps - 1);
    return behind == 0 ? last_step_name(axis) : fmt::format("{}{:+}", last_step_name(axis), behind);
}

std::string written_name(const std::string& name, const std::optional<EquationStep>& step,
                         std::int32_t variable, const EquationStyle& style) {
    std::string index;
    if (step) index = step->is_fixed ? fixed_index(*step, style) : from_variable(variable, step->t);
    if (style.notation == Notation::latex) return latex_name(name, index, style);
    return step ? fmt::format("{}({})", name, index) : name;
}

Formula written(const EquationTerm& term, std::int32_t variable, const EquationStyle& style) {
    return TermWriter(style, variable).write(term);
}

}  // namespace revolute
