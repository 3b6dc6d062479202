#pragma once

#include <revolute/tools/known_mistakes.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace revolute {

/// Which mistakes, of those that are known, give the gradients that were given: one, or several at once. What has been
/// found becomes part of the derivation, and what is left over is looked at again; the shortest ways come first.
class MistakeSearch {
 public:
    /// `of` must outlive the search; the arrays are some of those that it has. `roundings` are those of the arrays.
    MistakeSearch(const Case& of, std::vector<GradientArray> given, double tolerance,
                  const std::map<std::string, ArrayRounding>& roundings);

    struct Outcome {
        std::vector<Finding> findings;
        /// Arrays that nothing explains, with the numbers that the findings give: the right ones, where these do not
        /// come near to what was given.
        std::vector<GradientArray> unexplained;
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
    struct Stage {
        std::vector<Found> found;
        std::vector<Finding> more;  // of what is left over
        std::vector<std::size_t> unexplained;
        std::vector<std::vector<Matrix>> nearest;  // of each that is not explained

        std::size_t mistakes() const { return found.size() + more.size(); }
        bool is_better_than(const Stage& other) const;
        /// Whether one with so many mistakes would be better if it explained all.
        bool is_worse_than(std::size_t mistakes) const;
    };
    /// Mistakes that are taken for known, and those of which two may be what is left over.
    struct Way {
        std::vector<Found> found;
        std::vector<Mistake> of_several;
    };
    using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

    /// Looks for a mistake in what was there before something was done to whole arrays.
    void explain_treated(Outcome& outcome);
    /// The fewest mistakes that explain all, else those that explain most.
    Stage explain();
    /// Looks for what is left over on a way, and adds those that go on from there.
    void look_through(std::vector<Way>& ways, std::size_t number, std::optional<Stage>& best);
    Stage stage_on(const Way& way, const Judge& judge) const;
    void go_on_with_pair(std::vector<Way>& ways, std::size_t number,
                         const std::optional<Stage>& best);
    /// Makes them the derivation.
    Judge judge_after(const std::vector<Found>& found);
    /// Leaves out mistakes without which the numbers of all that is explained are the same.
    void leave_out_idle(Stage& stage);
    /// Tries mistakes one by one, and returns those that may be one of several.
    std::vector<Mistake> consider_one(Judge& judge, bool is_first);
    void consider_all(Judge& judge, std::span<const Mistake> mistakes,
                      std::vector<Mistake>* of_several);
    void consider_columns(Judge& judge);
    void consider_factors(Judge& judge);
    /// Adjoints of states that are clipped at every step.
    void consider_clipped_steps(Judge& judge);
    /// Adjoints of states whose buffer is not reset, from step to step or between sequences.
    void consider_kept_adjoints(Judge& judge);
    void consider_kept_between_sequences(Judge& judge, const std::string& state,
                                         const std::vector<bool>& is_final,
                                         const std::vector<bool>& is_initial,
                                         const std::vector<std::size_t>& buffers);
    std::optional<double> fitted_factor(const Judge& judge, Mistake& mistake);
    /// The number with which gradients are all that was given, by Newton's method on the sum of squares.
    std::optional<double> fitted(
        const Judge& judge, double start,
        const std::function<std::vector<double>(double)>& gradients_with) const;
    std::vector<Found> candidates(const Judge& judge, std::size_t most) const;
    std::vector<Found> pair(const Judge& judge, std::span<const Mistake> mistakes);
    Pairs pairs(const Judge& judge, std::span<const Mistake> mistakes);
    std::vector<std::string> arrays_of(const Stage& stage, std::size_t number);
    bool has_time();

    const Case& case_;
    CaseNet net_;
    BackwardWalk walk_;
    BackwardValues values_;
    const BackwardValues::Derivation right_;
    GradientLayout layout_;
    KnownMistakes known_;
    std::vector<ArrayRounding> roundings_;
    double tolerance_;
    Judge judge_;
    std::int64_t most_operations_;
    bool has_tried_all_ = true;
};

}  // namespace revolute
