#pragma once

#include <revolute/graph/graph.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace revolute::detail {

/// Who made the nodes that members stand for, copied from the graph, which need not live as long as
/// a program. Knows of nobody unless it is given a graph.
class MemberSources {
 public:
    MemberSources() = default;
    MemberSources(const Graph& graph, const Rolled& rolled);

    /// "made at train.cpp:31", or "made by the adjoint of h[3]"; empty where it is not known.
    const std::string& of(const Rolled& rolled, Member member) const;

 private:
    std::vector<std::string> texts_{""};  // each once: a line makes nodes at many steps
    std::vector<std::vector<std::uint32_t>> numbers_;  // of texts, by part and place
};

}  // namespace revolute::detail
