#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/language/detail/net_source.hpp>
#include <revolute/tools/verification/detail/right_lines.hpp>

#include <optional>

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

}  // namespace

std::map<std::string, std::vector<std::string>> right_lines(const NetText& net,
                                                            const NetTextSizes& sizes) {
    std::map<std::string, std::vector<std::string>> lines;
    std::optional<Equations> found = equations_of(net, sizes, true);
    if (!found) found = equations_of(net, sizes, false);
    if (!found) return lines;
    const NetSource printed(to_text(*found), "derived");
    for (const std::string& whole : printed.lines()) {
        if (whole.empty() || whole.front() != ' ') continue;
        const std::string line = whole.substr(whole.find_first_not_of(' '));
        lines[line.substr(0, line.find_first_of("( "))].push_back(line);
    }
    return lines;
}

}  // namespace revolute::detail
