// What docs/compiler.md shows: the code of a net and its gradients, as each pass of the compiler
// leaves it.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/lowering/lower.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>
#include <revolute/graph/program/detail/passes/verify_code.hpp>
#include <revolute/graph/program/detail/print_code.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>

#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace revolute;

namespace {

constexpr int steps = 6;

/// A loss at the last step, and its gradients.
std::vector<Expr> recurrent_net(Graph& graph) {
    const Expr W = graph.parameter("W", {3, 2}), U = graph.parameter("U", {3, 3});
    Expr h = graph.parameter("h_0", {3, 4});
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr from_x = W * graph.input("x", {2, 4}), from_h = U * h;
        h = tanh((from_x + from_h).named("a")).named("h");
    }
    const Expr loss = sum(square(h)).named("L");
    return differentiate(loss, {W, U}).loss_and_gradients();
}

/// Two sums over steps of products whose left factors are transposed.
std::vector<Expr> sums_over_steps(Graph& graph) {
    std::vector<Expr> p, q;
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr x = graph.input("x", {4, 3});
        const Expr y = graph.input("y", {4, 2}), z = graph.input("z", {4, 2});
        p.push_back(transpose(x) * y);
        q.push_back(transpose(x) * z);
    }
    return {accumulate(p).named("P"), accumulate(q).named("Q")};
}

/// Two products of h(t-1) in each step.
std::vector<Expr> net_with_gate(Graph& graph) {
    const Expr A = graph.parameter("A", {3, 3}), B = graph.parameter("B", {3, 3});
    Expr h = graph.parameter("h_0", {3, 4});
    for (int t = 0; t < steps; ++t) {
        const Scope scope(graph, Step{0, t});
        const Expr a = (A * h).named("a"), b = (B * h).named("b");
        h = hadamard(sigmoid(a), b).named("h");
    }
    return {h};
}

/// "h%3", as in listings.
std::string named(const Rolled& rolled, PartId part) {
    const Part& found = rolled[part];
    return (found.names.empty() ? "" : found.names.front().name) + "%" +
           std::to_string(index(part));
}

void print_residences(const Rolled& rolled, const detail::Reads& reads, const detail::Code& code) {
    const auto print = [&](std::string_view where, detail::Residence residence) {
        std::cout << where;
        for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
            if (reads.standing(PartId{i}) == detail::Standing::computed &&
                code.residence[i] == residence)
                std::cout << ' ' << named(rolled, PartId{i});
        std::cout << '\n';
    };
    print("all steps in memory:", detail::Residence::slab);
    print("one place in memory:", detail::Residence::round);
    print("in no memory:", detail::Residence::block);
}

/// Lowers the outputs and runs all passes, with the code after each that changes it.
void print_passes(const std::vector<Expr>& outputs) {
    const Rolled rolled = spelled_out(roll(outputs));
    const detail::Reads reads(rolled);
    detail::Code code;
    code.loops = detail::lower(rolled, reads);
    code.residence.resize(rolled.parts.size());
    std::string text = detail::to_text(rolled, code);
    std::cout << "lowered:\n" << text;
    for (const detail::PassRow& pass : detail::passes()) {
        pass.run(rolled, reads, code);
        detail::verify_code(rolled, reads, code, pass.name);
        const std::string before = std::exchange(text, detail::to_text(rolled, code));
        std::cout << '\n' << pass.name << (text == before ? ": the same\n" : ":\n");
        if (text != before) std::cout << text;
        if (pass.pass == Pass::keep) print_residences(rolled, reads, code);
    }
    std::cout << '\n';
}

void print_table() {
    for (const detail::PassRow& pass : detail::passes())
        std::cout << pass.name << "\n  needs: " << pass.needs
                  << "\n  guarantees: " << pass.guarantees << '\n';
    std::cout << '\n';
}

}  // namespace

int main() {
    print_table();
    Graph net, simple;
    print_passes(simplify(recurrent_net(net), simple, simplification_rules()).outputs);
    Graph sums;
    print_passes(sums_over_steps(sums));
    Graph gate;
    print_passes(net_with_gate(gate));
}
