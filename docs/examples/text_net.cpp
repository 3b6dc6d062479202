// Nets as texts: docs/language.md and docs/verify.md.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/tools/language/known_nets.hpp>
#include <revolute/tools/language/net_text.hpp>
#include <revolute/tools/verification/derivation_check.hpp>

#include <iostream>
#include <string>

namespace {

using namespace revolute;

NetText minimal_gated_unit() {
    return read_net(R"(
x: 4   h: 16   y: 1
f(t) = sigmoid(W_f x(t) + U_f h(t-1) + b_f)
n(t) = tanh(W_n x(t) + U_n (f(t) o h(t-1)) + b_n)
h(t) = (1 - f(t)) o h(t-1) + f(t) o n(t)
y    = V h(T) + c
L    = 1/2 mean |y - Y|^2
)",
                    "mgu");
}

void build_and_differentiate() {
    Graph graph;
    const TextNet net = minimal_gated_unit().build(graph, {.steps = 3, .columns = 2});
    const Derivative d = differentiate(net.loss, net.variables());
    for (const auto& [name, parameter] : net.trained)
        std::cout << name << ' ' << to_string(parameter.shape()) << '\n';
    std::cout << net.inputs.front().name << " has " << net.inputs.front().values.size()
              << " steps\n";
    std::cout << d.gradients().size() << " gradients\n";
}

bool is_homework_right() {
    const NetText net = read_net(known_net("elman")->text, "elman");
    const DerivationCheck check = check_derivation(net, R"(
dy = y - Y
dh(t) = U' dz(t+1)
dz(t) = dh(t) o (1 - h(t))
dW = sum(t=0..T) dz(t) x(t)
dU = sum(t=0..T) dz(t) h(t)'
db = -sum(t=0..T) dz(t)
dV = dy h(T)'
)");
    std::cout << to_text(check);
    return check.passes();
}

}  // namespace

int main() {
    build_and_differentiate();
    if (is_homework_right()) std::cout << "all of it is right\n";
}
