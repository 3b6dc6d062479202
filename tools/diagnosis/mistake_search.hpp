#pragma once

/// @file
/// The search for mistakes that give, alone or together, the gradients that were given.

#include <revolute/tools/diagnosis/derivations/known_mistakes.hpp>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace revolute {

/// Which mistakes, of those that are known, give the gradients that were given: one, or several at
/// once. What has been found becomes part of the derivation, and what is left over is looked at
/// again; the shortest ways come first.
class MistakeSearch {
 public:
    /// `of` must outlive the search; the arrays are some of those that it has. `roundings` are
    /// those of the arrays. `of_loss`: the factor that the loss has which was given with them, if
    /// it is not the right one.
    MistakeSearch(const Case& of, std::vector<GradientArray> given, double tolerance,
                  const std::map<std::string, ArrayRounding>& roundings,
                  std::optional<FactorRange> of_loss = {});

    /// What was found.
    struct Outcome {
        std::vector<Finding> findings;  ///< mistakes, each with what it explains
        /// Arrays that nothing explains, with the numbers that the findings give: the right ones,
        /// where these do not come near to what was given.
        std::vector<GradientArray> unexplained;
        /// A factor of all gradients, which the first finding tells.
        std::optional<double> factor{};
        /// False when the net is so large that not all known mistakes were tried.
        bool has_tried_all = true;
    };
    /// `may_be_treated`: also mistakes in gradients to which something was done at the end.
    Outcome run(bool may_be_treated = true);

 private:
    /// A mistake that is part of the derivation, and others that give the same.
    struct Found {
        std::vector<std::string> words;
        std::vector<Alteration> alterations;
    };
    /// Where a search begins: the right derivation, or that of a loss with a factor, and what it
    /// leaves to explain.
    struct Start {
        std::optional<NamedFactor> factor;
        BackwardValues::Derivation derivation;
        Judge judge;

        double value() const { return factor ? factor->value : 1; }
        std::size_t mistakes() const { return factor ? 1 : 0; }
    };
    struct Stage {
        const Start* start;
        std::vector<Found> found;
        std::vector<Finding> more;  // of what is left over
        std::vector<std::size_t> unexplained;
        std::vector<std::vector<Matrix>> nearest;  // of each that is not explained

        std::size_t mistakes() const { return start->mistakes() + found.size() + more.size(); }
        bool is_better_than(const Stage& other) const;
        /// Whether one with so many mistakes would be better if it explained all.
        bool is_worse_than(std::size_t mistakes) const;
    };
    /// Mistakes that are taken for known, and those of which two may be what is left over.
    struct Way {
        const Start* start;
        std::vector<Found> found;
        std::vector<Mistake> of_several;

        std::size_t mistakes() const { return start->mistakes() + found.size(); }
    };
    using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

    /// Looks for a mistake in what was there before something was done to whole arrays.
    void explain_treated(Outcome& outcome);
    /// All that differs, by a mistake in what was there before that was done.
    std::optional<Outcome> explained_before(const Treatment& treatment, const Start& start);
    /// The factor of all gradients that the only finding tells, where the right derivation has it
    /// for one of its own.
    std::optional<double> factor_told_by(std::span<const Finding> findings) const;
    /// Whether what the mistakes explain, and leave others unexplained, has so few digits that some
    /// would give it by chance.
    bool may_be_chance(const Stage& stage) const;
    /// The fewest mistakes that explain all, else those that explain most.
    Stage explain();
    /// Adds a start, unless the arrays that agree, or their numbers, tell another factor; whether
    /// it did.
    bool add_start(const FactorRange& factor);
    /// A way from each start: first where the factor alone explains all and has a name, then where
    /// it explains whole arrays with enough numbers, for there the right derivation explains
    /// nothing.
    std::vector<Way> first_ways();
    /// Looks for what is left over on a way, and adds those that go on from there.
    void look_through(std::vector<Way>& ways, std::size_t number, std::optional<Stage>& best);
    Stage stage_on(const Way& way, const Judge& judge) const;
    /// Whether the factor of the start, if it is none that is known, is that of more than a few
    /// numbers, where these arrays are not explained.
    bool is_founded(const Start& start, std::span<const std::size_t> unexplained) const;
    void go_on_with_pair(std::vector<Way>& ways, std::size_t number,
                         const std::optional<Stage>& best);
    /// Makes them the derivation.
    Judge judge_after(const Way& way);
    /// A mistake that gives every gradient times a number is a factor of the loss: the stage begins
    /// with that then.
    void begin_with_factor(Stage& stage);
    /// The number, where these alterations of the right derivation give that.
    std::optional<double> factor_of_all(std::span<const Alteration> alterations);
    /// Leaves out mistakes without which the numbers of all that is explained are the same.
    void leave_out_idle(Stage& stage);
    /// Tries mistakes one by one, and returns those that may be one of several.
    /// `is_thorough`: also those that cost many backward passes, or that have a number which is
    /// fitted.
    std::vector<Mistake> consider_one(Judge& judge, double factor, bool is_first, bool is_thorough);
    void consider_all(Judge& judge, std::span<const Mistake> mistakes,
                      std::vector<Mistake>* of_several);
    void consider_columns(Judge& judge);
    void consider_exchanged_gates(Judge& judge);
    void consider_factors(Judge& judge);
    /// Adjoints of states that are clipped at every step.
    void consider_clipped_steps(Judge& judge);
    /// Loops over the steps that end before the first one, and hand on to the initial state what
    /// they have then.
    void consider_early_ends(Judge& judge);
    /// `left`: how many steps are left out; `answers_count`: whether their answers do.
    std::vector<double> gradients_ending_early(int left, bool answers_count);
    /// Adjoints of states whose buffer is not reset, from step to step or between sequences.
    void consider_kept_adjoints(Judge& judge);
    void consider_kept_between_sequences(Judge& judge, const std::string& state,
                                         const std::vector<bool>& is_final,
                                         const std::vector<bool>& is_initial,
                                         const std::vector<std::size_t>& buffers);
    std::optional<FittedNumber> fitted_factor(const Judge& judge, Mistake& mistake);
    /// The number with which gradients are all that was given, by Newton's method on the sum of
    /// squares.
    std::optional<FittedNumber> fitted(
        const Judge& judge, double start,
        const std::function<std::vector<double>(double)>& gradients_with) const;
    std::vector<Found> candidates(const Judge& judge, std::size_t most) const;
    std::vector<Found> pair(const Judge& judge, std::span<const Mistake> of_several);
    /// Those that reach everywhere first; those whose gradients another has last.
    std::vector<Mistake> likely_first(std::span<const Mistake> mistakes);
    /// Those that explain most, by their numbers; where some explain all, such of one that is the
    /// first.
    Pairs pairs(const Judge& judge, std::span<const Mistake> mistakes);
    std::vector<std::string> arrays_of(const Stage& stage, std::size_t number);
    /// The factor that the search begins with; numbers of arrays that are not explained, in their
    /// order.
    Finding finding_of_factor(const Start& start, std::span<const std::size_t> unexplained) const;
    bool has_time();

    const Case& case_;
    CaseNet net_;
    BackwardWalk walk_;
    BackwardValues values_;
    GradientLayout layout_;
    std::vector<Expr> given_;  // variables whose gradients were given
    KnownMistakes known_;
    std::vector<ArrayRounding> roundings_;
    double tolerance_;
    std::deque<Start> starts_;  // the right derivation first; ways point to them
    std::optional<FactorRange> of_loss_;
    std::int64_t most_operations_;
    bool has_tried_all_ = true;
};

}  // namespace revolute
