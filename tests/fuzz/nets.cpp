// libFuzzer's target of nets: any bytes say a net of any cell, with one step at least, whose loss
// and gradients are computed, simplified, rolled, printed and drawn. Every exception, and every
// report of a sanitizer, is a defect.

#include "fuzz/net.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    revolute::test::check_drawn_net(std::span(data, size));
    return 0;
}
