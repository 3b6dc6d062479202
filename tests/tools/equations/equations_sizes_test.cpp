// Equations of small nets, where values are equal that are different at any other size.

#include <support/bindings.hpp>
#include <support/equation_nets.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>

namespace revolute {

TEST_CASE("equations: nets whose sizes are one or two name forward values and adjoints apart") {
    int turn = 0;
    for (const CellKind cell : cell_kinds())
        for (int bits = 0; bits < 32; ++bits) {
            if (!test::is_taken(turn++)) continue;
            const auto size = [bits](int place) { return 1 + (bits >> place & 1); };
            const Sizes sizes{.steps = size(0),
                              .input = size(1),
                              .hidden = size(2),
                              .output = size(3),
                              .batch = size(4)};
            test::check_sizes(cell, sizes, static_cast<InitialState>(turn % 3));
        }
}

}  // namespace revolute
