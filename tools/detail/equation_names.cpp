#include <revolute/ops/catalogue.hpp>
#include <revolute/tools/detail/equation_names.hpp>
#include <revolute/tools/equation_term.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace revolute::detail {

namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Greek letters by their number in Unicode, from 0x391 and from 0x3b1; the second of two sigmas stands
/// at the end of words, and its number is none of a capital.
constexpr std::array greek{"alpha",   "beta", "gamma", "delta",  "epsilon", "zeta", "eta",
                           "theta",   "iota", "kappa", "lambda", "mu",      "nu",   "xi",
                           "omicron", "pi",   "rho",   "sigma",  "sigma",   "tau",  "upsilon",
                           "phi",     "chi",  "psi",   "omega"};

/// A character that is no letter of the English alphabet: the word for a Greek one, else an underline.
std::string as_word(std::uint32_t character) {
    const auto letter = [&](std::uint32_t first) -> std::string {
        return character >= first && character < first + greek.size() ? greek[character - first]
                                                                      : "";
    };
    if (std::string small = letter(0x3b1); !small.empty()) return small;
    std::string capital = letter(0x391);
    if (capital.empty()) return "_";
    capital.front() = static_cast<char>(std::toupper(capital.front()));
    return capital;
}

/// Letters, digits and underlines; not a digit first. The label is in UTF-8.
std::string as_word(const std::string& label) {
    std::string word;
    for (std::size_t i = 0; i < label.size();) {
        const char c = label[i++];
        if (is_letter(c) || is_digit(c)) {
            word += c;
            continue;
        }
        auto character = static_cast<std::uint32_t>(static_cast<unsigned char>(c));
        if (character >= 0xc0) character &= 0x1f;
        for (; i < label.size() && (static_cast<unsigned char>(label[i]) & 0xc0) == 0x80; ++i)
            character = character << 6 | (static_cast<unsigned char>(label[i]) & 0x3f);
        word += as_word(character);
    }
    return word.empty() || is_digit(word.front()) ? "_" + word : word;
}

}  // namespace

EquationNames::EquationNames(const Rolled& rolled, std::size_t variables) {
    reserve_words(rolled);
    names_.resize(rolled.parts.size());
    for (std::size_t i = 0; i < rolled.parts.size(); ++i) {
        const Part& part = rolled.parts[i];
        for (const PartName& label : part.labels)
            names_[i].push_back(claimed(
                label.name,
                {label.axis, {label.steps.low + label.shift, label.steps.high + label.shift}}));
    }
    for (std::size_t i = 0; i < variables; ++i)
        gradients_.push_back(
            gradient_name(rolled, rolled.outputs[rolled.outputs.size() - 2 * variables + i],
                          rolled.outputs[rolled.outputs.size() - variables + i]));
}

/// d and the name of the variable, unless something else is called so: then as other names.
std::string EquationNames::gradient_name(const Rolled& rolled, Member gradient, Member variable) {
    const auto label_at = [&](Member member) {
        const std::vector<PartName>& labels = rolled[member.part].labels;
        return std::ranges::find_if(labels,
                                    [&](const PartName& x) { return x.steps.contains(member.t); });
    };
    const auto name_at = [&](Member member) -> const std::string& {
        const auto number = label_at(member) - rolled[member.part].labels.begin();
        return names_[index(member.part)][static_cast<std::size_t>(number)];
    };
    const auto of_variable = label_at(variable);
    const auto own = label_at(gradient);
    if (own != rolled[gradient.part].labels.end() && own->name == "d" + of_variable->name &&
        own->axis == of_variable->axis)
        return name_at(gradient);
    const std::int32_t t = variable.t + of_variable->shift;
    return claimed("d" + name_at(variable), {of_variable->axis, {t, t}});
}

/// The words of the operators' notation, of sums and steps.
void EquationNames::reserve_words(const Rolled& rolled) {
    functions_ = {"sum", "each"};
    const auto reserve = [&](const Op& op) {
        if (op.text.empty()) functions_.emplace(op.name);
        for (std::size_t i = 0; i < op.text.size(); ++i) {
            if (!is_letter(op.text[i])) continue;
            std::size_t end = i;
            while (end < op.text.size() && (is_letter(op.text[end]) || is_digit(op.text[end])))
                ++end;
            const std::string word(op.text.substr(i, end - i));
            (end < op.text.size() && op.text[end] == '(' ? functions_ : words_).insert(word);
            i = end;
        }
    };
    for (const Op* op : catalogue()) reserve(*op);
    for (const Part& part : rolled.parts) reserve(*part.op);
    for (const AxisSteps& axis : rolled.axes)
        words_.insert({axis_name(axis.axis), last_step_name(axis.axis)});
}

/// `o(t)` is told from the sign o by its parenthesis, so words that are no functions may have steps.
bool EquationNames::is_reserved(const std::string& name, bool has_step) const {
    return functions_.contains(name) || (!has_step && words_.contains(name));
}

bool EquationNames::is_free(const std::string& name, const Claim& claim) const {
    if (is_reserved(name, claim.axis.has_value())) return false;
    const auto found = claims_.find(name);
    return found == claims_.end() || std::ranges::none_of(found->second, [&](const Claim& other) {
               if (!claim.axis || !other.axis) return claim.axis == other.axis;
               return claim.axis != other.axis ||
                      (claim.steps.low <= other.steps.high && other.steps.low <= claim.steps.high);
           });
}

/// dh on the axis where h is called h_2 is dh_2.
std::string EquationNames::adjoint_like(const std::string& label, const Claim& claim) const {
    if (label.size() < 2 || label.front() != 'd') return label;
    const auto values = given_.find(label.substr(1));
    if (values == given_.end()) return label;
    const auto there = values->second.find(claim.axis);
    return there != values->second.end() && there->second.size() == 1 ? "d" + *there->second.begin()
                                                                      : label;
}

std::string EquationNames::claimed(const std::string& label, const Claim& claim) {
    const std::string word = as_word(adjoint_like(label, claim));
    std::string name = word;
    if (is_reserved(name, claim.axis.has_value())) name += '_';
    for (int number = 2; !is_free(name, claim); ++number) name = fmt::format("{}_{}", word, number);
    claims_[name].push_back(claim);
    given_[label][claim.axis].insert(name);
    return name;
}

std::string EquationNames::unused(const std::string& beginning) {
    std::string name = beginning;
    for (int number = 2; !is_unused(name); ++number) name = fmt::format("{}_{}", beginning, number);
    claims_[name];
    return name;
}

}  // namespace revolute::detail
