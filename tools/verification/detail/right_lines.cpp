#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/language/detail/text_reader.hpp>
#include <revolute/tools/verification/detail/right_lines.hpp>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <string_view>

namespace revolute::detail {

namespace {

std::optional<Equations> equations_of(const NetText& net, const NetTextSizes& sizes,
                                      bool is_general) {
    const auto build = [&](std::int32_t steps) {
        NetTextSizes of_steps = sizes;
        of_steps.steps = steps;
        Graph graph;
        const TextNet made = net.build(graph, of_steps);
        return rolled_up(differentiate(made.loss, made.variables(), Unreachable::zeros));
    };
    try {
        return is_general ? general_equations(build) : equations(build(sizes.steps).rolled);
    } catch (const GraphError&) {
        return std::nullopt;
    }
}

bool is_of_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '*';
}

/// The names of a line, and what stands between them.
std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    for (const char c : line) {
        const bool goes_on = !words.empty() && is_of_name(c) == is_of_name(words.back().back());
        if (!goes_on) words.emplace_back();
        words.back() += c;
    }
    return words;
}

/// A line alone needs no column for what stands behind it.
std::string with_range_near(std::string line) {
    constexpr std::string_view blanks = "   ";
    const std::size_t first = line.find(blanks);
    if (first == std::string::npos) return line;
    return line.replace(first, line.find_first_not_of(' ', first) - first, blanks);
}

/// Whether both are equal wherever the first one is.
bool are_equal(const ValuesByStep& made, const ValuesByStep& own) {
    return std::ranges::all_of(made, [&](const auto& there) {
        const auto found = own.find(there.first);
        return found != own.end() &&
               std::ranges::equal(there.second, found->second,
                                  [](const Matrix& a, const Matrix& b) { return are_alike(a, b); });
    });
}

/// What the lines define whose names are none of the net's.
std::map<std::string, ValuesByStep> made_values(
    const std::map<std::string, std::vector<std::string>>& lines, const NetTruth& truth) {
    std::string text;
    for (const auto& [name, of_name] : lines)
        if (truth.find(name) == nullptr)
            for (const std::string& line : of_name) text += line + '\n';
    const NetSource source(text, "derived");
    const NetFunctions functions({});
    DerivationLines made;
    made.own = read_text(source, functions, {true, known_names(truth)});
    return LineJudge(source, made, NetNames(source, made.own), truth).own_values();
}

}  // namespace

RightDerivation::RightDerivation(const NetText& net, const NetTextSizes& sizes,
                                 const NetTruth& truth, const LineJudge& derivation) {
    std::optional<Equations> found = equations_of(net, sizes, true);
    if (!found) found = equations_of(net, sizes, false);
    if (!found) return;
    const NetSource printed(to_text(*found), "derived");
    for (const std::string& whole : printed.lines()) {
        if (whole.empty() || whole.front() != ' ') continue;
        const std::string line = with_range_near(whole.substr(whole.find_first_not_of(' ')));
        lines_[line.substr(0, line.find_first_of("( "))].push_back(line);
    }
    try {
        made_ = made_values(lines_, truth);
    } catch (const Error&) {
        return;  // what derive prints and the language cannot say keeps its names
    }
    const auto own = derivation.own_values();
    for (const auto& [name, values] : made_)
        for (const auto& [other, of_other] : own)
            if (are_equal(values, of_other)) own_.try_emplace(name, other);
}

RightLines RightDerivation::lines_of(const std::string& name) const {
    RightLines result;
    std::vector<std::string> waiting{name};
    std::set<std::string> seen{name};
    while (!waiting.empty()) {
        const std::string next = waiting.back();
        waiting.pop_back();
        const auto found = lines_.find(next);
        if (found == lines_.end()) continue;
        for (const std::string& line : found->second) {
            std::string renamed;
            for (const std::string& word : words_of(line)) {
                const auto own = own_.find(word);
                renamed += own == own_.end() ? word : own->second;
                if (made_.contains(word) && own == own_.end() && seen.insert(word).second)
                    waiting.push_back(word);
            }
            (next == name ? result.lines : result.made).push_back(std::move(renamed));
        }
    }
    return result;
}

}  // namespace revolute::detail
