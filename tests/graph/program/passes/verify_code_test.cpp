// Code that is broken by hand: verification names the value, the instruction and what made it.

#include <revolute/graph/graph.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/ops/ops.hpp>
#include <support/message.hpp>
#include <support/pass_code.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace revolute;
using namespace revolute::detail;
using test::PassCode;

namespace {

constexpr Shape shape{2, 2};

std::string refusal(const PassCode& code) {
    return test::message_of<InternalError>([&] { code.verify(); });
}

std::vector<Instruction>& body(PassCode& code, std::size_t loop = 0) {
    return code.code.loops.at(loop).body;
}

/// h(t) = tanh(x(t) + U h(t-1)), whose last state is read.
struct Recurrence {
    Recurrence() {
        Expr h = graph.parameter("s", shape);
        for (int t = 0; t < 4; ++t) {
            const Scope scope(graph, Step{0, t});
            const Expr x = graph.input("x", shape);
            const Expr product = U * h;
            const Expr z = accumulate(std::vector{x, product}).named("z");
            h = tanh(z).named("h");
        }
        output = exp(h).named("y");
    }
    Graph graph;
    Expr U = graph.parameter("U", shape);
    Expr output;
};

/// p = A x, q = B x, y = exp p, z = exp q
struct Products {
    Graph graph;
    Expr A = graph.parameter("A", shape), B = graph.parameter("B", shape);
    Expr x = graph.parameter("x", shape);
    Expr p = (A * x).named("p"), q = (B * x).named("q");
    Expr y = exp(p).named("y"), z = exp(q).named("z");
};

}  // namespace

TEST_CASE("verify code: a value is read after it was computed") {
    Products net;
    PassCode code({net.y, net.z});
    std::ranges::reverse(body(code));
    CHECK(refusal(code) ==
          "compile: a value of the program is read before it is computed\n"
          "  value is q [2 x 2]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes z [2 x 2]");
    PassCode without({net.y, net.z});
    body(without).pop_back();
    CHECK(refusal(without) ==
          "compile: a value of the program is read before it is computed\n"
          "  value is z [2 x 2]\n"
          "  it is needed at the end of the run");
}

TEST_CASE("verify code: a value is computed once") {
    Products net;
    PassCode code({net.y, net.z});
    body(code).push_back(body(code).front());
    CHECK(refusal(code) ==
          "compile: a value of the program is computed twice\n"
          "  value is p [2 x 2]\n"
          "  instruction is number 4 of loop 0 in round 0\n"
          "  it computes p [2 x 2]");
    CHECK(test::message_of<InternalError>(
              [&] { verify_code(code.rolled, code.reads, code.code, "a pass"); }) ==
          "compile: a value of the program is computed twice\n"
          "  value is p [2 x 2]\n"
          "  instruction is number 4 of loop 0 in round 0\n"
          "  it computes p [2 x 2]\n"
          "  code is as a pass made it");
}

TEST_CASE("verify code: nothing is added to a value that was read") {
    Recurrence net;
    PassCode code({net.output});
    std::vector<Instruction>& loop = body(code, 1);
    REQUIRE(loop.size() == 2);
    std::swap(loop[0], loop[1]);
    CHECK(refusal(code) ==
          "compile: a value of the program is added to after it was read\n"
          "  value is z[1] [2 x 2]\n"
          "  instruction is number 1 of loop 1 in round 0\n"
          "  it computes z[1] [2 x 2]");
}

TEST_CASE("verify code: each summand is added, once") {
    Recurrence net;
    PassCode lost({net.output});
    body(lost, 1).erase(body(lost, 1).begin());
    CHECK(refusal(lost) ==
          "compile: a value of the program is not made of what the graph makes it of\n"
          "  value is z[1] [2 x 2]\n"
          "  all instructions have been carried out");
    PassCode twice({net.output});
    body(twice, 1).insert(body(twice, 1).begin(), body(twice, 1).front());
    CHECK(refusal(twice) ==
          "compile: a value of the program is not made of what the graph makes it of\n"
          "  value is z[1] [2 x 2]\n"
          "  all instructions have been carried out");
}

TEST_CASE("verify code: operands are those of the graph") {
    Products net;
    PassCode code({net.y, net.z});
    std::get<ProductCall>(body(code)[0]).left.part = code.part("B");
    CHECK(refusal(code) ==
          "compile: a value of the program is not made of what the graph makes it of\n"
          "  value is p [2 x 2]\n"
          "  all instructions have been carried out");
    PassCode turned({net.y, net.z});
    std::get<ProductCall>(body(turned)[0]).left_is_transposed = true;
    CHECK(refusal(turned) ==
          "compile: a value of the program is not made of what the graph makes it of\n"
          "  value is p [2 x 2]\n"
          "  all instructions have been carried out");
}

TEST_CASE("verify code: what is read is a member") {
    Recurrence net;
    PassCode code({net.output});
    std::get<EntrywiseCall>(body(code, 1).at(1)).steps[0].operands[0].step = 3;
    CHECK(refusal(code) ==
          "compile: a value of the program has no member at step 4\n"
          "  value is z[0] [2 x 2]\n"
          "  instruction is number 1 of loop 1 in round 1\n"
          "  it computes h[2] [2 x 2]");
}

TEST_CASE("verify code: leaves are not computed") {
    Products net;
    PassCode code({net.y, net.z});
    std::get<ProductCall>(body(code)[0]).result.part = code.part("A");
    std::get<ProductCall>(body(code)[0]).left.part = code.part("B");
    CHECK(refusal(code) ==
          "compile: a value of the program is computed, which is there without\n"
          "  value is A [2 x 2]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes A [2 x 2]");
}

TEST_CASE("verify code: an operator computes its own part") {
    Products net;
    PassCode code({net.y, net.z});
    for (Instruction& instruction : body(code))
        if (auto* const call = std::get_if<EntrywiseCall>(&instruction)) {
            call->steps[0].part = code.part("y");
            call->steps[0].result.part = code.part("z");
        }
    CHECK(refusal(code) ==
          "compile: a value of the program is computed by the operator of another\n"
          "  value is z [2 x 2]\n"
          "  instruction is number 2 of loop 0 in round 0\n"
          "  it computes z [2 x 2]");
}

TEST_CASE("verify code: factors, results and passes have the extents of what they are made of") {
    Products net;
    PassCode rows({net.y, net.z});
    std::get<ProductCall>(body(rows)[0]).rows = 3;
    CHECK(refusal(rows) ==
          "compile: a value of the program is no matrix of the shape in which it is seen\n"
          "  value is p [2 x 2]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes p [2 x 2]");
    PassCode stack({net.y, net.z});
    stack.run({Pass::merge});
    std::get<ProductCall>(body(stack)[0]).left_is_transposed = true;
    CHECK(refusal(stack) ==
          "compile: a value of the program is no matrix that the product's factors make\n"
          "  value is p [2 x 2]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes p [2 x 2]\n"
          "  it computes q [2 x 2]");
    PassCode members({net.y, net.z});
    members.run({Pass::fuse});
    std::get<EntrywiseCall>(body(members).back()).members = 2;
    CHECK(refusal(members) ==
          "compile: a value of the program has another extent than its call\n"
          "  value is y [2 x 2]\n"
          "  instruction is number 2 of loop 0 in round 0\n"
          "  it computes y [2 x 2]\n"
          "  it computes z [2 x 2]");
    const Expr sums = row_sums(net.x).named("r");
    PassCode seen({sums});
    std::get<OperatorCall>(body(seen)[0]).operand_shapes[0] = {3, 2};
    CHECK(refusal(seen) ==
          "compile: a value of the program is no matrix of the shape in which it is seen\n"
          "  value is x [2 x 2]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes r [2 x 1]");
}

TEST_CASE("verify code: no instruction but a sum writes what it reads") {
    Products net;
    PassCode code({net.y, net.z});
    std::get<ProductCall>(body(code)[1]).result.part = code.part("x");
    CHECK(refusal(code) ==
          "compile: a value of the program is overwritten by the instruction that reads it\n"
          "  value is x [2 x 2]\n"
          "  instruction is number 1 of loop 0 in round 0\n"
          "  it computes x [2 x 2]");
}

TEST_CASE("verify code: a value in a block is read by its own pass") {
    Products net;
    PassCode code({net.y, net.z});
    code.code.residence[index(code.part("p"))] = Residence::block;
    CHECK(refusal(code) ==
          "compile: a value of the program is read from memory, where it never stands\n"
          "  value is p [2 x 2]\n"
          "  instruction is number 2 of loop 0 in round 0\n"
          "  it computes y [2 x 2]");
}

TEST_CASE("verify code: of a part with one place the last member is read") {
    Recurrence net;
    PassCode code({net.output});
    code.code.residence[index(code.part("z"))] = Residence::round;
    CHECK(refusal(code) ==
          "compile: a value of the program is read when another has taken its place\n"
          "  value is z[1] [2 x 2]\n"
          "  instruction is number 0 of loop 1 in round 0\n"
          "  it computes z[1] [2 x 2]");
}

TEST_CASE("verify code: a pass over several members reads no other block that it writes") {
    Graph graph;
    std::vector<Expr> outputs;
    for (int t = 0; t < 4; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr a = tanh(graph.input("x", shape)).named("a");
        outputs.push_back(exp(a).named("b"));
    }
    PassCode code(outputs);
    code.run({Pass::fuse, Pass::keep});
    auto& steps = std::get<EntrywiseCall>(body(code)[0]).steps;
    REQUIRE(steps.size() == 2);
    steps[1].operands[0].members = 1;
    CHECK(refusal(code) ==
          "compile: a value of the program is not in the block in which it is read\n"
          "  value is a[0] [2 x 2]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes a[0] [2 x 2]\n"
          "  it computes b[0] [2 x 2]");
    code.code.residence[index(code.part("a"))] = Residence::slab;
    CHECK(
        refusal(code) ==
        "compile: a value of the program is read where another block of the same pass is written\n"
        "  value is a[0] [2 x 2]\n"
        "  instruction is number 0 of loop 0 in round 0\n"
        "  it computes a[0] [2 x 2]\n"
        "  it computes b[0] [2 x 2]");
}

TEST_CASE("verify code: a step of an expression computes what its operators would") {
    Graph graph;
    const Expr a = graph.parameter("a", shape), b = graph.parameter("b", shape);
    const Expr squared = square(b).named("squared");
    const Expr slope = (1.0 - squared).named("slope");
    PassCode code({hadamard(a, slope).named("y")});
    code.run({Pass::fuse, Pass::keep, Pass::combine});
    EntrywiseStep& step = std::get<EntrywiseCall>(body(code)[0]).steps.at(0);
    REQUIRE(step.operands.size() == 2);
    std::swap(step.operands[0], step.operands[1]);
    CHECK(refusal(code) ==
          "compile: a value of the program is not what its expression computes\n"
          "  value is y [2 x 2]\n"
          "  instruction is number 0 of loop 0 in round 0\n"
          "  it computes y [2 x 2]");
}

TEST_CASE("verify code: a pack is made of the factor for which it is read") {
    Recurrence net;
    PassCode none({net.output});
    none.run({Pass::pack});
    REQUIRE(none.code.packs == 1);
    const auto packing = std::ranges::find_if(none.code.loops, [](const Loop& loop) {
        return std::holds_alternative<PackCall>(loop.body.front());
    });
    REQUIRE(packing != none.code.loops.end());
    std::get<PackCall>(packing->body[0]).is_transposed = true;
    CHECK(refusal(none) ==
          "compile: a value of the program is not what was packed\n"
          "  value is U [2 x 2]\n"
          "  instruction is number 0 of loop 2 in round 0\n"
          "  it computes z[1] [2 x 2]");
    none.code.loops.erase(packing);
    CHECK(refusal(none) ==
          "compile: a value of the program is not what was packed\n"
          "  value is U [2 x 2]\n"
          "  instruction is number 0 of loop 1 in round 0\n"
          "  it computes z[1] [2 x 2]");
    none.code.packs = 0;
    CHECK(refusal(none) ==
          "compile: a value of the program is not what was packed\n"
          "  value is U [2 x 2]\n"
          "  instruction is number 0 of loop 1 in round 0\n"
          "  it computes z[1] [2 x 2]");
}
