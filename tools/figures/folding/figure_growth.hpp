#pragma once

/// @file
/// How local derivatives depend on the step and on the number of steps.

#include <revolute/tools/figures/building/figure_factor.hpp>
#include <revolute/tools/figures/building/local_derivative.hpp>
#include <revolute/tools/figures/folding/figure_numbers.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace revolute {

/// How local derivatives depend on the step, and on the number of steps in a figure of other
/// numbers than that of its graph. They are read off graphs of more steps too: their numbers may
/// come from attributes, from sizes, or from both.
class FigureGrowth {
 public:
    /// Of the graph that was rolled, whose laws `numbers` has.
    FigureGrowth(const Rolled& rolled, const StepNames& steps, const FigureNumbers& numbers,
                 const FigureOptions& options);

    /// The numbers in a local derivative, where that depends on the number of steps or on the step;
    /// empty where it does not. None where it has other forms for other numbers of steps, or
    /// follows no law of them that is known.
    std::optional<FactorNumbers> numbers_in(LocalDerivatives& derivatives, NodeId node,
                                            std::uint32_t slot) const;

 private:
    static constexpr std::size_t lengths = 3;  // each of one step more

    NodeNumbers at(NodeId node, std::size_t more) const;
    bool depends(const LocalDerivatives::Place& place) const;
    bool depends_on_both(NodeId node) const;
    std::optional<FigureNumber> written(const std::array<double, lengths>& values) const;
    std::optional<FactorNumbers> numbers_in(
        const std::array<LocalDerivative, lengths>& derivatives) const;
    bool has_number_of_step(NodeId node) const;
    FactorNumbers numbers_of_step(LocalDerivatives& derivatives, NodeId node,
                                  std::uint32_t slot) const;
    std::optional<FigureNumber> number_of_step(const LocalDerivatives::Place& place, double here,
                                               double next) const;
    double attribute_next(NodeId node, std::size_t attribute) const;

    const Rolled& rolled_;
    const StepNames& steps_;
    const FigureNumbers& numbers_;
    bool is_of_graph_ = true;  // the numbers are those of the graph
    std::optional<FigureLength> length_;
    std::optional<AxisSteps> axis_;
    std::vector<Rolled> longer_;  // by steps more; empty: not known
    std::map<NodeId, Member> members_;
};

}  // namespace revolute
