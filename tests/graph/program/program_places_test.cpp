// Which values stand in the place of an operand, against a look at every member.

#include <revolute/graph/program/detail/memory/places.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <support/pass_nets.hpp>
#include <support/random_net.hpp>
#include <support/scattered_code.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <variant>
#include <vector>

using namespace revolute;
using namespace revolute::detail;
using test::Random;

namespace {

using Key = std::pair<PartId, std::int32_t>;

/// By member, those that are begun by elementwise steps which read it; none stands for any other
/// reader.
using Readers = std::map<Key, std::set<std::optional<Key>>>;

/// Calls `visit` with the members of a site in a round.
template <class Visit>
void for_each_member(const MemberRange& site, std::size_t round, const Visit& visit) {
    for (std::int32_t i = 0; i < site.members; ++i)
        visit(Key{site.part, site.step + site.move * static_cast<std::int32_t>(round) + i});
}

void note_step(const EntrywiseStep& step, std::size_t round, Readers& readers) {
    const bool adds = std::ranges::find(step.operands, step.result) != step.operands.end();
    std::vector<Key> results;
    for_each_member(step.result, round, [&](Key member) { results.push_back(member); });
    for (const MemberRange& operand : step.operands) {
        if (operand == step.result) continue;
        std::size_t i = 0;
        for_each_member(operand, round, [&](Key member) {
            const bool begins = !adds && operand.members == step.result.members;
            readers[member].insert(begins ? std::optional(results[i++]) : std::nullopt);
        });
    }
}

Readers readers_of(const Rolled& rolled, const Reads& reads, const Code& code) {
    Readers readers;
    for (const Loop& loop : code.loops)
        for (std::size_t round = 0; round < loop.rounds; ++round)
            for (const Instruction& instruction : loop.body) {
                if (const auto* const call = std::get_if<EntrywiseCall>(&instruction)) {
                    for (const EntrywiseStep& step : call->steps) note_step(step, round, readers);
                    continue;
                }
                const auto* const product = std::get_if<ProductCall>(&instruction);
                for_each_read(instruction, [&](const MemberRange& site) {
                    if (product != nullptr && product->adds && site == product->result) return;
                    for_each_member(site, round,
                                    [&](Key member) { readers[member].insert(std::nullopt); });
                });
            }
    for (const Member& output : rolled.outputs) {
        const Read& read = read_at(reads.view(output.part), output.t);
        readers[{read.target, read.step_at(output.t)}].insert(std::nullopt);
    }
    return readers;
}

/// Whether each member of `part` is begun by reading that of `operand` of the same step, which
/// nothing else reads.
bool can_take(const Rolled& rolled, const Readers& readers, PartId part, PartId operand) {
    if (rolled[part].runs != rolled[operand].runs) return false;
    for (std::size_t place = 0; place < rolled[part].size(); ++place) {
        const std::int32_t t = rolled[part].step_of(place);
        const auto found = readers.find({operand, t});
        if (found == readers.end() || found->second != std::set<std::optional<Key>>{Key{part, t}})
            return false;
    }
    return true;
}

/// Whether a value of which all members stand in memory may stand elsewhere than in a slab of its
/// own.
std::vector<bool> movable(const Rolled& rolled, const Reads& reads, const Code& code) {
    std::vector<bool> result;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        result.push_back(reads.standing(PartId{i}) == Standing::computed &&
                         code.residence[i] == Residence::slab);
    for (const std::vector<PartId>& stack : code.stacks)
        for (const PartId part : stack) result[index(part)] = false;
    return result;
}

/// How many values take the place of an operand.
int check_places(std::span<const Expr> outputs, Random& random) {
    const Rolled rolled = spelled_out(roll(outputs));
    const Reads reads(rolled);
    Code code = test::scattered_code(rolled, reads, random);
    if (random.below(2) == 0) merge_products(rolled, reads, code);
    if (random.below(2) == 0) fuse_entrywise(rolled, code);
    if (random.below(4) == 0) find_residences(rolled, reads, code);
    const std::vector<PartId> slabs = slabs_of(rolled, reads, code);
    const Readers readers = readers_of(rolled, reads, code);
    const std::vector<bool> is_movable = movable(rolled, reads, code);
    int taken = 0;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        CAPTURE(i);
        if (!is_movable[i]) continue;
        std::set<PartId> possible;
        for (std::uint32_t j = 0; j < rolled.parts.size(); ++j)
            if (is_movable[j] && can_take(rolled, readers, PartId{i}, PartId{j}))
                possible.insert(slabs[j]);
        if (possible.empty()) possible.insert(PartId{i});
        CHECK(possible.contains(slabs[i]));
        if (slabs[i] != PartId{i}) ++taken;
    }
    for (const std::vector<PartId>& stack : code.stacks)
        for (const PartId part : stack) CHECK(slabs[index(part)] == stack.front());
    code.shares_places = false;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        if (is_movable[i]) CHECK(slabs_of(rolled, reads, code)[i] == PartId{i});
    return taken;
}

}  // namespace

TEST_CASE("places: a value takes an operand's place where it alone reads it, member for member") {
    int taken = 0;
    for (std::uint32_t seed = 0; seed < 150; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Graph entrywise, products;
        taken += check_places(test::entrywise_net(entrywise, random, 5), random);
        if (seed % 3 == 0) check_places(test::products_net(products, random, 5), random);
    }
    CHECK(taken > 100);
}

TEST_CASE("places: a value takes an operand's place where it alone reads it, in random nets") {
    int taken = 0;
    for (std::uint32_t seed = 0; seed < 100; ++seed) {
        CAPTURE(seed);
        const test::RandomNet net(seed);
        Random random(seed);
        Graph graph;
        taken += check_places(net.all_outputs(graph, 4), random);
    }
    CHECK(taken > 20);
}
