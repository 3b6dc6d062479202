#pragma once

#include <revolute/graph/rolling/detail/interval_set.hpp>
#include <revolute/tools/equations/detail/planning/equation_terms.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <vector>

namespace revolute::detail {

/// Decides which values are written out where they are used, and names the others.
class EquationPlan {
 public:
    EquationPlan(const Rolled& rolled, const EquationOptions& options);

    const EquationNames& names() const { return names_; }
    EquationNames& names() { return names_; }
    const EquationTerms& terms() const { return terms_; }
    /// Whether the loss, or another output that is no gradient, depends on a member.
    bool is_forward(PartId part) const { return !forward_steps(part).empty(); }
    /// The steps of those members; step 0 of a node.
    const IntervalSet& forward_steps(PartId part) const { return forward_[index(part)]; }
    /// By part: whether gradients alone depend on it.
    bool is_for_gradients(PartId part) const { return is_for_gradients_[index(part)]; }

 private:
    void find_for_gradients();
    void find_order();
    void count_places();
    void name_outputs();
    void decide(PartId part);
    void name_sums_inside(PartId part);
    void divide(PartId part);
    bool is_short(PartId part) const;
    bool is_beside_one_name(PartId part) const;
    std::size_t room_for(PartId part) const;
    std::vector<EquationTerm> terms_of(PartId part) const;
    std::size_t longest_text(PartId part) const;
    std::size_t longest_piece(PartId part) const;
    std::size_t text_length(const EquationTerm& term) const;
    std::vector<PartId> written_out_in(PartId part) const;
    void give_names();

    const Rolled& rolled_;
    const EquationOptions& options_;
    EquationNames names_;
    EquationTerms terms_;
    bool has_several_axes_;
    std::vector<IntervalSet> forward_;  ///< by part
    std::vector<bool> is_for_gradients_;
    std::vector<PartId> order_;          ///< what is written out in a part comes before it
    std::vector<std::uint32_t> places_;  ///< by part: how often a member would be written out
};

}  // namespace revolute::detail
