#include <revolute/graph/program/detail/machine/member_sources.hpp>

#include <unordered_map>
#include <utility>

namespace revolute::detail {

MemberSources::MemberSources(const Graph& graph, const Rolled& rolled) {
    std::unordered_map<std::string, std::uint32_t> known;
    for (const std::vector<NodeId>& nodes : rolled.nodes) {
        std::vector<std::uint32_t>& numbers = numbers_.emplace_back();
        numbers.reserve(nodes.size());
        for (const NodeId node : nodes) {
            std::string text = graph.origin(node);
            const auto next = static_cast<std::uint32_t>(texts_.size());
            const auto [found, is_new] = known.try_emplace(std::move(text), next);
            if (is_new) texts_.push_back(found->first);
            numbers.push_back(found->second);
        }
    }
}

const std::string& MemberSources::of(const Rolled& rolled, Member member) const {
    if (numbers_.empty()) return texts_.front();
    return texts_[numbers_[index(member.part)][rolled[member.part].place_of(member.t)]];
}

}  // namespace revolute::detail
