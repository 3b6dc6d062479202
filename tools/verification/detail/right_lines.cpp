#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/verification/detail/right_lines.hpp>

#include <optional>
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

}  // namespace

std::map<std::string, std::vector<std::string>> right_lines(const NetText& net,
                                                            const NetTextSizes& sizes) {
    std::map<std::string, std::vector<std::string>> lines;
    std::optional<Equations> found = equations_of(net, sizes, true);
    if (!found) found = equations_of(net, sizes, false);
    if (!found) return lines;
    const std::string text = to_text(*found);
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty() || line.front() != ' ') continue;
        line.remove_prefix(line.find_first_not_of(' '));
        lines[std::string(line.substr(0, line.find_first_of("( ")))].emplace_back(line);
    }
    return lines;
}

}  // namespace revolute::detail
