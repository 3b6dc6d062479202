#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace revolute::detail {

/// The names of a text that have steps, where steps stand below names: which names without a step
/// would read there as one of theirs at a step, or as an adjoint of that. h_0 beside h(t) would,
/// and so would h_T, h_N and dh_T; U_f would not. W_t would always, as what differs from step to
/// step.
class SteppedNames {
 public:
    /// A name that has steps of an axis.
    void add(std::string name, std::int32_t axis);
    /// Whether what stands behind an underline or a comma of a name without step is a step, and the
    /// name before it has steps; or whether it is the step that runs.
    bool would_hold(std::string_view name) const;

 private:
    bool has_steps(std::string_view name) const;
    bool is_step(std::string_view text) const;

    std::set<std::string, std::less<>> names_;
    std::set<std::string> running_;  // letters of steps: "t"
    std::set<std::string> letters_;  // and of last steps, and of their number: "t", "T", "N"
};

}  // namespace revolute::detail
