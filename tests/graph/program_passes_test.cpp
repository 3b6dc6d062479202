// Passes on code whose instructions stand in any order that their operands allow, in loops that are cut anywhere:
// what they leave computes each value once, from operands that are there.

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/lower.hpp>
#include <revolute/graph/program/detail/passes.hpp>
#include <revolute/graph/program/detail/verify_plan.hpp>
#include <revolute/graph/program/packed_products.hpp>
#include <revolute/graph/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <support/random_graph.hpp>
#include <support/random_net.hpp>
#include <support/relabelled.hpp>
#include <support/time_nets.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace revolute;
using namespace revolute::detail;
using test::OverTime;
using test::Random;
using test::TimeNet;

namespace {

constexpr Units units{granule<double>, 256, packed_products::packed_size<double>};

/// Calls `visit` with each site of an instruction that was lowered: neither packs nor stacks.
template <class Visit>
void for_each_site(Instruction& instruction, const Visit& visit) {
    if (auto* const product = std::get_if<ProductCall>(&instruction)) {
        for (MemberRange* const site : {&product->left, &product->right, &product->result})
            visit(*site);
    } else if (auto* const entrywise = std::get_if<EntrywiseCall>(&instruction)) {
        for (EntrywiseStep& step : entrywise->steps) {
            std::ranges::for_each(step.operands, visit);
            visit(step.result);
        }
    } else if (auto* const reference = std::get_if<ReferenceCall>(&instruction)) {
        std::ranges::for_each(reference->operands, visit);
        visit(reference->result);
    }
}

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
        for_each_site(instruction, [&](MemberRange& site) { site.step += site.move * skipped; });
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

/// Appends the loop's rounds in pieces, some of them divided into two loops, and straight code in single
/// instructions.
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

/// The same computation in another order.
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

/// Some of the passes, each with as much as it can do, on the code as lowered or in other orders.
void check_passes(std::span<const Expr> outputs, Random& random, int orders) {
    const Rolled rolled = spelled_out(roll(outputs));
    const Reads reads(rolled);
    for (int order = 0; order < orders; ++order) {
        CAPTURE(order);
        Code code{scattered(lower(rolled, reads), random),
                  {},
                  std::vector<Residence>(rolled.parts.size()),
                  0,
                  {}};
        code.shares_places = random.below(8) > 0;
        const auto is_on = [&] { return random.below(8) > 0; };
        if (is_on()) gather_products(rolled, code);
        if (is_on()) merge_products(rolled, reads, code);
        if (is_on()) fuse_entrywise(rolled, code);
        if (is_on()) find_residences(rolled, reads, code);
        if (is_on()) combine_steps(rolled, code);
        if (is_on()) pack_factors(code);
        const MemoryPlan plan = plan_memory(rolled, reads, code, units);
        CHECK_NOTHROW(verify_plan(rolled, reads, code, plan, units));
    }
}

/// A net each step of which multiplies by several factors: weights, and what is computed at this step, at the one
/// before or once for all later steps, entry by entry or not. Some of the products could be one.
class NetOfProducts {
 public:
    NetOfProducts(Graph& graph, Random& random, int steps) : graph_(graph) {
        const std::size_t factors = 2 + random.below(2);
        read_ = random.below(5);
        read_with_input_ = random.below(5);
        for (std::size_t i = 0; i < factors; ++i) {
            weights_.push_back(graph.parameter("W" + std::to_string(i), {2, 2}));
            kinds_.push_back(random.below(6));
            factors_.push_back({weights_.back()});
        }
        adds_transposed_ = random.below(2) == 0;
        begins_with_input_ = random.below(2) == 0;
        Expr state = graph.parameter("h", {2, 3});
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            state = next(state);
        }
        outputs = {sum(square(state))};
        if (random.below(2) == 0)
            outputs =
                differentiate(outputs.front(), weights_, Unreachable::zeros).loss_and_gradients();
        for (const std::vector<Expr>& factor : factors_)
            if (random.below(4) == 0) outputs.push_back(factor.back());
    }

    std::vector<Expr> outputs;

 private:
    Expr next(Expr state) {
        for (std::size_t i = 0; i < kinds_.size(); ++i) factors_[i].push_back(made(i, state));
        const Expr x = graph_.input("x", {2, 3});
        std::vector<Expr> terms;
        for (std::size_t i = 0; i < kinds_.size(); ++i) terms.push_back(factor(i, read_) * state);
        if (adds_transposed_)
            for (std::size_t i = 0; i < kinds_.size(); ++i) {
                const Expr turned = transpose(factor(i, read_)), right = tanh(terms[i]);
                terms.push_back(turned * right);
            }
        terms.push_back(factor(0, read_with_input_) * x);
        if (begins_with_input_) std::swap(terms.front(), terms.back());
        return tanh(accumulate(terms));
    }

    Expr made(std::size_t i, Expr state) {
        const Expr before = factors_[i].back(), W = weights_[i];
        const std::string name = "X" + std::to_string(i);
        switch (kinds_[i]) {
            case 0:
                return W;
            case 1:
                return tanh(graph_.input(name, {2, 2}));
            case 2:
                return hadamard(before, W);
            case 3:
                return before * W;
            case 4:
                return before + state * transpose(state);
            default:
                return W * graph_.input(name, {2, 2});
        }
    }

    /// What stands for a factor: that of this step, of the one before, or of one of the first three.
    Expr factor(std::size_t i, std::size_t read) const {
        const std::vector<Expr>& all = factors_[i];
        if (read < 2) return all[all.size() - 1 - read];
        return all[std::min(all.size() - 1, read - 1)];
    }

    Graph& graph_;
    std::size_t read_ = 0, read_with_input_ = 0;  // 0: this step, 1: the one before, then fixed
    bool adds_transposed_ = false, begins_with_input_ = false;
    std::vector<Expr> weights_;
    std::vector<std::size_t> kinds_;
    std::vector<std::vector<Expr>> factors_;  // by factor, then by step: first the weight
};

}  // namespace

TEST_CASE("passes: what code computes stays, in whatever order it stands, in nets of all kinds") {
    for (const OverTime over_time :
         {OverTime::last, OverTime::sum, OverTime::chain_inside, OverTime::stack_rows,
          OverTime::attention, OverTime::parts_of_stack})
        for (const bool is_recurrent : {false, true})
            for (const bool has_second_axis : {false, true}) {
                const TimeNet net{.over_time = over_time,
                                  .chain = &hadamard_op,
                                  .is_recurrent = is_recurrent,
                                  .has_gradients = true,
                                  .has_second_axis = has_second_axis};
                CAPTURE(net.text());
                Random random(5);
                Graph graph;
                check_passes(test::outputs_of(graph, net, 5, 3), random, 20);
            }
}

TEST_CASE("passes: what code computes stays, in whatever order it stands, in random nets") {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        const test::RandomNet net(seed);
        CAPTURE(seed);
        CAPTURE(net.text());
        Random random(seed);
        Graph graph;
        check_passes(net.all_outputs(graph, 5), random, 5);
    }
}

TEST_CASE("passes: what code computes stays, in whatever order it stands, in random graphs") {
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed, 12);
        std::vector<Expr> outputs{random.loss()};
        if (seed % 2 == 0)
            outputs = differentiate(random.loss(), random.leaves, Unreachable::zeros)
                          .loss_and_gradients();
        Graph copy;
        const std::vector<Expr> labelled = test::relabelled(outputs, copy, random.random, 1.0);
        check_passes(labelled, random.random, 4);
    }
}

TEST_CASE("passes: what code computes stays, in whatever order it stands, where products are one") {
    for (std::uint32_t seed = 0; seed < 80; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Graph graph;
        const NetOfProducts net(graph, random, 5);
        check_passes(net.outputs, random, 6);
    }
}
