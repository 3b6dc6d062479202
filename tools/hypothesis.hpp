#pragma once

#include <revolute/tools/case_net.hpp>
#include <revolute/tools/diagnosis.hpp>

#include <span>
#include <string>
#include <vector>

// What a diagnosis is made of: arrays in one order, mistakes that give other arrays, and the judge that compares
// these with what was given.

namespace revolute {

/// One array under its name in the file: a matrix, or one for each step, or each layer and direction.
struct GradientArray {
    std::string name;
    std::vector<Matrix> values;
};

/// The gradients that the result has, in the order in which the backward pass comes to them.
std::vector<GradientArray> gradient_arrays(const CaseResult& result);

/// A mistake in words and what it gives, in the order of the arrays that are compared; nothing for an array
/// that it says nothing of.
struct Hypothesis {
    std::string words;
    std::vector<std::vector<Matrix>> arrays;
};

/// The given arrays and the right ones, and which hypotheses turn these into those.
class Judge {
 public:
    Judge(std::vector<GradientArray> right, std::vector<GradientArray> given, double tolerance);

    std::span<const GradientArray> right() const { return right_; }
    std::span<const GradientArray> given() const { return given_; }
    /// Indices of the arrays that differ.
    std::span<const std::size_t> differing() const { return differing_; }
    bool differs(std::size_t i) const { return verdicts_[i].differs; }

    /// Whether a hypothesis may explain something whose arrays, each with factors of at most 1 by entry, sum to numbers
    /// that are off the sums of the given arrays by `differences`.
    bool is_promising(std::span<const double> differences) const;
    /// Notes what the hypothesis explains: nothing, where it also changes an array that agrees.
    void consider(const Hypothesis& hypothesis);
    /// What is considered from here on is less simple than what was before: where both explain the same, it
    /// is not mentioned.
    void go_on() { ++level_; }
    /// Notes that a source had more hypotheses than there was room to try.
    void leave_some_out() { has_tried_all_ = false; }
    bool has_tried_all() const { return has_tried_all_; }
    /// Whether some hypothesis explains every array that differs.
    bool has_full_explanation() const;
    /// The hypotheses that explain most, until what is left cannot be explained.
    std::vector<Finding> findings() const;

 private:
    struct Verdict {
        double scale = 0;
        double difference = 0;
        bool differs = false;
        std::size_t entries = 0;
    };
    struct Match {
        std::string words;
        int level;
        std::vector<std::size_t> explained;  // ascending
    };
    /// Whether so much is left over in an entry of array i that it counts as met; or in the sum of several.
    bool is_met(std::size_t i, double left, std::size_t entries = 1) const;
    Finding finding(const Match& best, std::span<const std::size_t> left) const;

    std::vector<GradientArray> right_;
    std::vector<GradientArray> given_;
    double recognition_;
    std::vector<Verdict> verdicts_;
    std::vector<std::size_t> differing_;
    std::vector<Match> matches_;
    int level_ = 0;
    bool has_tried_all_ = true;
};

// Where hypotheses come from, the simpler ones first; each source hands its hypotheses to the judge.

/// Arrays scaled, transposed, put in another order or taken for one another.
void consider_arrays(const Case& of, Judge& judge);
/// The terms of some steps missing from the sums over steps, or there twice.
void consider_steps(const Case& of, Judge& judge);
/// Derivations with a mistaken rule at all steps.
void consider_derivations(const Case& of, Judge& judge);
/// The same at one step.
void consider_mistakes_at_one_step(const Case& of, Judge& judge);
/// Arrays that are the right ones times a number without a meaning.
void consider_unknown_factor(const Case& of, Judge& judge);

/// Names of the gates in the order in which their rows stand; one empty name for a cell without gates.
std::vector<std::string> gate_names(const CaseNet& net);
/// Whether the array's rows are those of the gates, one gate below the other.
bool has_gate_rows(const std::string& name);

}  // namespace revolute
