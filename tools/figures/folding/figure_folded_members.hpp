#pragma once

/// @file
/// Which nodes one node of a folded figure stands for.

#include <revolute/tools/figures/folding/figure_folded_steps.hpp>
#include <revolute/tools/figures/folding/figure_sketch.hpp>
#include <revolute/tools/figures/step_names.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace revolute {

/// Which nodes of a sketch one of a folded figure stands for: those alike across steps are drawn by
/// the one in the midst. What has none there, what stands outside the steps, and what all steps
/// read of one step, is drawn by itself.
class FoldedMembers {
 public:
    /// Notes what is alone in the midst.
    FoldedMembers(const Sketch& sketch, const StepNames& steps, const Rolled& rolled,
                  FoldedSteps& said);

    /// Number of the sketch's nodes.
    std::uint32_t size() const { return static_cast<std::uint32_t>(representative_.size()); }
    /// The node that is drawn for a node.
    std::uint32_t operator[](std::uint32_t node) const { return representative_[node]; }
    /// Whether a node stands for all steps.
    bool is_general(std::uint32_t node) const { return steps_of_.contains(node); }
    /// Of a node that does: the steps of those that it stands for, as counted at it.
    const std::set<std::int32_t>& steps_of(std::uint32_t node) const { return steps_of_.at(node); }
    /// The step of a node, as counted at the node that stands for it.
    std::int32_t step_of(std::uint32_t node) const;

 private:
    bool is_in_the_middle(std::uint32_t node) const;
    bool are_drawn_alike(std::uint32_t a, std::uint32_t b) const;
    bool is_member_in_midst(std::uint32_t node) const;
    void find();
    void set_fixed_apart();
    void note_lonely();
    void note_number(std::uint32_t node, std::size_t times);
    void note_other_names();

    const Sketch& sketch_;
    const StepNames& steps_;
    const Rolled& rolled_;
    FoldedSteps& said_;
    std::vector<std::uint32_t> representative_;                 // by node of the sketch
    std::map<std::uint32_t, std::set<std::int32_t>> steps_of_;  // by node that stands for all
};

}  // namespace revolute
