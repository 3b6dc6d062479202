#pragma once

#include <revolute/graph/program/detail/machine/assembler.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <cstddef>
#include <map>
#include <variant>
#include <vector>

namespace revolute::detail {

/// Numbers of a leaf that its user keeps; none: they are in the program's memory.
using Source = std::variant<std::monostate, const double*, const float*>;

/// What a program reads where its user keeps it: in place, where that is laid out as the program's
/// own memory is, or copied before each run.
template <class Number>
class References {
 public:
    void set(const Rolled& rolled, Member leaf, Source source);
    bool contains(const Rolled& rolled, Member leaf) const;

    /// Makes `places` those of what is read in place, and notes what is not. Whether anything
    /// moved. Where there is no memory for it, nothing has changed.
    bool resolve(Places<Number>& places);
    /// For the places of another program.
    void resolve_anew() { has_changed_ = !sources_.empty(); }
    /// What is not read in place.
    void copy(const Places<Number>& places) const;

 private:
    struct Copy {
        Member leaf;
        Source source;
    };
    bool is_laid_out_alike(const Places<Number>& places, PartId part) const;

    std::map<PartId, std::vector<Source>> sources_;  // by member
    std::vector<Copy> copies_;
    bool has_changed_ = false;
};

extern template class References<double>;
extern template class References<float>;

}  // namespace revolute::detail
