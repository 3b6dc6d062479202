#pragma once

/// @file
/// How a folded figure says at which steps something is so.

#include <revolute/graph/rolling/rolled.hpp>
#include <revolute/tools/figures/folding/figure_sketch.hpp>
#include <revolute/tools/figures/step_names.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace revolute {

/// How a folded figure says at which steps something of a node is there. Steps at either end have
/// names; what begins or ends at one in the midst, which is counted from t, is noted and then
/// refused, with room for all of it.
class FoldedSteps {
 public:
    /// For one figure; sketch, steps and rolled graph must outlive this.
    FoldedSteps(const Sketch& sketch, const StepNames& steps, const Rolled& rolled,
                const FigureOptions& options)
        : sketch_(sketch), steps_(steps), rolled_(rolled), has_laws_(options.laws.has_value()) {}

    /// At which of all steps of a node it is: empty for all of them, else "t = 0", "t < T", "t >
    /// 1". `times`: at how many steps the node has something alike.
    std::string condition(std::uint32_t node, const std::set<std::int32_t>& steps,
                          const std::set<std::int32_t>& all, std::size_t times = 1);
    /// "for t = 0..T", "for t = T..0".
    std::string loop(std::uint32_t node, Interval range, std::int32_t direction);
    /// The name of a step at which something begins or ends. `what` says what is not alike there,
    /// of {} a node and {} the step: it is noted of one in the midst.
    std::string limit(Step step, fmt::format_string<std::string, std::string> what,
                      std::uint32_t node, std::size_t times = 1);
    /// Notes what is not alike. `times`: at how many steps in the midst something is as it is at
    /// `at`. `help`: what helps in a graph of any number of steps, a line.
    void note(const std::string& what, Step at, std::size_t times, const std::string& help = {});
    /// Throws GraphError with what was noted first, if anything was.
    void refuse_noted() const;

 private:
    struct Noted {
        std::string what;
        Step at;
        std::size_t times = 1;
        std::string help{};
    };

    /// How many steps lie between it and the nearer end.
    std::int32_t distance(Step step) const;
    std::string outlook(const Noted& noted) const;
    std::string inequality(std::uint32_t node, Interval steps, Interval all, std::size_t times);

    const Sketch& sketch_;
    const StepNames& steps_;
    const Rolled& rolled_;
    bool has_laws_;  // which are those of a graph of so many steps
    std::optional<Noted> first_;
    std::int32_t furthest_ = 0;  // from either end, of what was noted
};

}  // namespace revolute
