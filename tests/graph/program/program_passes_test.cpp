// Passes on code whose instructions stand in any order that their operands allow, in loops that are
// cut anywhere: what they leave computes each value once, from operands that are there, and what
// the evaluator computes.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/machine/machine.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>
#include <revolute/graph/program/detail/passes/verify_code.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <support/pass_nets.hpp>
#include <support/program_check.hpp>
#include <support/random_graph.hpp>
#include <support/random_net.hpp>
#include <support/relabelled.hpp>
#include <support/sanitized.hpp>
#include <support/scattered_code.hpp>
#include <support/time_nets.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

using namespace revolute;
using namespace revolute::detail;
using test::OverTime;
using test::Random;
using test::TimeNet;

namespace {

/// Products and sums are computed in another order than by the evaluator, everything else is the
/// same: some hundred roundings of 1.1e-16 each, of which a hundred times as many are seen where
/// terms cancel.
constexpr double rounding = 1e-10;

/// What a machine computes of the code, which is verified, as is its plan.
std::vector<Matrix> computed(const Rolled& rolled, const Reads& reads, const Code& code,
                             const test::LeafValues& values) {
    verify_code(rolled, reads, code);
    Machine<double> machine(rolled, reads, code, {});
    for (const auto& [leaf, value] : test::by_member(rolled, values))
        machine.write(leaf, value->data());
    machine.read_leaves();
    machine.run();
    std::vector<Matrix> results;
    for (std::size_t i = 0; i < rolled.outputs.size(); ++i) {
        const ConstMatrixView value = machine.output(i);
        const auto entries = value.values();
        results.emplace_back(value.rows, value.columns,
                             std::vector<double>(entries.begin(), entries.end()));
    }
    return results;
}

/// Some of the passes, each with as much as it can do, on the code as lowered or in other orders:
/// what it computes is what `evaluate` does.
void check_passes(std::span<const Expr> outputs, const test::LeafValues& values, Random& random,
                  int orders) {
    const Rolled rolled = spelled_out(roll(outputs));
    const Reads reads(rolled);
    Bindings bindings;
    for (const auto& [leaf, value] : values) bindings.bind(leaf, value);
    const std::vector<Matrix> expected = evaluate(outputs, bindings);
    for (int order = 0; order < orders; ++order) {
        CAPTURE(order);
        Code code = test::scattered_code(rolled, reads, random);
        code.shares_places = random.below(8) > 0;
        const auto is_on = [&] { return random.below(8) > 0; };
        if (is_on()) gather_products(rolled, code);
        if (is_on()) merge_products(rolled, reads, code);
        if (is_on()) fuse_entrywise(rolled, code);
        if (random.below(3) > 0) find_residences(rolled, reads, code);
        if (is_on()) combine_steps(rolled, code);
        if (is_on()) pack_factors(code);
        std::vector<Matrix> found;
        REQUIRE_NOTHROW(found = computed(rolled, reads, code, values));
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            CAPTURE(i);
            CHECK(relative_difference(found[i], expected[i]) <= rounding);
        }
    }
}

/// The same with random values, of which products do not grow.
void check_passes(std::span<const Expr> outputs, Random& random, int orders) {
    test::LeafValues values = test::random_leaf_values(outputs, random);
    for (auto& [leaf, value] : values)
        for (double& entry : value.values()) entry *= 0.5;
    check_passes(outputs, values, random, orders);
}

std::set<PartId> parts_read(const Instruction& instruction) {
    std::set<PartId> parts;
    for_each_read(instruction, [&](const MemberRange& site) { parts.insert(site.part); });
    return parts;
}

bool writes_one_of(const Instruction& instruction, const std::set<PartId>& parts) {
    bool found = false;
    for_each_result(instruction,
                    [&](const MemberRange& site) { found |= parts.contains(site.part); });
    return found;
}

/// Whether an instruction could stand at the end of straight code before its loop: nothing between
/// the two writes a part that it reads.
bool could_be_earlier(const std::vector<Loop>& loops, std::size_t loop, std::size_t number) {
    const std::set<PartId> read = parts_read(loops[loop].body[number]);
    for (std::size_t i = 0; i < number; ++i)
        if (writes_one_of(loops[loop].body[i], read)) return false;
    for (std::size_t before = loop; before-- > 0;) {
        if (loops[before].rounds == 1) return true;
        for (const Instruction& instruction : loops[before].body)
            if (writes_one_of(instruction, read)) return false;
    }
    return false;
}

/// By execution in a loop, the members that an instruction's left factor reads.
using Members = std::vector<std::pair<PartId, std::int32_t>>;
Members left_members(const ProductCall& call, std::size_t round) {
    Members members;
    const std::int32_t t = call.left.step + call.left.move * static_cast<std::int32_t>(round);
    const std::vector<PartId> parts =
        call.left_stack.empty() ? std::vector{call.left.part} : call.left_stack;
    for (const PartId part : parts)
        for (std::int32_t i = 0; i < call.left.members; ++i) members.emplace_back(part, t + i);
    return members;
}

/// Whether all rounds multiply by the same matrix, which is there before the loop.
bool left_factor_stays(const Loop& loop, const ProductCall& call) {
    std::set<PartId> written;
    for (const Instruction& instruction : loop.body)
        for_each_result_in_stack(instruction,
                                 [&](const MemberRange& site) { written.insert(site.part); });
    const Members first = left_members(call, 0);
    return first == left_members(call, 1) && std::ranges::none_of(first, [&](const auto& member) {
               return written.contains(member.first);
           });
}

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
    for (std::uint32_t seed = 0; seed < test::draws(200); ++seed) {
        const test::RandomNet net(seed);
        CAPTURE(seed);
        CAPTURE(net.text());
        Random random(seed);
        Graph graph;
        check_passes(net.all_outputs(graph, 5), random, 5);
    }
}

TEST_CASE("passes: what code computes stays, in whatever order it stands, in random graphs") {
    for (std::uint32_t seed = 0; seed < test::draws(60); ++seed) {
        CAPTURE(seed);
        test::RandomGraph random(seed, 12);
        std::vector<Expr> outputs{random.loss()};
        if (seed % 2 == 0)
            outputs = differentiate(random.loss(), random.leaves, Unreachable::zeros)
                          .loss_and_gradients();
        Graph copy;
        const std::vector<Expr> labelled = test::relabelled(outputs, copy, random.random, 1.0);
        check_passes(labelled,
                     test::of_copies(test::bound_leaf_values(outputs, random.bindings), labelled),
                     random.random, 4);
    }
}

TEST_CASE("passes: what code computes stays, in whatever order it stands, where products are one") {
    for (std::uint32_t seed = 0; seed < test::draws(80); ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Graph graph;
        check_passes(test::products_net(graph, random, 5), random, 6);
    }
}

TEST_CASE("passes: what code computes stays, in whatever order it stands, entry by entry") {
    for (std::uint32_t seed = 0; seed < 150; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Graph graph;
        check_passes(test::entrywise_net(graph, random, 5), random, 4);
    }
}

TEST_CASE("merge: a value that is factor and result of products stands in one stack") {
    for (const int size : {1, 2, 40}) {
        CAPTURE(size);
        Graph graph;
        const Shape shape{size, size};
        const Expr W = graph.parameter("W", shape), V = graph.parameter("V", shape);
        Expr h = graph.parameter("h", shape), c = graph.parameter("c", shape);
        for (int t = 0; t < 5; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr x = graph.input("x", shape), y = graph.input("y", shape);
            const Expr from_c = c * V, from_h = h * W;
            const Expr next = accumulate(std::array{from_c, from_h, x});
            const Expr e = t == 0 ? tanh(y) : accumulate(std::array{c * W, y});
            c = tanh(hadamard(e, h));
            h = next;
        }
        Random random(3);
        const std::array outputs{square(h), c};
        test::LeafValues values = test::random_leaf_values(outputs, random);
        for (auto& [leaf, value] : values)
            for (double& entry : value.values()) entry /= size;
        CHECK(test::program_difference(outputs, values) <= rounding);
    }
}

TEST_CASE("merge: products of any matrices with any values stand in stacks that fit") {
    // A matrix or a value may be in several groups, of which one has its place: pieces of two
    // stacks are no stack.
    for (std::uint32_t seed = 0; seed < test::draws(40); ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Graph graph;
        std::vector<Expr> matrices, values, terms;
        for (int i = 0; i < 4; ++i) matrices.push_back(graph.parameter("W", {2, 2}));
        const int steps = seed % 2 == 0 ? 1 : 3;
        for (int j = 0; j < 3 * steps; ++j) {
            const Scope scope(graph, Step{0, j / 3});
            values.push_back(graph.parameter("x", {2, 2}));
        }
        std::vector<Expr> products(static_cast<std::size_t>(steps));
        std::uint32_t value = 0;
        for (int pair = 0; pair < 8; ++pair) {
            const Expr W = matrices[random.below(4)];
            const bool goes_on = pair > 0 && random.below(3) == 0;  // with the product before
            if (!goes_on) value = random.below(3);
            const int axis = random.below(4) > 0 ? 0 : 1;
            for (std::size_t t = 0; t < products.size(); ++t) {
                const Scope scope(graph, Step{axis, static_cast<int>(t)});
                products[t] = (goes_on ? products[t] : W) * values[3 * t + value];
                terms.push_back(sum(tanh(products[t])));
            }
        }
        matrices.insert(matrices.end(), values.begin(), values.end());
        const std::vector<Expr> outputs =
            differentiate(accumulate(terms), matrices, Unreachable::zeros).loss_and_gradients();
        check_passes(outputs, random, 3);
    }
}

/// A recurrence as of a GRU: W[i] x(t) are four values; V[j] h(t-1) is added to two of them, and to
/// one value more.
Expr recurrence_of_pair(Graph& graph, const std::array<std::size_t, 2>& pair) {
    std::array<Expr, 4> W;
    std::array<Expr, 3> V;
    for (Expr& matrix : W) matrix = graph.parameter("W", {3, 3});
    for (Expr& matrix : V) matrix = graph.parameter("V", {3, 3});
    const Expr P = graph.parameter("P", {3, 3});
    Expr h = graph.parameter("h", {3, 2});
    for (int t = 0; t < 5; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {3, 2}), z = graph.input("z", {3, 2});
        std::vector<Expr> values;
        for (const Expr& matrix : W) values.push_back(matrix * x);
        values.push_back(accumulate(std::array{P * z, V[2] * h}));
        for (std::size_t i = 0; i < 2; ++i)
            values[pair[i]] = accumulate(std::array{values[pair[i]], V[i] * h});
        for (Expr& value : values) value = tanh(value);
        h = accumulate(values);
    }
    return h;
}

TEST_CASE("merge: a stack becomes longer at its ends where a new value shares a factor with it") {
    using Pair = std::array<std::size_t, 2>;
    for (const Pair& pair : {Pair{0, 1}, {1, 2}, {0, 2}, {2, 3}, {3, 0}}) {
        CAPTURE(pair[0]);
        CAPTURE(pair[1]);
        Graph graph;
        const std::array outputs{recurrence_of_pair(graph, pair)};
        const Rolled rolled = spelled_out(roll(outputs));
        std::size_t products = 0;  // of the recurrence
        for (const Loop& loop : optimized(rolled, Reads(rolled)).loops)
            if (loop.rounds > 1) products += count_of<ProductCall>(std::vector{loop});
        CHECK(products == 1);
        Random random(7);
        check_passes(outputs, random, 6);
    }
}

TEST_CASE("merge: a product waits for another of its group that computes its factor") {
    // W, W x and W x x stand below each other for the products with y: there, those with x could be
    // one.
    for (const int steps : {1, 3}) {
        CAPTURE(steps);
        Graph graph;
        std::vector<Expr> outputs;
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr W = graph.input("W", {2, 2});
            const Expr x = graph.input("x", {2, 2}), y = graph.input("y", {2, 2});
            const Expr once = W * x, twice = once * x;
            const Expr factors[] = {W, once, twice};
            for (const Expr& factor : factors) outputs.push_back(tanh(factor * y));
        }
        Random random(5);
        check_passes(outputs, random, 6);
        CHECK(test::program_difference(outputs, test::random_leaf_values(outputs, random)) <=
              rounding);
    }
}

TEST_CASE("merge: columns that the products of a sum read as matrices are no stack") {
    for (const int steps : {1, 3}) {
        CAPTURE(steps);
        Graph graph;
        std::vector<Expr> terms, outputs;
        const Expr W = graph.parameter("W", {2, 3}), V = graph.parameter("V", {2, 3});
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr a = tanh(graph.input("x", {4, 1})), b = sigmoid(graph.input("y", {4, 1}));
            const Expr of_a = transpose(W) * reshape(a, 2, 2),
                       of_b = transpose(V) * reshape(b, 2, 2);
            outputs.push_back(tanh(accumulate(std::array{of_a, of_b})));
            terms.push_back(sum(square(outputs.back())));
        }
        terms.push_back(sum(W));
        const Derivative d = differentiate(accumulate(terms), std::array{W, V});
        std::ranges::copy(d.gradients(), std::back_inserter(outputs));
        Random random(5);
        check_passes(outputs, random, 6);
        CHECK(test::program_difference(outputs, test::random_leaf_values(outputs, random)) <=
              rounding);
    }
}

TEST_CASE("gather: no product could stand in straight code before its own") {
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Graph graph, other;
        const test::RandomNet net(seed);
        for (const std::vector<Expr>& outputs :
             {test::products_net(graph, random, 5), net.all_outputs(other, 4)}) {
            const Rolled rolled = spelled_out(roll(outputs));
            const Reads reads(rolled);
            Code code = test::scattered_code(rolled, reads, random);
            gather_products(rolled, code);
            for (std::size_t i = 0; i < code.loops.size(); ++i) {
                CHECK_FALSE(code.loops[i].body.empty());
                for (std::size_t j = 0; code.loops[i].rounds == 1 && j < code.loops[i].body.size();
                     ++j)
                    if (std::holds_alternative<ProductCall>(code.loops[i].body[j]))
                        CHECK_FALSE(could_be_earlier(code.loops, i, j));
            }
        }
    }
}

TEST_CASE(
    "pack: matrices by which all rounds of a loop multiply are packed once, vectors are not") {
    for (std::uint32_t seed = 0; seed < 150; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Graph graph;
        const Rolled rolled = spelled_out(roll(test::products_net(graph, random, 5)));
        const Reads reads(rolled);
        Code code = test::scattered_code(rolled, reads, random);
        if (random.below(3) > 0) merge_products(rolled, reads, code);
        pack_factors(code);
        std::set<std::tuple<Members, bool>> factors;
        for (const Loop& loop : code.loops)
            for (const Instruction& instruction : loop.body) {
                const auto* const call = std::get_if<ProductCall>(&instruction);
                if (call == nullptr) continue;
                const bool is_packed = loop.rounds > 1 && call->rows > 1 && call->columns > 1 &&
                                       left_factor_stays(loop, *call);
                CHECK(call->packed_left.has_value() == is_packed);
                if (is_packed) factors.emplace(left_members(*call, 0), call->left_is_transposed);
            }
        CHECK(code.packs == factors.size());
        CHECK(count_of<PackCall>(code.loops) == factors.size());
    }
}
