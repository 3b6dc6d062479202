#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace revolute::detail {

/// A site in one round: members at steps t, t + 1, ...
struct SiteMembers {
    PartId part{};
    std::int32_t t = 0;
    std::int32_t count = 1;

    Member at(std::int32_t number) const { return {part, t + number}; }
    bool overlap(const SiteMembers& other) const {
        return part == other.part && t < other.t + other.count && other.t < t + count;
    }
    friend constexpr bool operator==(const SiteMembers&, const SiteMembers&) = default;
};

/// All instructions as they are carried out, round by round. Errors name the place that was
/// reached.
class RunInThought {
 public:
    RunInThought(const Rolled& rolled, const Code& code) : rolled_(rolled), code_(code) {}

    /// Calls `carry_out` with each instruction, as often as a run carries it out.
    template <class CarryOut>
    void begin(const CarryOut& carry_out) {
        for (loop_ = 0; loop_ < code_.loops.size(); ++loop_)
            for (round_ = 0; round_ < code_.loops[loop_].rounds; ++round_)
                for (instruction_ = 0; instruction_ < code_.loops[loop_].body.size();
                     ++instruction_)
                    carry_out(code_.loops[loop_].body[instruction_]);
    }
    /// From now on errors say this in place of an instruction.
    void end(std::string_view what_follows) { what_follows_ = what_follows; }

    /// What the site is in this round.
    SiteMembers now(const MemberRange& site) const {
        return {site.part, site.step + site.move * static_cast<std::int32_t>(round_), site.members};
    }

    /// Throws InternalError: what is wrong with a value, where, and lines that the caller knows.
    [[noreturn]] void fail(std::string_view what, std::optional<Member> value,
                           std::string_view lines = {}) const;

 private:
    static constexpr auto before_all = static_cast<std::size_t>(-1);

    const Rolled& rolled_;
    const Code& code_;
    std::size_t loop_ = before_all, round_ = 0, instruction_ = 0;
    std::string_view what_follows_;
};

}  // namespace revolute::detail
