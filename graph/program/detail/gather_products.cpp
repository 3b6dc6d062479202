#include <revolute/graph/program/detail/passes.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

/// Where instructions of the loops read so far stand that concern a part: numbers of loops, from 1.
struct Use {
    std::size_t written = 0;
    std::size_t touched = 0;
};

/// The first loop in which an instruction could stand at the end, after all that it depends on.
std::size_t earliest(const Instruction& instruction, const std::vector<Use>& uses) {
    std::size_t earliest = 1;
    for_each_read(instruction, [&](const MemberRange& site) {
        earliest = std::max(earliest, uses[index(site.part)].written);
    });
    for_each_result(instruction, [&](const MemberRange& site) {
        earliest = std::max(earliest, uses[index(site.part)].touched);
    });
    return earliest - 1;
}

void note(const Instruction& instruction, std::size_t loop, std::vector<Use>& uses) {
    for_each_read(instruction, [&](const MemberRange& site) {
        Use& use = uses[index(site.part)];
        use.touched = std::max(use.touched, loop + 1);
    });
    for_each_result(instruction, [&](const MemberRange& site) {
        Use& use = uses[index(site.part)];
        use.touched = use.written = std::max(use.touched, loop + 1);
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
    std::vector<Use> uses(rolled.parts.size());
    std::vector<std::size_t> straight;  // loops of one round, ascending
    for (std::size_t i = 0; i < code.loops.size(); ++i) {
        Loop& loop = code.loops[i];
        const bool is_straight = loop.rounds == 1;
        std::vector<bool> gone(loop.body.size());
        for (std::size_t j = 0; j < loop.body.size(); ++j) {
            Instruction& instruction = loop.body[j];
            std::size_t place = i;
            if (is_straight && std::holds_alternative<ProductCall>(instruction)) {
                const auto found = std::ranges::lower_bound(straight, earliest(instruction, uses));
                if (found != straight.end()) place = *found;
            }
            note(instruction, place, uses);
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
