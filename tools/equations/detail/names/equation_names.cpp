#include <revolute/graph/rolling/detail/roll_parts.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/tools/equations/detail/names/equation_names.hpp>
#include <revolute/tools/equations/equation_term.hpp>
#include <revolute/tools/support/detail/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace revolute::detail {

namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Greek letters by their number in Unicode, from 0x391 and from 0x3b1; the second of two sigmas
/// stands at the end of words, and its number is none of a capital.
constexpr std::array greek{"alpha",   "beta", "gamma", "delta",  "epsilon", "zeta", "eta",
                           "theta",   "iota", "kappa", "lambda", "mu",      "nu",   "xi",
                           "omicron", "pi",   "rho",   "sigma",  "sigma",   "tau",  "upsilon",
                           "phi",     "chi",  "psi",   "omega"};

/// Letters that have an accent of mathematics in their one character.
struct Accented {
    std::u32string_view letters;
    std::string_view bases;
    std::string_view accent;
};
constexpr std::array accented{
    Accented{U"ÂÊÎÔÛĈĜĤĴŜŴŶẐâêîôûĉĝĥĵŝŵŷẑ", "AEIOUCGHJSWYZaeioucghjswyz", "_hat"},
    Accented{U"ÃÑÕĨŨẼỸãñõĩũẽỹ", "ANOIUEYanoiuey", "_tilde"},
    Accented{U"ĀĒĪŌŪȲāēīōūȳ", "AEIOUYaeiouy", "_bar"},
    Accented{U"ĊĖĠŻẊẎċėġżẋẏ", "CEGZXYcegzxy", "_dot"}};

/// Accents that stand behind their letter, and signs that are letters.
constexpr std::array<std::pair<char32_t, std::string_view>, 7> signs{{{0x302, "_hat"},
                                                                      {0x303, "_tilde"},
                                                                      {0x304, "_bar"},
                                                                      {0x305, "_bar"},
                                                                      {0x307, "_dot"},
                                                                      {U'ℓ', "ell"},
                                                                      {U'ℒ', "L"}}};

/// A character that is no letter of the English alphabet: the word for a Greek one, a letter and
/// its accent, or the number of any other, which tells it from others; of ASCII an underline.
std::string as_word(char32_t character) {
    if (character < 0x80) return "_";
    const auto letter = [&](char32_t first) -> std::string {
        return character >= first && character < first + greek.size() ? greek[character - first]
                                                                      : "";
    };
    if (std::string small = letter(0x3b1); !small.empty()) return small;
    if (std::string capital = letter(0x391); !capital.empty()) {
        capital.front() = static_cast<char>(std::toupper(capital.front()));
        return capital;
    }
    for (const auto& [letters, bases, accent] : accented)
        if (const std::size_t at = letters.find(character); at != letters.npos)
            return bases[at] + std::string(accent);
    for (const auto& [sign, word] : signs)
        if (sign == character) return std::string(word);
    return fmt::format("U{:04X}", static_cast<std::uint32_t>(character));
}

constexpr std::string_view signs_of_names = "'*+-";

/// The word for a sign of ASCII that stands behind a letter or another sign, and last or before an
/// underline, or right behind an underline: W', W* and W+ are three values, and so are b_+ and b_-.
/// Empty for any other.
std::string_view word_of_last_sign(std::string_view label, std::size_t i) {
    constexpr std::array<std::pair<char, std::string_view>, 4> words{
        {{'\'', "_prime"}, {'*', "_star"}, {'+', "_plus"}, {'-', "_minus"}}};
    const auto found =
        std::ranges::find(words, label[i], &std::pair<char, std::string_view>::first);
    if (i == 0 || found == words.end()) return {};
    const std::size_t next = label.find_first_not_of(signs_of_names, i);
    const std::size_t before = label.find_last_not_of(signs_of_names, i);
    const bool is_last = next == std::string_view::npos || label[next] == '_';
    const bool is_behind_underline =
        before != std::string_view::npos && before > 0 && label[before] == '_';
    return is_last || is_behind_underline ? found->second : std::string_view{};
}

/// Letters, digits and underlines. The label is in UTF-8.
std::string as_letters(const std::string& label) {
    std::string word;
    bool was_accent = false;
    for (std::size_t i = 0; i < label.size();) {
        const char c = label[i];
        const std::string_view sign = word_of_last_sign(label, i);
        const char32_t character = detail::take_code_point(label, i);
        const std::string next = is_letter(c) || is_digit(c) ? std::string(1, c)
                                 : sign.empty()              ? as_word(character)
                                                             : std::string(sign);
        const bool is_accent = next.size() > 1 && next.front() == '_';
        if (was_accent && next.front() != '_') word += '_';  // ŷt is y_hat_t
        const bool is_below = !sign.empty() && label[i - 2] == '_';
        if (is_below && word.ends_with('_')) word.pop_back();  // b_- is b_minus
        word += is_accent && word.empty() ? "_" : next;        // of no letter
        was_accent = next.size() > 1 && next.find('_') != next.npos && word != "_";
    }
    return word;
}

/// The same, but not a digit first.
std::string as_word(const std::string& label) {
    std::string word = as_letters(label);
    return word.empty() || is_digit(word.front()) ? "_" + word : word;
}

/// The same with the signs that stand between letters or digits behind an underline or last, and
/// with primes: h_T-1, W*.
std::string as_word_with_signs(const std::string& label) {
    const std::size_t underline = label.find('_');
    const auto stays = [&](std::size_t i) {
        if (i == 0) return false;
        const auto stands_at = [&](std::size_t k) {
            return is_letter(label[k]) || is_digit(label[k]);
        };
        const bool is_ascii = static_cast<unsigned char>(label[i - 1]) < 0x80;  // else a letter
        if (!word_of_last_sign(label, i).empty()) return true;
        if (label[i] == '\'') return !is_ascii || stands_at(i - 1) || label[i - 1] == '\'';
        return i > underline && i + 1 < label.size() && stands_at(i - 1) && stands_at(i + 1);
    };
    std::string word;
    std::size_t begin = 0;
    for (std::size_t i = label.find_first_of(signs_of_names); i < label.size();
         i = label.find_first_of(signs_of_names, i + 1)) {
        if (!stays(i)) continue;
        word += as_letters(label.substr(begin, i - begin)) + label[i];
        begin = i + 1;
    }
    if (begin == 0) return as_word(label);
    word += as_letters(label.substr(begin));
    return is_digit(word.front()) ? "_" + word : word;
}

/// W_hh for W_{hh}, as LaTeX has it.
std::string without_braces(std::string label) {
    for (std::size_t open = label.find("_{"); open != std::string::npos;
         open = label.find("_{", open + 1)) {
        const std::size_t close = label.find_first_of("{}", open + 2);
        if (close == std::string::npos || label[close] == '{' || close == open + 2) continue;
        label.erase(close, 1);
        label.erase(open + 1, 1);
    }
    return label;
}

/// W* for W^* and W^{*}, as LaTeX has it.
std::string without_carets(std::string label) {
    for (std::size_t caret = label.find('^'); caret != std::string::npos;
         caret = label.find('^', caret + 1)) {
        const bool has_brace = caret + 1 < label.size() && label[caret + 1] == '{';
        const std::size_t first = caret + (has_brace ? 2 : 1);
        const std::size_t end =
            std::min(label.find_first_not_of(signs_of_names, first), label.size());
        const bool is_closed = !has_brace || (end < label.size() && label[end] == '}');
        if (caret == 0 || end == first || !is_closed) continue;
        if (has_brace) label.erase(end, 1);
        label.erase(caret, first - caret);
    }
    return label;
}

/// h_10 for h₁₀.
std::string with_digits_raised(std::string_view label) {
    constexpr std::array lowered{"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};
    std::string text;
    for (bool was_lowered = false; !label.empty();) {
        const auto digit = std::ranges::find_if(
            lowered, [&](std::string_view sign) { return label.starts_with(sign); });
        const bool is_lowered = digit != lowered.end();
        if (is_lowered && !was_lowered) text += '_';
        text += is_lowered ? static_cast<char>('0' + (digit - lowered.begin())) : label.front();
        label.remove_prefix(is_lowered ? std::string_view(*digit).size() : 1);
        was_lowered = is_lowered;
    }
    return text;
}

std::string adjoint_name(const std::string& value, std::int32_t order) {
    return std::string(static_cast<std::size_t>(order), 'd') + value;
}

const PartName* label_at(const Rolled& rolled, Member member) {
    const std::vector<PartName>& labels = rolled[member.part].labels;
    const auto found =
        std::ranges::find_if(labels, [&](const PartName& x) { return x.steps.contains(member.t); });
    return found == labels.end() ? nullptr : &*found;
}

}  // namespace

EquationNames::EquationNames(const Rolled& rolled, const EquationOptions& options) {
    const std::size_t variables = options.variables;
    reserve_words(rolled);
    if (options.columns == BatchColumns::any) always_.insert("B");
    for (const Part& part : rolled.parts) {
        const IntervalSet members = steps_of_members(part);
        for (const PartName& label : part.labels)
            values_[value_of(label)].claims.emplace_back(
                label.adjoint_order, Claim{label.axis, steps_of_name(label, members)});
    }
    for (std::size_t i = 0; i < variables; ++i)
        add_gradient(rolled, rolled.outputs[rolled.outputs.size() - 2 * variables + i],
                     rolled.outputs[rolled.outputs.size() - variables + i]);
    const auto loss = options.has_loss() ? value_of_loss(rolled, options.loss) : std::nullopt;
    decide(loss);
    if (!options.loss.empty()) loss_ = values_[*loss].name;
    names_.resize(rolled.parts.size());
    with_labels_.resize(rolled.parts.size());
    for (std::size_t i = 0; i < rolled.parts.size(); ++i)
        for (const PartName& label : rolled.parts[i].labels) {
            const Value& value = values_[value_of(label)];
            names_[i].push_back(adjoint_name(value.name, label.adjoint_order));
            with_labels_[i].push_back(adjoint_name(with_label(value), label.adjoint_order));
        }
    for (const Value& value : values_)
        if (const std::string word = as_word_with_signs(value.label); word != as_word(value.label))
            with_signs_.emplace(value.name, word + value.name.substr(as_word(value.label).size()));
    for (const auto& [value, order] : gradients_of_)
        gradients_.push_back(adjoint_name(values_[value].name, order));
}

std::string EquationNames::with_label(const Value& value) {
    return value.label + value.name.substr(as_word(value.label).size());
}

/// The value that the loss is named by: one of its own where it has another name than the rolled
/// graph says.
std::optional<std::size_t> EquationNames::value_of_loss(const Rolled& rolled,
                                                        const std::string& name) {
    if (name.empty()) {
        const PartName* const label = label_at(rolled, rolled.outputs.front());
        return label != nullptr ? std::optional(value_of(*label)) : std::nullopt;
    }
    PartName label{.steps = {}, .name = name, .axis = std::nullopt};
    while (numbers_.contains({name, label.axis, label.number})) ++label.number;
    const std::size_t value = value_of(label);
    values_[value].claims.push_back({});
    return value;
}

std::size_t EquationNames::value_of(const PartName& label) {
    const std::string value = value_name(label);
    const auto [place, is_new] =
        numbers_.try_emplace({value, label.axis, label.number}, values_.size());
    if (is_new)
        values_.push_back({.label = with_digits_raised(without_braces(without_carets(value))),
                           .is_as_given = as_word(value) == value,
                           .number = label.number,
                           .claims = {}});
    return place->second;
}

/// The gradient of a variable is its adjoint, whatever else it is the adjoint of.
void EquationNames::add_gradient(const Rolled& rolled, Member gradient, Member variable) {
    const PartName& of_variable = *label_at(rolled, variable);
    const std::size_t value = value_of(of_variable);
    const std::int32_t order = of_variable.adjoint_order + 1;
    gradients_of_.emplace_back(value, order);
    const PartName* own = label_at(rolled, gradient);
    if (own != nullptr && own->adjoint_order == order && value_of(*own) == value) return;
    const std::int32_t t = variable.t + of_variable.shift;
    const Interval step{t, t};
    values_[value].claims.push_back({order, {of_variable.axis, IntervalSet(std::array{step})}});
}

/// Those that keep their labels come first, so that no name made up for another is one of theirs.
/// What is called W^1 gives way to what is called W_1, and so does its adjoint. What would be
/// called as the adjoint of another value gives way to it, and so does the second of two with one
/// label. Of several with one label the loss keeps it, or else what has it at every step.
void EquationNames::decide(std::optional<std::size_t> loss) {
    std::set<std::string> of_given, of_all;  // adjoints
    for (const Value& value : values_)
        for (const auto& [order, claim] : value.claims) {
            if (order == 0) continue;
            const std::string adjoint = adjoint_name(as_word(value.label), order);
            of_all.insert(adjoint);
            if (value.is_as_given) of_given.insert(adjoint);
        }
    std::vector<Value*> order;
    order.reserve(values_.size());
    for (Value& value : values_) order.push_back(&value);
    std::ranges::stable_sort(order, {}, [&](const Value* value) {
        const bool is_loss = loss && value == &values_[*loss];
        const bool has_step = value->claims.front().second.axis.has_value();
        const bool is_as_adjoint =
            (value->is_as_given ? of_given : of_all).contains(as_word(value->label));
        return std::tuple(is_loss ? 1 : value->number, !value->is_as_given, is_as_adjoint, !is_loss,
                          !has_step);
    });
    std::vector<Value*> others;
    for (Value* value : order)
        if (!keep_label(*value)) others.push_back(value);
    for (Value* value : others) rename(*value);
}

/// Names the value by its label as a word, unless that is taken or means something else.
bool EquationNames::keep_label(Value& value) {
    value.name = as_word(value.label);
    if (adjoints_.contains(value.name) || !is_possible(value)) return false;
    take(value);
    return true;
}

/// The label as a word, with an underline where the word means something else, and a number where
/// another value has it.
void EquationNames::rename(Value& value) {
    const std::string word = as_word(value.label);
    const auto means_something_else = [&](const auto& claim) {
        return is_reserved(adjoint_name(word, claim.first), claim.second.axis.has_value());
    };
    const bool is_word_of_another =
        adjoints_.contains(word) || std::ranges::any_of(value.claims, means_something_else);
    value.name = is_word_of_another ? word + '_' : word;
    for (int number = 2; !is_possible(value); ++number)
        value.name = fmt::format("{}_{}", word, number);
    take(value);
}

/// Whether the name of a value, and those of its adjoints, are free.
bool EquationNames::is_possible(const Value& value) const {
    return std::ranges::all_of(value.claims, [&](const auto& claim) {
        return is_free(adjoint_name(value.name, claim.first), claim.second);
    });
}

void EquationNames::take(const Value& value) {
    for (const auto& [order, claim] : value.claims) {
        claims_[adjoint_name(value.name, order)].push_back(claim);
        for (std::int32_t i = 1; i <= order; ++i) adjoints_.insert(adjoint_name(value.name, i));
    }
}

/// The words of the notation of the graph's operators, of sums and steps. What stands between
/// factors, where a name could stand as well, is kept for all operators, o and diag; a function
/// that is all of an operator's notation is not, so H and exp are names in a graph that has no such
/// function.
void EquationNames::reserve_words(const Rolled& rolled) {
    always_ = {"sum", "each"};
    const auto reserve = [&](const Op& op, bool is_there) {
        if (op.text.empty() && is_there) always_.emplace(op.name);
        for (std::size_t i = 0; i < op.text.size(); ++i) {
            if (!is_letter(op.text[i])) continue;
            std::size_t end = i;
            while (end < op.text.size() && (is_letter(op.text[end]) || is_digit(op.text[end])))
                ++end;
            const std::string word(op.text.substr(i, end - i));
            const bool is_called = end < op.text.size() && op.text[end] == '(';
            const bool is_function = is_called && i == 0 && op.text.find(')') + 1 == op.text.size();
            if (!is_called) signs_.insert(word);
            if (is_called && (is_there || !is_function)) always_.insert(word);
            i = end;
        }
    };
    for (const Op* op : catalogue()) reserve(*op, false);
    reserve(broadcast_op, true);  // says the shape of a number that stands by itself
    for (const Part& part : rolled.parts) reserve(*part.op, true);
    // s(s-1) and T(t) would be read wrongly though their parenthesis tells.
    for (const AxisSteps& axis : rolled.axes)
        always_.insert({axis_name(axis.axis), last_step_name(axis.axis)});
    if (rolled.axes.size() == 1) always_.insert("N");  // the number of steps
}

/// `o(t)` is told from the sign o by its parenthesis, so signs of operators may be names that have
/// steps.
bool EquationNames::is_reserved(const std::string& name, bool has_step) const {
    return always_.contains(name) || (!has_step && signs_.contains(name));
}

bool EquationNames::is_free(const std::string& name, const Claim& claim) const {
    if (is_reserved(name, claim.axis.has_value())) return false;
    const auto found = claims_.find(name);
    return found == claims_.end() || std::ranges::none_of(found->second, [&](const Claim& other) {
               return !claim.axis || claim.axis != other.axis || claim.steps.overlaps(other.steps);
           });
}

std::string EquationNames::unused(const std::string& name) {
    if (!is_unused(name)) return unused(name, 2);
    claims_[name];
    return name;
}

std::string EquationNames::unused(const std::string& beginning, int number) {
    std::string name;
    do name = fmt::format("{}_{}", beginning, number++);
    while (!is_unused(name));
    claims_[name];
    return name;
}

std::map<std::int32_t, Interval> unfolded_steps(const Rolled& rolled) {
    std::map<std::int32_t, Interval> found;
    for (const Part& part : rolled.parts)
        for (const PartName& label : part.labels) {
            const std::int32_t t = label.shift;  // of the one node
            if (part.is_family() || !label.axis || t < 0 ||
                std::ranges::find(rolled.axes, *label.axis, &AxisSteps::axis) != rolled.axes.end())
                continue;
            Interval& steps = found.try_emplace(*label.axis, Interval{t, t}).first->second;
            steps = {std::min(steps.low, t), std::max(steps.high, t)};
        }
    return found;
}

}  // namespace revolute::detail
