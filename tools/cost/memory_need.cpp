#include <revolute/graph/values/bytes_in_words.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/cost/memory_need.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace revolute {

namespace {

/// Folding builds no more steps than these, but where steps are not alike.
constexpr int most_rolled_steps = 9;

constexpr std::array<SizeOption, 6> of_net{
    {{"--steps", [](SizedNet& net) -> int& { return net.sizes.steps; }},
     {"--layers", [](SizedNet& net) -> int& { return net.architecture.layers; }},
     {"--hidden", [](SizedNet& net) -> int& { return net.sizes.hidden; }},
     {"--input", [](SizedNet& net) -> int& { return net.sizes.input; }},
     {"--output", [](SizedNet& net) -> int& { return net.sizes.output; }},
     {"--batch", [](SizedNet& net) -> int& { return net.sizes.batch; }}}};
constexpr std::array<SizeOption, 3> of_window{{{"--window", of_net[0].size}, of_net[1], of_net[2]}};

/// What does not fit into 64 bits is more than there is, whatever it is.
std::string words_of(double bytes) {
    return bytes_in_words(static_cast<std::size_t>(std::min(bytes, 1e18)));
}

/// With two digits, since the need is an estimate.
int rounded_down(int size) {
    int unit = 1;
    while (size / unit >= 100) unit *= 10;
    return size / unit * unit;
}

/// The largest size below its present one with which the net fits; 0 when there is none.
int fitting_size(SizedNet net, const MemoryLaw& law, const SizeOption& option, double available) {
    int& size = option.size(net);
    int fits = 0, fails = size;
    while (fails - fits > 1) {
        size = fits + (fails - fits) / 2;
        (memory_need(net, law).bytes <= available ? fits : fails) = size;
    }
    return rounded_down(fits);
}

std::string refusal(std::string_view command, const MemoryNeed& need, std::size_t available) {
    return fmt::format(
        "{}: the net must fit into the memory that there is (its {:.0f} parameters and {:.0f} "
        "nodes take about {}, of {})",
        command, need.parameters, need.nodes, words_of(need.bytes), bytes_in_words(available));
}

}  // namespace

MemoryLaw memory_of_figure(const FigureKind& kind) {
    const double of_node = kind.has_backward_pass ? (kind.is_rendered ? 18'000 : 4'000)
                                                  : (kind.is_rendered ? 6'300 : 1'400);
    // A folded figure has the nodes of a step or two, of nine that are built.
    constexpr double of_rolling = 500, part_drawn = 1.0 / 8;
    return {.bytes_a_node = kind.is_of_few_steps ? of_rolling + part_drawn * of_node : of_node,
            .is_of_few_steps = kind.is_of_few_steps};
}

int built_steps(int steps, const MemoryLaw& law) {
    return law.is_of_few_steps ? std::min(steps, most_rolled_steps) : steps;
}

MemoryNeed memory_need(const SizedNet& net, const MemoryLaw& law) {
    SizedNet built = net;
    built.sizes.steps = built_steps(net.sizes.steps, law);
    return memory_need(net_size(built), law);
}

MemoryNeed memory_need(const NetSize& size, const MemoryLaw& law) {
    return {size.nodes, size.parameter_entries,
            law.bytes_a_node * size.nodes +
                sizeof(double) *
                    (law.of_parameters * size.parameter_entries +
                     law.of_largest * size.largest_parameter + law.of_values * size.entries)};
}

std::span<const SizeOption> net_size_options() { return of_net; }
std::span<const SizeOption> window_size_options() { return of_window; }

void require_memory(std::string_view command, const NetSize& size, const MemoryLaw& law,
                    std::size_t available) {
    const MemoryNeed need = memory_need(size, law);
    if (need.bytes > static_cast<double>(available))
        throw CapacityError(refusal(command, need, available));
}

void require_memory(std::string_view command, const SizedNet& net, const MemoryLaw& law,
                    std::span<const SizeOption> options, std::size_t available) {
    const MemoryNeed need = memory_need(net, law);
    const auto most = static_cast<double>(available);
    if (need.bytes <= most) return;
    std::vector<std::string> smaller;
    for (const SizeOption& option : options)
        if (const int size = fitting_size(net, law, option, most); size > 0)
            smaller.push_back(fmt::format("{} {}", option.name, size));
    throw CapacityError(fmt::format(
        "{}\n  {}", refusal(command, need, available),
        smaller.empty() ? "it fits with smaller sizes only"
                        : fmt::format("it fits with {}", fmt::join(smaller, ", or with "))));
}

}  // namespace revolute
