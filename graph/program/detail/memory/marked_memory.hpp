#pragma once

#include <revolute/graph/program/detail/memory/memory.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace revolute::detail {

/// Numbers that follow each other in memory.
struct Stretch {
    std::size_t first = 0, size = 0;
};

/// An entry of what a call computes, counted from its first; none: no certain one.
constexpr std::uint32_t no_entry = std::numeric_limits<std::uint32_t>::max();

/// Marks in place of numbers: each write has its own.
class MarkedMemory {
 public:
    MarkedMemory(const Rolled& rolled, const MemoryPlan& plan)
        : rolled_(rolled),
          plan_(plan),
          marks_(plan.numbers),
          call_of_write_(plan.numbers),
          entry_of_write_(plan.numbers) {}

    /// Calls `visit` with each column of a member.
    template <class Visit>
    void for_each_column(Member member, const Visit& visit) const {
        const Layout& layout = plan_.layouts[index(member.part)];
        const Part& part = rolled_[member.part];
        const auto rows = static_cast<std::size_t>(part.shape.rows);
        std::size_t first = layout.offset + part.place_of(member.t) * layout.member_stride;
        for (int column = 0; column < part.shape.columns; ++column, first += layout.leading)
            visit(Stretch{first, rows});
    }

    bool contains(Stretch stretch) const { return stretch.first + stretch.size <= marks_.size(); }
    void mark(Stretch stretch, std::uint32_t mark) {
        std::fill_n(marks_.begin() + signed_of(stretch.first), stretch.size, mark);
    }
    /// A mark in the stretch that is another one.
    std::optional<std::uint32_t> other_than(std::uint32_t mark, Stretch stretch) const {
        for (std::size_t i = stretch.first; i < stretch.first + stretch.size; ++i)
            if (marks_[i] != mark) return marks_[i];
        return std::nullopt;
    }

    void begin_call() { ++call_; }
    /// Notes that the call writes the stretch, which begins at that entry of what it computes.
    /// Whether no other entry of the call is written there.
    bool note_write(Stretch stretch, std::uint32_t entry) {
        for (std::size_t i = stretch.first; i < stretch.first + stretch.size; ++i, ++entry) {
            if (call_of_write_[i] == call_ && entry_of_write_[i] != entry) return false;
            call_of_write_[i] = call_;
            entry_of_write_[i] = entry;
        }
        return true;
    }
    /// Whether the call writes nothing there but, if anything, the same entry.
    bool is_left_to(Stretch stretch, std::uint32_t entry) const {
        for (std::size_t i = stretch.first; i < stretch.first + stretch.size; ++i) {
            if (call_of_write_[i] == call_ && entry_of_write_[i] != entry) return false;
            if (entry != no_entry) ++entry;
        }
        return true;
    }

 private:
    static std::ptrdiff_t signed_of(std::size_t size) { return static_cast<std::ptrdiff_t>(size); }

    const Rolled& rolled_;
    const MemoryPlan& plan_;
    std::vector<std::uint32_t> marks_;  // 0: nothing was written
    std::uint32_t call_ = 0;
    std::vector<std::uint32_t> call_of_write_, entry_of_write_;
};

}  // namespace revolute::detail
