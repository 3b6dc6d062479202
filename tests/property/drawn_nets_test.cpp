// Nets that random bytes say, as the fuzz target of nets draws them.

#include "fuzz/net.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

using namespace revolute;

TEST_CASE("drawn nets: of any cell and of one step too, are computed alike in every way") {
    const char* const wanted = std::getenv("REVOLUTE_DRAWN_NETS");
    const int count = wanted != nullptr ? std::atoi(wanted) : 60;
    std::mt19937 random(1);
    for (int i = 0; i < count; ++i) {
        std::vector<std::uint8_t> bytes;
        for (int k = 0; k < 48; ++k) bytes.push_back(static_cast<std::uint8_t>(random() % 256));
        CAPTURE(i);
        CHECK_NOTHROW(test::check_drawn_net(bytes));
    }
}
