#pragma once

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/language/known_nets.hpp>
#include <revolute/tools/language/net_text.hpp>

#include <string>
#include <vector>

// Nets that come as texts, and what derive prints of them.

namespace revolute::test {

inline NetTextSizes sizes_of_text(int steps) { return {.steps = steps, .other_steps = {{1, 3}}}; }

/// Their names, but of those whose steps come again every second step, which have no general
/// equations.
inline std::vector<KnownNet> nets_with_equations() {
    std::vector<KnownNet> nets;
    for (const KnownNet& net : known_nets())
        if (net.name != "clockwork") nets.push_back(net);
    return nets;
}

/// The equations of any number of steps, forward and backward.
inline std::string derived_text(const NetText& net) {
    return to_text(general_equations([&](std::int32_t steps) {
        Graph graph;
        const TextNet built = net.build(graph, sizes_of_text(steps));
        return rolled_up(differentiate(built.loss, built.variables()));
    }));
}

}  // namespace revolute::test
