#include <revolute/graph/program/detail/passes/passes.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

/// By part, the number, from 1, of the last loop with an instruction that writes it.
using LastWrites = std::vector<std::size_t>;

/// The first loop in which an instruction could stand at the end, after all that it reads: a sum
/// that it adds to, too. A member is written once, or is a sum that is read when it is complete, so
/// nothing else waits for it.
std::size_t earliest(const Instruction& instruction, const LastWrites& writes) {
    std::size_t earliest = 1;
    for_each_read(instruction, [&](const MemberRange& site) {
        earliest = std::max(earliest, writes[index(site.part)]);
    });
    return earliest - 1;
}

void note(const Instruction& instruction, std::size_t loop, LastWrites& writes) {
    for_each_result(instruction, [&](const MemberRange& site) {
        writes[index(site.part)] = std::max(writes[index(site.part)], loop + 1);
    });
}

}  // namespace

void gather_products(const Rolled& rolled, Code& code) {
    PassReport report{"gather", "parts of the code with products", 0, 0};
    const auto count = [&] {
        return static_cast<std::size_t>(std::ranges::count_if(code.loops, [](const Loop& loop) {
            return std::ranges::any_of(loop.body, [](const Instruction& instruction) {
                return std::holds_alternative<ProductCall>(instruction);
            });
        }));
    };
    report.before = count();
    LastWrites writes(rolled.parts.size());
    std::vector<std::size_t> straight;  // loops of one round, ascending
    for (std::size_t i = 0; i < code.loops.size(); ++i) {
        Loop& loop = code.loops[i];
        const bool is_straight = loop.rounds == 1;
        std::vector<bool> gone(loop.body.size());
        for (std::size_t j = 0; j < loop.body.size(); ++j) {
            Instruction& instruction = loop.body[j];
            std::size_t place = i;
            if (is_straight && std::holds_alternative<ProductCall>(instruction)) {
                const auto found =
                    std::ranges::lower_bound(straight, earliest(instruction, writes));
                if (found != straight.end()) place = *found;
            }
            note(instruction, place, writes);
            gone[j] = place != i;
            if (gone[j]) code.loops[place].body.push_back(std::move(instruction));
        }
        erase_marked(loop.body, gone);
        if (is_straight && !loop.body.empty()) straight.push_back(i);
    }
    std::erase_if(code.loops, [](const Loop& loop) { return loop.body.empty(); });
    report.after = count();
    code.passes.push_back(report);
}

}  // namespace revolute::detail
