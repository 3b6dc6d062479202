// libFuzzer's target: any text is a net or is refused with an Error, and one that is read can be
// built of a few steps or is refused too; so is any text as a derivation of a small net. Every
// other exception, and every report of a sanitizer, is a defect.

#include <revolute/graph/values/error.hpp>
#include <revolute/tools/language/known_nets.hpp>
#include <revolute/tools/language/net_text.hpp>
#include <revolute/tools/verification/derivation_check.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace revolute;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const NetText elman = read_net(known_net("elman")->text);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const NetText net = read_net(text);
        Graph graph(Sharing::on, 1'000'000);
        const int steps = net.steps().value_or(3);
        if (steps <= 100) net.build(graph, {.steps = steps, .columns = 2, .other_steps = {{1, 2}}});
    } catch (const Error&) {
    }
    try {
        check_derivation(elman, text, "derivation", {.sizes = {.steps = 2}, .draws = 1});
    } catch (const Error&) {
    }
    return 0;
}
