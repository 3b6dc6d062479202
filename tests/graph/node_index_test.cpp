#include <revolute/graph/graph.hpp>
#include <revolute/graph/node_index.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/ops/ops.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace revolute;

namespace {

/// Records filed under operands of the test's choice, found by their number.
struct Records {
    NodeIndex index;

    void add(std::uint64_t hash, std::vector<NodeId> operands, std::uint32_t number) {
        index.insert(hash, operands, number);
    }
    std::uint32_t find(std::uint64_t hash, std::vector<NodeId> operands,
                       std::uint32_t number) const {
        return index.find(hash, operands, [&](std::uint32_t i) { return i == number; });
    }
};

}  // namespace

TEST_CASE("node index: an empty one holds nothing") {
    const Records records;
    CHECK(records.find(1, {}, 0) == NodeIndex::absent);
    CHECK(records.find(1, {NodeId{7}}, 0) == NodeIndex::absent);
}

TEST_CASE("node index: thousands of users of one operand are all found") {
    Records records;
    for (std::uint32_t i = 0; i < 5000; ++i) records.add(i, {NodeId{3}}, i);
    for (std::uint32_t i = 0; i < 5000; ++i) REQUIRE(records.find(i, {NodeId{3}}, i) == i);
    CHECK(records.find(5000, {NodeId{3}}, 5000) == NodeIndex::absent);
}

TEST_CASE("node index: records without operands are found by their hash") {
    Records records;
    for (std::uint32_t i = 0; i < 100; ++i) records.add(i * 77, {}, i);
    for (std::uint32_t i = 0; i < 100; ++i) REQUIRE(records.find(i * 77, {}, i) == i);
}

TEST_CASE("node index: the order of operands does not decide where to look") {
    Records records;
    records.add(1, {NodeId{9}, NodeId{2}}, 10);
    CHECK(records.find(1, {NodeId{2}, NodeId{9}}, 10) == 10);
}

TEST_CASE("node index: nodes made far from their operands are shared") {
    Graph graph;
    std::vector<Expr> x;
    for (int i = 0; i < 1000; ++i) x.push_back(graph.input("x", {1, 1}));
    std::vector<Expr> y;
    for (const Expr& early : x) y.push_back(early + x.back());
    for (std::size_t i = 0; i < x.size(); ++i) REQUIRE(x[i] + x.back() == y[i]);
    CHECK(graph.size() == 2000);
    CHECK_NOTHROW(verify(graph));
}
