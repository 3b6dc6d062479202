#include <revolute/graph/program/detail/verify_when.hpp>

#include <cstddef>
#include <cstdlib>

namespace revolute::detail {

namespace {

/// Numbers, read and written, that are verified in a quarter of a millisecond: half the time of
/// rolling a small net.
constexpr std::size_t most_verified_numbers = 1 << 14;

}  // namespace

bool is_all_verified() {
    static const bool is_set = std::getenv("REVOLUTE_VERIFY_PLANS") != nullptr;
    return is_set;
}

bool is_to_be_verified(const Rolled& rolled, const Code& code) {
    if (is_all_verified()) return true;
    double numbers = 0;  // which would not fit, perhaps
    for (const Loop& loop : code.loops)
        for (const Instruction& instruction : loop.body) {
            const auto count = [&](const MemberRange& site) {
                numbers += static_cast<double>(rolled[site.part].shape.size()) * site.members *
                           static_cast<double>(loop.rounds);
            };
            for_each_read(instruction, count);
            for_each_result_in_stack(instruction, count);
        }
    for (const Part& part : rolled.parts)
        numbers += static_cast<double>(part.shape.size()) * static_cast<double>(part.size());
    return numbers <= static_cast<double>(most_verified_numbers);
}

}  // namespace revolute::detail
