#include <revolute/graph/program/detail/passes.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

/// What is packed, and how it is read.
using Factor = std::tuple<PartId, std::int32_t, bool, int, int, std::vector<PartId>>;

Factor left_of(const ProductCall& call) {
    return {call.left.part, call.left.step, call.left_is_transposed,
            call.rows,      call.inner,     call.left_stack};
}

class Packing {
 public:
    explicit Packing(Code& code) : code_(code) {}

    void run() {
        PassReport report{"pack", "products in loops that pack a factor", 0, 0};
        std::vector<Loop> loops;
        for (Loop& loop : code_.loops) {
            Loop before;
            for (Instruction& instruction : loop.body) {
                auto* const call = std::get_if<ProductCall>(&instruction);
                if (call == nullptr || loop.rounds == 1 || call->rows == 1 || call->columns == 1)
                    continue;
                ++report.before;
                if (stays(loop, *call))
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
    /// Whether the left factor is the same in all rounds of the loop.
    static bool stays(const Loop& loop, const ProductCall& call) {
        const auto is_of_factor = [&](PartId part) {
            return part == call.left.part ||
                   std::ranges::find(call.left_stack, part) != call.left_stack.end();
        };
        bool is_written = false;
        for (const Instruction& instruction : loop.body) {
            for_each_result(instruction, [&](const MemberRange& site) {
                is_written = is_written || is_of_factor(site.part);
            });
            if (const auto* const product = std::get_if<ProductCall>(&instruction))
                is_written = is_written || std::ranges::any_of(product->result_stack, is_of_factor);
        }
        return call.left.move == 0 && !is_written;
    }

    /// The number of the factor's pack, made in `before` unless there is one: a member is computed once.
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
