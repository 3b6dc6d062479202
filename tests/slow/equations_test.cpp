// Equations of all kinds of nets: each on one line of a hundred characters, and right.

#include <support/equation_nets.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace revolute;

namespace {

/// Of one cell, all that `derive` can be asked for, up to two layers.
std::vector<test::NetKind> all_nets(CellKind cell) {
    std::vector<test::NetKind> nets;
    for (const int layers : {1, 2})
        for (const bool is_bidirectional : {false, true})
            for (const bool answers_every_step : {false, true})
                for (const LossKind loss : {LossKind::mse, LossKind::cross_entropy})
                    for (const InitialState initial :
                         {InitialState::zero, InitialState::given, InitialState::trainable})
                        for (const int batch : {1, 3})
                            nets.push_back({.architecture = {.cell = cell,
                                                             .layers = layers,
                                                             .is_bidirectional = is_bidirectional,
                                                             .initial = initial,
                                                             .loss = loss},
                                            .answers_every_step = answers_every_step,
                                            .batch = batch,
                                            .output = 2});
    return nets;
}

}  // namespace

TEST_CASE("equations: every net's are on one line each and give its loss and gradients") {
    for (const CellKind cell : cell_kinds())
        for (const test::NetKind& net : all_nets(cell)) test::check_net(net);
}
