// How long values are kept, against a run in thought that knows which member of a part was written
// last.

#include <revolute/graph/program/detail/lowering/lower.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <support/pass_nets.hpp>
#include <support/random_net.hpp>
#include <support/scattered_code.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

using namespace revolute;
using namespace revolute::detail;
using test::Random;

namespace {

/// Members of a part in one round: at steps t, t + 1, ...
struct Written {
    std::int32_t t = 0;
    std::int32_t members = 0;
    std::size_t call = 0;  ///< number of the instruction's execution
};

/// The least residences that a run needs.
class NeededResidences {
 public:
    NeededResidences(const Rolled& rolled, const Reads& reads, const Code& code)
        : last_(rolled.parts.size()),
          is_of_several_(rolled.parts.size()),
          needed_(rolled.parts.size(), Residence::block) {
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
            if (reads.standing(PartId{i}) != Standing::computed) need(PartId{i}, Residence::slab);
        for (const Member& output : rolled.outputs)
            for (const Read& read : reads.view(output.part)) need(read.target, Residence::slab);
        for (const Loop& loop : code.loops)
            for (round_ = 0; round_ < static_cast<std::int32_t>(loop.rounds); ++round_)
                for (const Instruction& instruction : loop.body) {
                    ++call_;
                    std::visit([this](const auto& call) { carry_out(call); }, instruction);
                }
        for (std::size_t i = 0; i < needed_.size(); ++i)
            if (needed_[i] == Residence::round && is_of_several_[i]) needed_[i] = Residence::slab;
        for (const std::vector<PartId>& stack : code.stacks) {
            Residence least = Residence::block;
            for (const PartId part : stack) least = std::min(least, needed_[index(part)]);
            for (const PartId part : stack) needed_[index(part)] = least;
        }
    }

    const std::vector<Residence>& needed() const { return needed_; }

 private:
    void carry_out(const EntrywiseCall& call) {
        for (const EntrywiseStep& step : call.steps) {
            for (const MemberRange& operand : step.operands) read(operand, true);
            write(step.result);
        }
    }

    void carry_out(const ProductCall& call) {
        std::vector<MemberRange> operands = sites_of(call.left, call.left_stack);
        for (const MemberRange& site : sites_of(call.right, call.right_stack))
            operands.push_back(site);
        const std::vector<MemberRange> results = sites_of(call.result, call.result_stack);
        if (call.adds)
            for (const MemberRange& site : results) read(site, false);
        by_itself(operands, results);
    }

    void carry_out(const OperatorCall& call) { by_itself(call.operands, std::array{call.result}); }

    void carry_out(const PackCall& call) { by_itself(sites_of(call.left, call.left_stack), {}); }

    /// It reads and writes memory, and may write before it has read all.
    void by_itself(std::span<const MemberRange> operands, std::span<const MemberRange> results) {
        for (const MemberRange& operand : operands) {
            read(operand, false);
            for (const MemberRange& result : results)
                if (operand.part == result.part) need(operand.part, Residence::slab);
        }
        for (const MemberRange& result : results) {
            need(result.part, Residence::round);
            write(result);
        }
    }

    void read(const MemberRange& site, bool is_entrywise) {
        const std::optional<Written>& last = last_[index(site.part)];
        if (!last || last->t != step_of(site) || last->members != site.members)
            return need(site.part, Residence::slab);
        if (!is_entrywise || last->call != call_) need(site.part, Residence::round);
    }

    void write(const MemberRange& site) {
        last_[index(site.part)] = Written{step_of(site), site.members, call_};
        if (site.members > 1) is_of_several_[index(site.part)] = true;
    }

    std::int32_t step_of(const MemberRange& site) const { return site.step + site.move * round_; }
    void need(PartId part, Residence least) {
        needed_[index(part)] = std::min(needed_[index(part)], least);
    }

    std::vector<std::optional<Written>> last_;  // by part
    std::vector<bool> is_of_several_;           // by part: whether any call writes several members
    std::vector<Residence> needed_;
    std::size_t call_ = 0;
    std::int32_t round_ = 0;
};

struct Found {
    int rounds = 0;
    int blocks = 0;
};

void check_residences(std::span<const Expr> outputs, Random& random, Found& found) {
    const Rolled rolled = spelled_out(roll(outputs));
    const Reads reads(rolled);
    for (const bool is_scattered : {false, true}) {
        CAPTURE(is_scattered);
        Code code;
        if (is_scattered)
            code = test::scattered_code(rolled, reads, random);
        else
            code.loops = lower(rolled, reads);
        const auto is_on = [&] { return !is_scattered || random.below(4) > 0; };
        if (is_on()) gather_products(rolled, code);
        if (is_on()) merge_products(rolled, reads, code);
        if (is_on()) fuse_entrywise(rolled, code);
        const NeededResidences expected(rolled, reads, code);
        find_residences(rolled, reads, code);
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
            CAPTURE(i);
            CHECK(code.residence[i] == expected.needed()[i]);
            if (code.residence[i] == Residence::round) ++found.rounds;
            if (code.residence[i] == Residence::block) ++found.blocks;
        }
    }
}

}  // namespace

TEST_CASE("residences: a value is kept for as long as the run needs it and no longer") {
    Found found;
    for (std::uint32_t seed = 0; seed < 150; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Graph entrywise, products, graph;
        check_residences(test::entrywise_net(entrywise, random, 5), random, found);
        check_residences(test::products_net(products, random, 5), random, found);
        const test::RandomNet net(seed);
        check_residences(net.all_outputs(graph, 5), random, found);
    }
    CHECK(found.rounds > 100);
    CHECK(found.blocks > 100);
}
