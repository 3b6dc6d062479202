#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <unordered_map>
#include <vector>

namespace revolute {

namespace {

Precedence precedence_of(const Op& op, Notation notation) {
    return notation == Notation::latex ? op.latex_precedence.value_or(op.precedence)
                                       : op.precedence;
}

std::string in_parentheses(const std::string& text, Notation notation) {
    if (notation == Notation::latex) return fmt::format("\\left({}\\right)", text);
    return fmt::format("({})", text);
}

/// Letters that LaTeX takes as they are.
std::string latex_letters(std::string_view name) {
    std::string text;
    for (const char c : name)
        text += std::string_view("_#$%&{}").find(c) == std::string_view::npos
                    ? std::string(1, c)
                    : fmt::format("\\{}", c);
    return text;
}

/// Whether the template already puts delimiters around the placeholder at [begin, end).
bool is_delimited(std::string_view text, std::size_t begin, std::size_t end) {
    const std::size_t before = text.find_last_not_of(' ', begin == 0 ? 0 : begin - 1);
    const std::size_t after = text.find_first_not_of(' ', end);
    if (begin == 0 || before == std::string_view::npos || after == std::string_view::npos)
        return false;
    return std::string_view("({,").find(text[before]) != std::string_view::npos &&
           (std::string_view(")},").find(text[after]) != std::string_view::npos ||
            text.substr(after).starts_with("\\right"));
}

/// Whether the placeholder at [begin, end) is what a power or a transpose is taken of, or a power
/// that stands there without braces: it binds so tightly, however the whole form does.
bool is_of_power(std::string_view form, std::size_t begin, std::size_t end) {
    return form.substr(end).starts_with('^') || form.substr(end).starts_with('\'') ||
           (begin > 0 && form[begin - 1] == '^');
}

/// Writes one operator's application.
class Writer {
 public:
    Writer(const Application& application, Notation notation,
           const std::function<Formula(std::uint32_t)>& operand)
        : application_(application), notation_(notation), operand_(operand) {}

    std::string fill(std::string_view form) {
        std::string text;
        for (std::size_t i = 0; i < form.size(); ++i) {
            const bool placeholder = (form[i] == '#' || form[i] == '@') && i + 1 < form.size();
            if (!placeholder)
                text += form[i];
            else
                text += fill_place(form, i++);
            if (placeholder && form.substr(i + 1).starts_with(latex_power) && is_of_each_entry()) {
                text.append(latex_power).append("\\circ ");
                i += latex_power.size();
            }
        }
        return text;
    }

    /// "name(x, y, 0.5)", operands and attributes, for an operator without a template.
    std::string as_function() const {
        std::vector<std::string> parts;
        for (std::uint32_t slot = 0; slot < application_.operand_count; ++slot)
            parts.push_back(operand_(slot).text);
        for (std::size_t i = 0; i < application_.attributes.size(); ++i)
            parts.push_back(attribute(i).text);
        const std::string operands = fmt::format("{}", fmt::join(parts, ", "));
        if (notation_ == Notation::latex)
            return fmt::format("\\operatorname{{{}}}\\left({}\\right)",
                               latex_letters(application_.op.name), operands);
        return fmt::format("{}({})", application_.op.name, operands);
    }

 private:
    static constexpr std::string_view latex_power = "^{";

    /// Whether a power would be taken for that of a matrix.
    bool is_of_each_entry() const {
        return notation_ == Notation::latex && is_elementwise(application_.op.role) &&
               !application_.is_scalar;
    }

    Formula attribute(std::size_t number) const {
        return application_.written_attributes.empty()
                   ? number_formula(application_.attributes[number], notation_)
                   : application_.written_attributes[number];
    }

    std::string fill_place(std::string_view form, std::size_t begin) {
        const char which = form[begin + 1];
        if (which == '*') return sum_of_all();
        if (const std::string_view sign = separator(which); !sign.empty()) return list_of_all(sign);
        const auto number = static_cast<std::uint32_t>(which - '1');
        const bool is_attribute = form[begin] == '@';
        if (number >= (is_attribute ? application_.attributes.size() : application_.operand_count))
            throw InternalError(fmt::format("{}: its form \"{}\" has no such place as {}",
                                            application_.op.name, form, form.substr(begin, 2)));
        const Precedence own = is_of_power(form, begin, begin + 2)
                                   ? Precedence::power
                                   : precedence_of(application_.op, notation_);
        const Formula x = is_attribute ? attribute(number) : operand_(number);
        return is_delimited(form, begin, begin + 2) ? x.text : written(x, begin == 0, own);
    }

    std::string written(const Formula& x, bool first, Precedence own) const {
        const bool fits =
            x.precedence > own || (first && reads_on(x, own)) || x.precedence == Precedence::atom;
        return fits ? x.text : in_parentheses(x.text, notation_);
    }

    /// The first place of a formula may hold what binds as tightly as the operator itself, since
    /// text reads from the left. Not so the base of a power, as LaTeX refuses two superscripts, nor
    /// a product of another kind, as (a o b) c is not a o (b c).
    bool reads_on(const Formula& x, Precedence own) const {
        if (x.precedence != own || own == Precedence::power) return false;
        return own != Precedence::product || x.op == nullptr || x.op == &application_.op;
    }

    std::string sum_of_all() const {
        const Precedence own = precedence_of(application_.op, notation_);
        std::string text;
        for (std::uint32_t slot = 0; slot < application_.operand_count; ++slot) {
            const Formula x = operand_(slot);
            if (slot > 0 && is_negation(x))
                text += fmt::format(" - {}", x.text.substr(1));
            else
                text += fmt::format("{}{}", slot == 0 ? "" : " + ", written(x, slot == 0, own));
        }
        return text;
    }

    /// Whether it is the sign before what is a term of a sum by itself.
    bool is_negation(const Formula& x) const {
        return x.op != nullptr && x.text.starts_with('-') &&
               (notation_ == Notation::latex ? x.op->latex : x.op->text) == "-#1";
    }

    static std::string_view separator(char which) {
        switch (which) {
            case ',':
                return ", ";
            case ';':
                return "; ";
            case '&':
                return " & ";
            case '/':
                return R"( \\ )";
            default:
                return {};
        }
    }

    std::string list_of_all(std::string_view sign) const {
        std::string text;
        for (std::uint32_t slot = 0; slot < application_.operand_count; ++slot)
            text += fmt::format("{}{}", slot == 0 ? "" : sign, operand_(slot).text);
        return text;
    }

    const Application& application_;
    Notation notation_;
    const std::function<Formula(std::uint32_t)>& operand_;
};

/// Shared operands are written out again at every use, which could double the text at every node.
constexpr std::size_t longest_operand = 4000;

}  // namespace

std::optional<Quotient> quotient_of(double value) {
    constexpr int largest = 999;
    const double size = std::abs(value);
    if (!(size >= 1.0 / largest && size < largest)) return std::nullopt;
    if (std::stod(fmt::format("{:.4g}", value)) == value) return std::nullopt;
    for (int below = 2; below <= largest; ++below) {
        const double above = std::round(size * below);
        if (above >= 1 && above <= largest && above / below == size)
            return Quotient{static_cast<int>(std::copysign(above, value)), below};
    }
    return std::nullopt;
}

namespace {

Formula quotient_formula(Quotient quotient, Notation notation) {
    // No factor of a product of another kind, and what stands behind it is none of what it is
    // divided by: (1 / 3) o h.
    static constexpr Op sign{.name = "quotient"};
    const auto [above, below] = quotient;
    const Precedence precedence = above < 0 ? Precedence::sum : Precedence::product;
    if (notation == Notation::latex)
        return {fmt::format("{}\\frac{{{}}}{{{}}}", above < 0 ? "-" : "", std::abs(above), below),
                precedence};
    return {fmt::format("{} / {}", above, below), precedence, &sign};
}

}  // namespace

Formula number_formula(double value, Notation notation) {
    if (const auto quotient = quotient_of(value)) return quotient_formula(*quotient, notation);
    std::string text = fmt::format("{}", value);
    if (notation == Notation::latex) {
        if (std::isinf(value)) text = value < 0 ? "-\\infty" : "\\infty";
        if (const std::size_t e = text.find('e'); e != std::string::npos)
            text = fmt::format("{} \\cdot 10^{{{}}}", text.substr(0, e),
                               std::stoi(text.substr(e + 1)));
    }
    const bool composite = text.find("cdot") != std::string::npos;
    const Precedence positive = composite ? Precedence::product : Precedence::atom;
    return {std::move(text), std::signbit(value) ? Precedence::sum : positive};
}

Formula formula(const Application& application, Notation notation,
                const std::function<Formula(std::uint32_t)>& operand) {
    const Op& op = application.op;
    if (&op == &constant_op)
        return application.written_attributes.empty()
                   ? number_formula(application.attributes[0], notation)
                   : application.written_attributes.front();
    if (op.has_identity) return {std::string(op.name), Precedence::atom};
    const std::string_view form = notation == Notation::latex ? op.latex : op.text;
    Writer writer(application, notation, operand);
    if (!form.empty()) return {writer.fill(form), precedence_of(op, notation), &op};
    return {writer.as_function(), Precedence::atom};
}

Formula formula(const Graph& graph, NodeId node, Notation notation,
                const std::function<Formula(std::uint32_t)>& operand) {
    return formula(Application{.op = graph.op(node),
                               .attributes = graph.attributes(node),
                               .operand_count = graph.operand_count(node),
                               .is_scalar = graph.shape(node).is_scalar()},
                   notation, operand);
}

std::string definition(const Application& application,
                       const std::function<Formula(std::uint32_t)>& operand) {
    return Writer(application, Notation::text, operand).fill(application.op.definition);
}

Formula expression(Expr root, Notation notation) {
    const Graph& graph = common_graph("expression", std::span(&root, 1));
    std::unordered_map<NodeId, Formula> written;
    for (const NodeId node : postorder(graph, std::span(&root.id, 1))) {
        const std::string label = node == root.id ? std::string{} : graph.label(node);
        const auto operand = [&](std::uint32_t slot) {
            const Formula& x = written.at(graph.operand(node, slot));
            return x.text.size() <= longest_operand ? x : Formula{"...", Precedence::atom};
        };
        written[node] = label.empty() ? formula(graph, node, notation, operand)
                                      : Formula{label, Precedence::atom};
    }
    return written.at(root.id);
}

}  // namespace revolute
