#include <revolute/graph/program/detail/passes/passes.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

/// What is packed, and how it is read: it has as many rows as are in the stack.
using Factor = std::tuple<PartId, std::int32_t, bool, int, std::vector<PartId>>;

Factor left_of(const ProductCall& call) {
    return {call.left.part, call.left.step, call.left_is_transposed, call.inner, call.left_stack};
}

class Packing {
 public:
    explicit Packing(Code& code) : code_(code) {}

    void run() {
        PassReport report{"pack", "products in loops that pack a factor", 0, 0};
        std::vector<Loop> loops;
        for (Loop& loop : code_.loops) {
            Loop before;
            const std::set<PartId> written = written_in(loop);
            for (Instruction& instruction : loop.body) {
                auto* const call = std::get_if<ProductCall>(&instruction);
                if (call == nullptr || loop.rounds == 1 || call->rows == 1 || call->columns == 1)
                    continue;
                ++report.before;
                if (stays(*call, written))
                    call->packed_left = pack(before, *call);
                else
                    ++report.after;
            }
            if (!before.body.empty()) loops.push_back(std::move(before));
            loops.push_back(std::move(loop));
        }
        code_.loops = std::move(loops);
        code_.passes.push_back(report);
    }

 private:
    static std::set<PartId> written_in(const Loop& loop) {
        std::set<PartId> written;
        for (const Instruction& instruction : loop.body)
            for_each_result_in_stack(instruction,
                                     [&](const MemberRange& site) { written.insert(site.part); });
        return written;
    }

    /// Whether the left factor is the same in all rounds of a loop that writes those parts.
    static bool stays(const ProductCall& call, const std::set<PartId>& written) {
        return call.left.move == 0 && !written.contains(call.left.part) &&
               std::ranges::none_of(call.left_stack,
                                    [&](PartId part) { return written.contains(part); });
    }

    /// The number of the factor's pack, made in `before` unless there is one: a member is computed
    /// once.
    std::uint32_t pack(Loop& before, const ProductCall& call) {
        const auto [found, is_new] = known_.try_emplace(left_of(call), code_.packs);
        if (is_new)
            before.body.emplace_back(PackCall{call.left, call.left_is_transposed, call.rows,
                                              call.inner, call.left_stack, code_.packs++});
        return found->second;
    }

    Code& code_;
    std::map<Factor, std::uint32_t> known_;
};

}  // namespace

void pack_factors(Code& code) { Packing(code).run(); }

}  // namespace revolute::detail
