#pragma once

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/language/detail/value_builder.hpp>
#include <revolute/tools/verification/detail/net_truth.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace revolute::detail {

/// The lines of a derivation: those that define names of its own, and those that say what is true
/// of the net, which are judged.
struct DerivationLines {
    NetSyntax own;
    std::vector<WrittenEquation> judged;
};

/// What comes of a right side beside the truth.
struct LineOutcome {
    std::vector<std::int32_t> right_at, wrong_at;  ///< steps, ascending; without step, 0
    std::string shapes;                            ///< why it has no value, where it has none

    bool is_right() const { return wrong_at.empty() && shapes.empty(); }
    bool is_right_in_part() const { return !right_at.empty() && shapes.empty() && !is_right(); }
};

/// Evaluates right sides, in which each name of the net has its true value.
class LineJudge {
 public:
    /// Throws ParseError where a name has no meaning, and for lines of the derivation's own names
    /// that cannot be built. All must outlive this.
    LineJudge(const NetSource& source, const DerivationLines& lines, NetNames names,
              const NetTruth& truth);

    /// The steps that a line speaks of, ascending: those that it says, or all that have no line of
    /// their own.
    std::vector<std::int32_t> steps_of(const WrittenEquation& line) const;
    /// Puts the right side in place of the line's own.
    LineOutcome judge(const WrittenEquation& line, const WrittenTerm& right);
    /// What the lines define that are not judged, by name.
    std::map<std::string, ValuesByStep> own_values() const;

 private:
    void require_meanings() const;
    bool agrees(const Expr& value, const TrueValue& truth, std::int32_t t) const;

    const NetSource& source_;
    const DerivationLines& lines_;
    NetNames names_;
    const NetTruth& truth_;
    NetParts own_;
    StepsByAxis steps_;
    Graph graph_;
    std::unique_ptr<NetShapes> shapes_;
    std::unique_ptr<ValueBuilder> values_;
    std::vector<Bindings> draws_;  // what the true values are in each draw
};

/// Whether values are equal within rounding of the larger of both, or of what cancels in values
/// whose largest entry is `largest`.
bool are_alike(const Matrix& a, const Matrix& b, double largest = 0);

/// "t = T-1" for a step near the last one, else "t = 0".
std::string step_in_words(std::int32_t axis, std::int32_t t, const StepsByAxis& steps);

}  // namespace revolute::detail
