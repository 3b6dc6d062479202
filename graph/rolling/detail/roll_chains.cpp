#include <revolute/graph/rolling/detail/roll_chains.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

/// Looks, from each node without step, for the one that it is a repetition of.
class ChainSearch {
 public:
    explicit ChainSearch(const Rolled& rolled)
        : rolled_(rolled), links_(rolled.parts.size()), lengths_(rolled.parts.size()) {}

    std::optional<PartId> run() {
        for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i) {
            operands_.push_back(operands_of(PartId{i}));
            if (rolled_.parts[i].is_family()) continue;
            links_[i] = link_to_like(PartId{i});
            if (links_[i].empty()) continue;
            const PartId before = links_[i].back().to;
            const bool goes_on = are_alike(PartId{i}, links_[i], before, links_[index(before)]);
            lengths_[i] = goes_on ? lengths_[index(before)] + 1 : 1;
            if (lengths_[i] >= most_links) return PartId{i};
        }
        return std::nullopt;
    }

 private:
    /// One node further back: by which operand, and to what.
    struct Move {
        std::size_t operand = 0;
        PartId to{};
    };
    using Link = std::vector<Move>;  ///< from a node to the nearest of its kind

    static constexpr std::int32_t most_links = 2;   // of three nodes
    static constexpr std::size_t most_visits = 32;  // a link is short
    static constexpr std::size_t most_compared = 16;

    /// Of a node without step, as far as they are looked at.
    std::vector<Member> operands_of(PartId id) const {
        std::vector<Member> operands;
        for (const Sweep& sweep : rolled_[id].operands) {
            if (sweep.first != sweep.last || operands.size() > most_compared) return {};
            for (const Sweep::Element& element : sweep.elements) {
                const bool is_family = rolled_[element.part].is_family();
                operands.push_back({element.part, is_family ? sweep.first + element.offset : 0});
            }
        }
        return operands;
    }

    const std::vector<Member>& operands(PartId id) const { return operands_[index(id)]; }

    bool is_same_kind(PartId a, PartId b) const {
        const Part &x = rolled_[a], &y = rolled_[b];
        return x.op == y.op && x.shape == y.shape && x.attributes == y.attributes &&
               operands(a).size() == operands(b).size();
    }

    Link link_to_like(PartId from) const {
        struct Visit {
            PartId part{};
            std::size_t reached_from = 0, operand = 0;
        };
        std::vector<Visit> visits{{from, 0, 0}};
        for (std::size_t next = 0; next < visits.size() && next < most_visits; ++next) {
            const PartId at = visits[next].part;
            if (next > 0 && is_same_kind(at, from)) {
                Link link;
                for (std::size_t v = next; v > 0; v = visits[v].reached_from)
                    link.push_back({visits[v].operand, visits[v].part});
                std::ranges::reverse(link);
                return link;
            }
            for (std::size_t i = 0; i < operands(at).size(); ++i)
                if (const PartId part = operands(at)[i].part; can_be_linked(part))
                    visits.push_back({part, next, i});
        }
        return {};
    }

    bool can_be_linked(PartId part) const {
        return !rolled_[part].is_family() && !operands(part).empty();
    }

    /// Whether two links are made alike, and the second begins where the first ends.
    bool are_alike(PartId a, const Link& from_a, PartId b, const Link& from_b) const {
        if (from_a.size() != from_b.size()) return false;
        for (std::size_t i = 0; i < from_a.size(); ++i) {
            if (from_a[i].operand != from_b[i].operand || !is_same_kind(a, b)) return false;
            for (std::size_t k = 0; k < operands(a).size(); ++k)
                if (k != from_a[i].operand && !is_nearly_same(operands(a)[k], operands(b)[k]))
                    return false;
            a = from_a[i].to;
            b = from_b[i].to;
        }
        return true;
    }

    /// Whether two values are the same, or are made alike as far as three operators back: of two
    /// chains that read each other neither reads the same twice.
    bool is_nearly_same(Member a, Member b) const {
        constexpr std::size_t most_pairs = 32;
        std::vector<std::pair<Member, Member>> pairs{{a, b}};
        std::size_t level_end = 1;
        for (std::size_t i = 0, level = 0; i < pairs.size() && i < most_pairs; ++i) {
            if (i == level_end) {
                if (++level == 3) return true;
                level_end = pairs.size();
            }
            const auto [x, y] = pairs[i];
            if (x == y) continue;
            if (!can_be_linked(x.part) || !can_be_linked(y.part) || !is_same_kind(x.part, y.part))
                return false;
            for (std::size_t k = 0; k < operands(x.part).size(); ++k)
                pairs.emplace_back(operands(x.part)[k], operands(y.part)[k]);
        }
        return true;
    }

    const Rolled& rolled_;
    std::vector<std::vector<Member>> operands_;  // by part
    std::vector<Link> links_;                    // by part, to the one before of its kind
    std::vector<std::int32_t> lengths_;          // by part, how many alike links end there
};

}  // namespace

std::optional<PartId> find_chain(const Rolled& rolled) { return ChainSearch(rolled).run(); }

}  // namespace revolute::detail
