#include <revolute/ops/catalogue.hpp>
#include <revolute/tools/detail/equation_names.hpp>
#include <revolute/tools/equation_term.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace revolute::detail {

namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Letters, digits and underlines; not a digit first.
std::string as_word(const std::string& label) {
    std::string word;
    for (const char c : label) word += is_letter(c) || is_digit(c) ? c : '_';
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
    for (std::size_t i = 0; i < variables; ++i) {
        const Member variable = rolled.outputs[rolled.outputs.size() - variables + i];
        const Part& part = rolled[variable.part];
        const auto label = std::ranges::find_if(
            part.labels, [&](const PartName& x) { return x.steps.contains(variable.t); });
        gradients_.push_back(
            "d" +
            names_[index(variable.part)][static_cast<std::size_t>(label - part.labels.begin())]);
    }
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
