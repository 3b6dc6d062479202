// Memory plans that are broken by hand: verification names the values and the instruction.

#include <revolute/graph/kernels/packed_products.hpp>
#include <revolute/graph/program/detail/memory/verify_plan.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>
#include <revolute/graph/program/detail/passes/verify_code.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace revolute;
using namespace revolute::detail;

namespace {

constexpr Units units{granule<double>, 256, packed_products::packed_size<double>};

/// What `compile` makes before there is any memory, for tests to break.
struct Planned {
    explicit Planned(const std::vector<Expr>& outputs,
                     Code (*code_of)(const Rolled&, const Reads&, std::optional<Pass>) = optimized)
        : rolled(roll(outputs)),
          reads(rolled),
          code(code_of(rolled, reads, std::nullopt)),
          plan(plan_memory(rolled, reads, code, units)) {
        REQUIRE_NOTHROW(verify());
    }

    void verify() const {
        verify_code(rolled, reads, code);
        verify_plan(rolled, reads, code, plan, units);
    }
    std::string refusal() const {
        return test::message_of<InternalError>([this] { verify(); });
    }
    PartId part(std::string_view name) const {
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
            if (!rolled.parts[i].names.empty() && rolled.parts[i].names.front().name == name)
                return PartId{i};
        FAIL("no part of that name");
        return {};
    }
    Layout& layout(std::string_view name) { return plan.layouts[index(part(name))]; }
    std::vector<Instruction>& body(std::size_t loop) { return code.loops.at(loop).body; }

    Rolled rolled;
    Reads reads;
    Code code;
    MemoryPlan plan;
};

/// y = row_sums(x) column_sums(x): two reference calls, then a product.
struct Outer {
    Graph graph;
    Expr x = graph.input("x", {4, 4});
    Expr r = row_sums(x).named("r"), c = column_sums(x).named("c");
    Expr y = (r * c).named("y");
};

Expr initial(Graph& graph) {
    const Scope before(graph, Step{0, -1});
    return graph.initial_state("s", {2, 3});
}

/// h(t) = W x(t) + p o h(t-1), of which all are outputs.
struct Recurrence {
    explicit Recurrence(int steps) {
        Expr h = initial(graph);
        for (int t = 0; t < steps; ++t) {
            const Scope scope(graph, Step{0, t});
            h = (W * graph.input("x", {2, 3}) + hadamard(p, h).named("b")).named("h");
            states.push_back(h);
        }
    }
    Graph graph;
    Expr W = graph.parameter("W", {2, 2}), p = graph.parameter("p", {2, 3});
    std::vector<Expr> states;
};

/// a(t) = A h(t-1), b(t) = B h(t-1), h(t) = tanh(a(t)) o b(t): one product of two.
struct Gates {
    Gates() {
        Expr h = initial(graph);
        for (int t = 0; t < 5; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr b = (B * h).named("b");
            const Expr a = (A * h).named("a");
            h = hadamard(tanh(a), b).named("h");
        }
        last = h;
    }
    Graph graph;
    Expr A = graph.parameter("A", {2, 2}), B = graph.parameter("B", {2, 2});
    Expr last;
};

}  // namespace

TEST_CASE(
    "verify plan: a value that is overwritten before it is read is named with what is there") {
    Outer outer;
    Planned planned({outer.y});
    planned.layout("c").offset = planned.layout("r").offset;
    CHECK(planned.refusal() ==
          "compile: a value of the program was overwritten before it was read\n"
          "  value is r [4 x 1]\n"
          "  instruction is number 2 of loop 0 in round 0\n"
          "  it computes y [4 x 4]\n"
          "  in its place stands c [1 x 4]");
}

TEST_CASE(
    "verify plan: a sum that begins before its loop stands in no place that the loop writes") {
    Recurrence net(4);
    Planned planned({net.states.back()}, to_be_watched);
    planned.layout("h") = planned.layout("b");
    CHECK(planned.refusal() ==
          "compile: a value of the program was overwritten before it was read\n"
          "  value is h[0] [2 x 3]\n"
          "  instruction is number 2 of loop 0 in round 0\n"
          "  it computes h[0] [2 x 3]\n"
          "  in its place stands b[0] [2 x 3]");
}

TEST_CASE("verify plan: a value that one place cannot hold for all steps is missed") {
    Recurrence net(4);
    Planned planned(net.states);
    planned.layout("h").member_stride = 0;
    CHECK(planned.refusal() ==
          "compile: a value of the program does not stand where its matrix has it\n"
          "  value is h[1] [2 x 3]\n"
          "  instruction is number 2 of loop 0 in round 0\n"
          "  it computes h[1] [2 x 3]");
}

TEST_CASE("verify plan: an instruction does not write what it still reads") {
    Outer outer;
    Planned planned({outer.y});
    planned.layout("y").offset = planned.layout("c").offset;
    CHECK(planned.refusal() ==
          "compile: a value of the program is overwritten by the instruction that reads it\n"
          "  value is c [1 x 4]\n"
          "  instruction is number 2 of loop 0 in round 0\n"
          "  it computes y [4 x 4]");
}

TEST_CASE("verify plan: in one pass, only the same entries share a place") {
    Graph graph;
    const Expr x = graph.input("x", {4, 1});
    const Expr y = exp(x).named("y"), z = tanh(x).named("z");
    Planned planned({y, z});
    REQUIRE(planned.body(0).size() == 1);
    planned.layout("z").offset = planned.layout("y").offset + 1;
    CHECK(planned.refusal() ==
          "compile: a value of the program is written where another entry of the same pass is\n"
          "  value is z [4 x 1]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes y [4 x 1]\n"
          "  it computes z [4 x 1]");
    planned.layout("z").offset = planned.layout("x").offset + 1;
    CHECK(planned.refusal() ==
          "compile: a value of the program is overwritten by the instruction that reads it\n"
          "  value is x [4 x 1]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes y [4 x 1]\n"
          "  it computes z [4 x 1]");
    planned.layout("z").offset = planned.layout("x").offset;
    CHECK(planned.refusal() ==
          "compile: a value of the program was overwritten before it was read\n"
          "  value is x [4 x 1]\n"
          "  it is needed at the end of the run\n"
          "  in its place stands z [4 x 1]");
}

TEST_CASE("verify plan: outputs and what was bound stay until the end") {
    Outer outer;
    Planned planned({outer.r, outer.y});
    planned.layout("r").offset = planned.layout("x").offset;
    CHECK(planned.refusal() ==
          "compile: a value of the program is overwritten by the instruction that reads it\n"
          "  value is x [4 x 4]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes r [4 x 1]");
    Planned other({outer.r, outer.y});
    other.layout("y").offset = other.layout("x").offset;
    CHECK(other.refusal() ==
          "compile: a value of the program was overwritten before it was read\n"
          "  value is x [4 x 4]\n"
          "  it is needed at the end of the run\n"
          "  in its place stands y [4 x 4]");
}

TEST_CASE("verify plan: places lie in the memory") {
    Outer outer;
    Planned planned({outer.y});
    planned.layout("y").offset = planned.plan.numbers - 15;
    CHECK(planned.refusal() ==
          "compile: a value of the program stands beyond the memory\n"
          "  value is y [4 x 4]\n"
          "  instruction is number 2 of loop 0 in round 0\n"
          "  it computes y [4 x 4]");
}

TEST_CASE("verify plan: the parts of a stack stand below each other") {
    Gates gates;
    Planned planned({gates.last});
    planned.layout("b").offset += 1;
    CHECK(planned.refusal() ==
          "compile: a value of the program does not stand where its matrix has it\n"
          "  value is a[0] [2 x 3]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes b[0] [2 x 3]\n"
          "  it computes a[0] [2 x 3]");
}

TEST_CASE("verify plan: a pack stays while it is read") {
    Gates gates;
    {
        Planned planned({gates.last});
        planned.plan.packs.at(0) = planned.layout("a").offset;
        CHECK(planned.refusal() ==
              "compile: a value of the program was overwritten before it was read\n"
              "  value is h[0] [2 x 3]\n"
              "  instruction is number 0 of loop 2 in round 0\n"
              "  it computes b[1] [2 x 3]\n"
              "  it computes a[1] [2 x 3]\n"
              "  in its place stands pack 0");
    }
}

TEST_CASE("verify plan: what is seen as other matrices stands without gaps") {
    Outer outer;
    Planned planned({outer.y});
    planned.layout("x").leading = 5;
    CHECK(planned.refusal() ==
          "compile: a value of the program must stand without gaps\n"
          "  value is x [4 x 4]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes r [4 x 1]");
    Planned output({reshape(outer.y, 2, 8)});
    output.layout("y").leading = 5;
    output.plan.numbers += 4;
    CHECK(output.refusal() ==
          "compile: a value of the program must stand without gaps\n"
          "  value is y [4 x 4]\n"
          "  it is needed at the end of the run");
}
