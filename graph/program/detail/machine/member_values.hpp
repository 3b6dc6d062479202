#pragma once

#include <revolute/graph/program/detail/machine/machine.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace revolute::detail {

/// Members of one part that follow each other in memory.
struct Members {
    Member first;
    std::size_t count = 1;
};

/// The values of members as they are in a machine's memory now, whatever the machine's layout:
/// column by column, without the gaps between columns. Refers to the machine and the rolled graph.
template <class Number>
class MemberValues {
 public:
    MemberValues(const Machine<Number>& machine, const Rolled& rolled)
        : machine_(machine), rolled_(rolled) {}

    /// The one that is `distance` members further on in memory.
    Member after(Member member, std::size_t distance) const {
        const Part& part = rolled_[member.part];
        return {member.part, part.step_of(part.place_of(member.t) + distance)};
    }

    bool are_finite(Member member) const;
    std::vector<Number> numbers(const Members& members) const;
    std::vector<double> doubles(const Members& members) const;

 private:
    /// Visits the columns, from the first to the last, until `visit` returns false.
    template <class Visit>
    void for_each_column(const Members& members, const Visit& visit) const {
        const Shape shape = rolled_[members.first.part].shape;
        for (std::size_t i = 0; i < members.count; ++i)
            for (int column = 0; column < shape.columns; ++column)
                if (!visit(machine_.column(after(members.first, i), column))) return;
    }

    const Machine<Number>& machine_;
    const Rolled& rolled_;
};

extern template class MemberValues<double>;
extern template class MemberValues<float>;

}  // namespace revolute::detail
