#include <revolute/graph/program/detail/passes/passes.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

namespace revolute::detail {

namespace {

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

/// Where a part was last written.
struct Write {
    struct OfRound {
        std::size_t loop = nowhere;
        MemberRange site;
    };
    std::size_t loop = nowhere;
    std::size_t instruction = nowhere;
    MemberRange site;
    OfRound
        of_round{};  ///< the last in a round of the loop that is being read, if it writes the part
    bool is_of_several = false;  ///< whether any call writes more than one member

    void set(std::size_t in_loop, std::size_t number, const MemberRange& written) {
        loop = in_loop;
        instruction = number;
        site = written;
        is_of_several |= written.members > 1;
    }
};

/// What the reads of a part allow. Where each reads the member that was written last, be it in the
/// round before or before the loop, there is room for one member only; if it was in the same call,
/// for none.
class Residences {
 public:
    explicit Residences(std::size_t parts) : writes_(parts), found_(parts, Residence::block) {}

    void see(const std::vector<Loop>& loops) {
        loops_ = loops;
        for (std::size_t i = 0; i < loops.size(); ++i) {
            for (const Instruction& instruction : loops[i].body)
                for_each_result_in_stack(instruction, [&](const MemberRange& site) {
                    writes_[index(site.part)].of_round = {i, site};
                });
            for (std::size_t j = 0; j < loops[i].body.size(); ++j) see(i, j, loops[i].body[j]);
        }
    }

    void keep(PartId part) { keep(part, Residence::slab); }

    std::vector<Residence> found() && {
        for (std::size_t i = 0; i < found_.size(); ++i)
            if (writes_[i].is_of_several && found_[i] == Residence::round)
                found_[i] = Residence::slab;
        return std::move(found_);
    }

 private:
    void see(std::size_t loop, std::size_t number, const Instruction& instruction) {
        if (const auto* const call = std::get_if<EntrywiseCall>(&instruction)) {
            for (const EntrywiseStep& step : call->steps) {
                for (const MemberRange& operand : step.operands) read(loop, number, operand);
                writes_[index(step.result.part)].set(loop, number, step.result);
            }
            return;
        }
        // Other instructions read and write memory; what they write is read by others, if at all.
        for_each_read_in_stack(instruction,
                               [&](const MemberRange& site) { read(loop, nowhere, site); });
        for_each_result_in_stack(instruction, [&](const MemberRange& site) {
            writes_[index(site.part)].set(loop, number, site);
        });
        keep_apart(instruction);
    }

    /// What does not go entry by entry may write before it has read all, so one place is too few
    /// for a member that is made of the one before. A sum is added to in its place.
    void keep_apart(const Instruction& instruction) {
        for_each_read_in_stack(instruction, [&](const MemberRange& read) {
            for_each_result_in_stack(instruction, [&](const MemberRange& written) {
                if (written.part == read.part && written != read) keep(read.part);
            });
        });
    }

    void read(std::size_t loop, std::size_t number, const MemberRange& site) {
        const Write& write = writes_[index(site.part)];
        const bool is_last = write.loop == loop ? write.site == site : is_left_over(loop, site);
        if (!is_last) return keep(site.part);
        if (write.loop != loop || write.instruction != number) keep(site.part, Residence::round);
    }

    /// Whether what the site reads, in each round before the loop writes the part, was written
    /// last.
    bool is_left_over(std::size_t loop, const MemberRange& site) const {
        const Write& write = writes_[index(site.part)];
        if (write.loop == nowhere || site.members != 1 || write.site.members != 1) return false;
        const auto rounds = static_cast<std::int32_t>(loops_[write.loop].rounds);
        if (site.step != write.site.step + write.site.move * (rounds - 1)) return false;
        if (loops_[loop].rounds == 1) return true;
        if (write.of_round.loop != loop) return site.move == 0;
        const MemberRange& next = write.of_round.site;
        return site.move == next.move && site.step == next.step - next.move && next.members == 1;
    }

    void keep(PartId part, Residence at_least) {
        found_[index(part)] = std::min(found_[index(part)], at_least);
    }

    std::span<const Loop> loops_;
    std::vector<Write> writes_;
    std::vector<Residence> found_;
};

}  // namespace

void find_residences(const Rolled& rolled, const Reads& reads, Code& code) {
    Residences residences(rolled.parts.size());
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        if (reads.standing(PartId{i}) != Standing::computed) residences.keep(PartId{i});
    for (const Member& output : rolled.outputs)
        for (const Read& read : reads.view(output.part)) residences.keep(read.target);
    residences.see(code.loops);
    code.residence = std::move(residences).found();
    // What stands in one stack stands there for the same time.
    for (const std::vector<PartId>& stack : code.stacks) {
        Residence least = Residence::block;
        for (const PartId part : stack) least = std::min(least, code.residence[index(part)]);
        for (const PartId part : stack) code.residence[index(part)] = least;
    }
    PassReport report{"keep", "values kept for all steps", 0, 0};
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        if (reads.standing(PartId{i}) != Standing::computed) continue;
        ++report.before;
        if (code.residence[i] == Residence::slab) ++report.after;
    }
    code.passes.push_back(report);
}

}  // namespace revolute::detail
