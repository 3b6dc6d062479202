#pragma once

#include <revolute/graph/rolling/detail/interval_set.hpp>
#include <revolute/graph/rolling/detail/roll_groups.hpp>
#include <revolute/graph/rolling/rolled.hpp>

#include <span>
#include <vector>

// From groups of nodes to the parts of a rolled graph.

namespace revolute::detail {

/// A part for each group, with its steps and the cases of its operands; without the operands of
/// nodes that have no step and without names.
std::vector<Part> make_parts(const FoldedSteps& steps, const Groups& groups);

/// Adds one case behind those of a slot: joins it to the last when it goes on with the same.
void add_segment(std::vector<Segment>& segments, const Segment& added);

/// What merging took: cases, runs and pairs of families that were looked at, and rounds.
struct MergeWork {
    std::size_t work = 0;
    std::size_t rounds = 0;
};

/// Joins families that differ at boundaries only, until there are none; numbers what remains as
/// `Groups` are. A joined family has what two had at different steps, so joining is a matter of
/// quality, never of correctness: it stops at a bound on its work, which is linear in the size of
/// the graph.
MergeWork merge_parts(const Graph& graph, Groups& groups, std::vector<Part>& parts);

/// Adds the operands of nodes without step, as sweeps over families.
void add_sweeps(const FoldedSteps& steps, const Groups& groups, std::vector<Part>& parts);

/// Operands, as members of parts, in as few sweeps as one look ahead finds.
std::vector<Sweep> sweeps_of(std::span<const Member> operands, std::span<const Part> parts);

/// Adds the names that the graph knows.
void add_names(const FoldedSteps& steps, const Groups& groups, std::vector<Part>& parts);

/// What the member at step `t` is called; `at` is the step that belongs to the name.
PartName name_at(std::int32_t t, std::string_view name, std::optional<Step> at);
/// Adds what a member is called, after the member at step `previous`: joins it to the last name
/// when it goes on with the same.
void add_name(std::vector<PartName>& names, std::int32_t previous, PartName name);

/// The steps at which a part has members; none where it is one node.
IntervalSet steps_of_members(const Part& part);
/// The steps of the names that a label gives to those of these members which it is for. Without
/// members, that of the one node: 0 where its name has none.
IntervalSet steps_of_name(const PartName& label, const IntervalSet& members);

}  // namespace revolute::detail
