// Equations of all kinds of nets: each on one line of a hundred characters, and right.

#include <support/equation_nets.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace revolute;

namespace {

/// All that `derive` can be asked for, up to two layers; batches of one and of three take turns.
std::vector<test::NetKind> all_nets() {
    std::vector<test::NetKind> nets;
    for (Architecture architecture : test::architectures())
        for (const bool answers_every_step : {false, true})
            for (const LossKind loss : {LossKind::mse, LossKind::cross_entropy})
                for (const InitialState initial :
                     {InitialState::zero, InitialState::given, InitialState::trainable}) {
                    architecture.loss = loss;
                    architecture.initial = initial;
                    const int batch = nets.size() % 2 == 0 ? 1 : 3;
                    nets.push_back({architecture, answers_every_step, batch, 2});
                }
    return nets;
}

}  // namespace

TEST_CASE("equations: every net's are on one line each and give its loss and gradients") {
    for (const test::NetKind& net : all_nets()) test::check_net(net);
}

TEST_CASE("equations: of nets of all sizes from one to three, names are apart and numbers right") {
    int turn = 0;
    for (const CellKind cell : cell_kinds())
        for (int number = 0; number < 243; ++number) {
            int left = number;
            const auto size = [&left] {
                const int one = 1 + left % 3;
                left /= 3;
                return one;
            };
            Sizes sizes;
            for (int* some :
                 {&sizes.steps, &sizes.input, &sizes.hidden, &sizes.output, &sizes.batch})
                *some = size();
            test::check_sizes(cell, sizes, static_cast<InitialState>(turn++ % 3));
        }
}
