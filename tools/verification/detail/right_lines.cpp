#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/language/detail/text_reader.hpp>
#include <revolute/tools/verification/detail/right_lines.hpp>

#include <algorithm>
#include <cctype>
#include <functional>
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

/// The line with other names, as `other` gives them.
std::string with_names(const std::string& line,
                       const std::function<std::string(const std::string&)>& other) {
    std::string result;
    for (std::size_t i = 0; i < line.size();) {
        std::size_t end = i;
        while (end < line.size() && is_of_name(line[end])) ++end;
        if (end == i) {
            result += line[i++];
            continue;
        }
        result += other(line.substr(i, end - i));
        i = end;
    }
    return result;
}

/// A line alone needs no column for what stands behind it.
std::string with_range_near(std::string line) {
    constexpr std::string_view blanks = "   ";
    const std::size_t first = line.find(blanks);
    if (first == std::string::npos) return line;
    return line.replace(first, line.find_first_not_of(' ', first) - first, blanks);
}

using ValuesByStep = std::map<std::int32_t, std::vector<Matrix>>;

/// Whether both are equal wherever the first one is.
bool are_equal(const ValuesByStep& made, const ValuesByStep& own) {
    return std::ranges::all_of(made, [&](const auto& there) {
        const auto found = own.find(there.first);
        return found != own.end() &&
               std::ranges::equal(there.second, found->second,
                                  [](const Matrix& a, const Matrix& b) { return are_alike(a, b); });
    });
}

}  // namespace

RightDerivation::RightDerivation(const NetText& net, const NetTextSizes& sizes,
                                 const NetTruth& truth)
    : truth_(truth) {
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
        read_made_names();
    } catch (const Error&) {
        made_.clear();  // what derive prints and the language cannot say keeps its names
    }
}

void RightDerivation::read_made_names() {
    std::string text;
    for (const auto& [name, lines] : lines_)
        if (truth_.find(name) == nullptr)
            for (const std::string& line : lines) text += line + '\n';
    const NetSource source(text, "derived");
    const NetFunctions functions({});
    DerivationLines lines;
    lines.own = read_text(source, functions, {true, known_names(truth_)});
    made_ = LineJudge(source, lines, NetNames(source, lines.own), truth_).own_values();
}

void RightDerivation::use_names_of(const LineJudge& derivation) {
    const auto own = derivation.own_values();
    for (const auto& [name, values] : made_)
        for (const auto& [other, of_other] : own)
            if (are_equal(values, of_other)) own_.try_emplace(name, other);
}

std::string RightDerivation::renamed(const std::string& line) const {
    return with_names(line, [this](const std::string& name) {
        const auto found = own_.find(name);
        return found == own_.end() ? name : found->second;
    });
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
            (next == name ? result.lines : result.made).push_back(renamed(line));
            with_names(line, [&](const std::string& read) {
                if (made_.contains(read) && !own_.contains(read) && seen.insert(read).second)
                    waiting.push_back(read);
                return read;
            });
        }
    }
    return result;
}

}  // namespace revolute::detail
