#include <revolute/graph/program/detail/lowering/lower.hpp>
#include <support/scattered_code.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace revolute::test {

using namespace revolute::detail;

namespace {

/// That an instruction reads or writes a member.
struct Access {
    std::pair<PartId, std::int32_t> member;
    std::size_t round = 0;
    std::size_t instruction = 0;
    bool writes = false;
};

std::vector<Access> accesses_of(const Loop& loop) {
    std::vector<Access> accesses;
    for (std::size_t round = 0; round < loop.rounds; ++round)
        for (std::size_t i = 0; i < loop.body.size(); ++i) {
            const auto note = [&](const MemberRange& site, bool writes) {
                const std::int32_t t = site.step + site.move * static_cast<std::int32_t>(round);
                for (std::int32_t k = 0; k < site.members; ++k)
                    accesses.push_back({{site.part, t + k}, round, i, writes});
            };
            for_each_read(loop.body[i], [&](const MemberRange& site) { note(site, false); });
            for_each_result(loop.body[i], [&](const MemberRange& site) { note(site, true); });
        }
    return accesses;
}

/// What must come before what.
class Precedence {
 public:
    explicit Precedence(std::size_t items) : followers_(items), waits_(items) {}

    /// Accesses in the order in which they are. What writes comes behind all that was before it.
    void see(std::size_t item, const Access& access) {
        auto& [writer, readers] = uses_[access.member];
        if (writer != none) wait(item, writer);
        if (access.writes) {
            for (const std::size_t reader : readers) wait(item, reader);
            writer = item;
            readers.clear();
        } else {
            readers.push_back(item);
        }
    }
    /// Forgets what was seen, but not what must wait.
    void forget() { uses_.clear(); }

    std::vector<std::size_t> random_order(Random& random) {
        std::vector<std::size_t> ready, order;
        for (std::size_t i = 0; i < waits_.size(); ++i)
            if (waits_[i] == 0) ready.push_back(i);
        while (!ready.empty()) {
            std::swap(ready[random.below(ready.size())], ready.back());
            order.push_back(ready.back());
            ready.pop_back();
            for (const std::size_t next : followers_[order.back()])
                if (--waits_[next] == 0) ready.push_back(next);
        }
        return order;
    }

 private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    struct Use {
        std::size_t writer = none;
        std::vector<std::size_t> readers;
    };

    void wait(std::size_t item, std::size_t before) {
        if (item == before) return;
        followers_[before].push_back(item);
        ++waits_[item];
    }

    std::map<std::pair<PartId, std::int32_t>, Use> uses_;
    std::vector<std::vector<std::size_t>> followers_;
    std::vector<std::size_t> waits_;
};

template <class T>
std::vector<T> reordered(const std::vector<T>& values, const std::vector<std::size_t>& order) {
    REQUIRE(order.size() == values.size());
    std::vector<T> result;
    for (const std::size_t i : order) result.push_back(values[i]);
    return result;
}

/// Some rounds of a loop.
Loop piece_of(Loop loop, std::size_t from, std::size_t rounds) {
    const auto skipped = static_cast<std::int32_t>(from);
    for (Instruction& instruction : loop.body)
        for_each_site(instruction, [&](MemberRange& site) {
            site.step += site.move * skipped;
            if (rounds == 1) site.move = 0;
        });
    loop.first += loop.stride * skipped;
    loop.rounds = rounds;
    return loop;
}

/// The body in another order, in which each round computes the same.
void shuffle_body(Loop& loop, Random& random) {
    Precedence precedence(loop.body.size());
    std::size_t round = 0;
    for (const Access& access : accesses_of(loop)) {
        if (access.round != round) precedence.forget();
        round = access.round;
        precedence.see(access.instruction, access);
    }
    loop.body = reordered(loop.body, precedence.random_order(random));
}

/// Whether all rounds of the instructions before a place may run before those from it on.
bool can_be_divided(const Loop& loop, std::size_t place) {
    std::map<std::pair<PartId, std::int32_t>, std::vector<Access>> accesses;
    for (const Access& access : accesses_of(loop)) accesses[access.member].push_back(access);
    return std::ranges::all_of(accesses, [&](const auto& of_member) {
        const std::vector<Access>& all = of_member.second;
        for (const Access& a : all)
            for (const Access& b : all)
                if (a.instruction < place && b.instruction >= place && b.round < a.round &&
                    (a.writes || b.writes))
                    return false;
        return true;
    });
}

/// Appends the loop's rounds in pieces, some of them divided into two loops, and straight code in
/// single instructions.
void append_pieces(const Loop& loop, Random& random, std::vector<Loop>& pieces) {
    for (std::size_t from = 0; from < loop.rounds;) {
        const std::size_t left = loop.rounds - from;
        const std::size_t rounds = random.below(2) == 0 ? left : 1 + random.below(left);
        Loop piece = piece_of(loop, from, rounds);
        from += rounds;
        shuffle_body(piece, random);
        std::size_t place = rounds == 1 ? 1 : random.below(piece.body.size());
        while (place > 0 && place < piece.body.size() && can_be_divided(piece, place)) {
            Loop first = piece;
            first.body.resize(place);
            piece.body.erase(piece.body.begin(),
                             piece.body.begin() + static_cast<std::ptrdiff_t>(place));
            pieces.push_back(std::move(first));
            if (rounds > 1) break;
        }
        pieces.push_back(std::move(piece));
    }
}

/// The same computation in another order: loops in pieces that stand anywhere behind what they
/// read, each body in any order in which it computes the same.
std::vector<Loop> scattered(const std::vector<Loop>& loops, Random& random) {
    std::vector<Loop> pieces;
    for (const Loop& loop : loops) append_pieces(loop, random, pieces);
    Precedence precedence(pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i)
        for (const Access& access : accesses_of(pieces[i])) precedence.see(i, access);
    std::vector<Loop> result;
    for (Loop& piece : reordered(pieces, precedence.random_order(random))) {
        const bool goes_on = piece.rounds == 1 && !result.empty() && result.back().rounds == 1 &&
                             random.below(8) > 0;
        if (!goes_on) result.push_back({piece.axis, piece.first, piece.stride, piece.rounds, {}});
        std::ranges::move(piece.body, std::back_inserter(result.back().body));
    }
    return result;
}

}  // namespace

Code scattered_code(const Rolled& rolled, const Reads& reads, Random& random) {
    constexpr std::array<std::optional<Pass>, 3> all{std::nullopt, Pass::begin, Pass::sink};
    const std::optional<Pass> without = all[random.below(4) % 3];
    Code code;
    code.loops = scattered(lower(rolled, reads, without), random);
    code.residence.resize(rolled.parts.size());
    return code;
}

}  // namespace revolute::test
