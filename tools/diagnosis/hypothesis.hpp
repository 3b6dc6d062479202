#pragma once

/// @file
/// What a diagnosis is made of: mistakes that give other gradients, and the judge that compares
/// these with given ones.

#include <revolute/tools/diagnosis/derivations/backward_values.hpp>
#include <revolute/tools/diagnosis/diagnosis.hpp>
#include <revolute/tools/diagnosis/factor_range.hpp>
#include <revolute/tools/exchange/given_precision.hpp>
#include <revolute/tools/exchange/gradient_layout.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// A mistake in words and what it gives, in the order of the arrays that are compared; nothing for
/// an array that it says nothing of.
struct Hypothesis {
    std::string words;  ///< the mistake
    /// By array; empty: nothing is said of it.
    std::vector<std::vector<Matrix>> arrays;
    bool is_fitted = false;  ///< whether a number in it was found from what was given
    bool is_factor = false;  ///< whether it is no more than a factor of arrays
};

/// A mistake in the derivation: what it does at which uses, at all columns of the batch or at one.
struct Mistake {
    std::function<std::string()> words;   ///< the mistake in words, made when they are asked for
    std::vector<Alteration> alterations;  ///< of the terms of the reverse pass
    std::optional<int> column{};          ///< the one column; none: all
    std::size_t families = 0;             ///< in how many a rule is mistaken
    /// Whether it is in how the terms of arrays that differ are added up: it says nothing of
    /// others, also where they are made of the same terms, as of two biases that are one.
    bool is_in_sums = false;
};

/// All entries, matrix by matrix.
std::vector<double> entries_of(std::span<const Matrix> values);
/// A sum that tells numbers apart, in their order.
double weighted_sum(std::span<const double> numbers);
/// Whether a rule is mistaken wherever it is in the other mistake, and in other families too.
bool says_more(const Mistake& more, const Mistake& less);

/// An array that a hypothesis gives but for a few of its numbers.
struct NearArray {
    std::size_t array = 0;       ///< the number of the array
    std::vector<Matrix> values;  ///< those of the hypothesis
    bool has_one_wrong = false;  ///< whether a single number differs
};

/// A hypothesis that explains something.
struct Match {
    std::string words;                   ///< of the hypothesis
    int level = 0;                       ///< the simpler ones first
    std::vector<std::size_t> explained;  ///< numbers of arrays, ascending
    std::vector<NearArray> near{};       ///< arrays that it does not explain
    std::size_t parts = 0;               ///< how many parts of arrays it explains
    std::optional<Mistake> mistake{};    ///< where it is one in the derivation
    /// Whether an array that agrees has terms that the mistake changes, in a sum of its own: no
    /// derivation has it.
    bool is_beside_others = false;
    bool is_fitted = false;      ///< as in the hypothesis
    double signature = 0;        ///< equal where the gradients are
    double whole_signature = 0;  ///< with those that were not given
};

/// The given arrays, those of a derivation, and which hypotheses turn these into those.
class Judge {
 public:
    /// `layout` is that of the arrays, and must outlive the judge. What rounding may do to an array
    /// is no difference.
    Judge(const GradientLayout& layout, std::vector<GradientArray> right,
          std::vector<GradientArray> given, double tolerance, std::vector<ArrayRounding> roundings);
    /// The same question where some mistakes are known: what differs is what they leave over.
    Judge after(std::span<const double> gradients) const;
    /// The same question where the loss has a factor: the right arrays have it too, and what
    /// rounding does to them. Arrays that agree without it are taken for right: no factor may be
    /// told from them. Where it has no name, it may be another one of the range, but not in an
    /// array that tells one outside.
    Judge with_factor(const NamedFactor& factor, const FactorRange& range) const;
    /// The same question of other given arrays.
    Judge with_given(std::vector<GradientArray> given) const;

    /// By the derivation so far.
    std::span<const GradientArray> right() const { return right_; }
    /// The arrays that were given.
    std::span<const GradientArray> given() const { return given_; }
    /// What the entries of the arrays belong to.
    const GradientLayout& layout() const { return layout_; }
    /// Indices of the arrays that differ.
    std::span<const std::size_t> differing() const { return differing_; }
    /// Whether an array differs by more than rounding.
    bool differs(std::size_t i) const { return verdicts_[i].differs; }
    /// How far numbers of array `i` may be from what gives them, where these are of that size.
    double rounding(std::size_t i, double size) const;
    /// How far numbers of array `i` may be from the right ones and agree.
    double agreeing_difference(std::size_t i) const;
    /// The largest relative rounding of an array.
    double relative_rounding() const;

    /// Notes what the hypothesis explains: nothing, where it also changes an array that agrees.
    void consider(const Hypothesis& hypothesis);
    /// The same of a mistake that gives these gradients, for the entries of all variables. Whether
    /// it may be one of several: it changes an array that differs and no part of one that agrees.
    bool consider(const Mistake& mistake, std::span<const double> gradients);
    /// Which of the arrays that differ have these numbers.
    std::vector<std::size_t> explained_by(std::span<const double> gradients) const;
    /// What is considered from here on is less simple than what was before: where both explain the
    /// same, it is not mentioned.
    void go_on() { ++level_; }
    /// Whether some hypothesis explains every array that differs.
    bool has_full_explanation() const;
    /// The same, or all but one array in which a single number is wrong.
    bool is_explained_but_for_a_number() const;
    /// Whether these gradients, in which a number was fitted, are those of all arrays that differ;
    /// but for one where there are several.
    bool fits(std::span<const double> gradients) const;
    /// Whether more numbers of the arrays differ than one that was fitted gives by chance.
    bool are_enough_for_fit(std::span<const std::size_t> arrays) const;
    /// Whether so many digits differ there that no mistake, of some thousand that are tried, gives
    /// them by chance.
    bool are_enough_for_mistake(std::span<const std::size_t> arrays) const;
    /// The hypotheses that explain something, in the order in which they were considered.
    std::span<const Match> matches() const { return matches_; }
    /// The hypotheses that explain most, until what is left cannot be explained.
    std::vector<Finding> findings() const;
    /// Factors with which a whole array that differs is the right one, those of the most numbers
    /// first.
    std::vector<FactorRange> common_factors() const;
    /// Whether a factor of all arrays may be that: none that agrees tells another.
    bool allows(const FactorRange& factor) const;
    /// From here on, no factor of arrays is considered: they have one already, and two are one.
    void leave_out_factors() { leaves_out_factors_ = true; }
    /// From here on, factors with which a hypothesis gives all arrays are noted.
    void note_factors() { notes_factors_ = true; }
    /// The factors that were noted.
    std::span<const FactorRange> noted_factors() const { return noted_factors_; }
    /// What the hypotheses that explain most give for an array that they do not explain: the right
    /// numbers where none comes near to it.
    const std::vector<Matrix>& nearest(std::size_t i) const;

 private:
    struct Verdict {
        double scale = 0;
        double difference = 0;
        bool differs = false;
        double right_scale = 0;  ///< without what was given
    };
    /// What differs is no larger than in `before`: what undoes a mistake that is not there explains
    /// nothing.
    void keep_differences_of(const Judge& before);
    /// What rounding makes of the right array at most.
    double rounding_of_right(std::size_t i) const;
    /// How many digits of what differs in the arrays can tell mistakes apart: of each number, those
    /// above rounding.
    double telling_digits(std::span<const std::size_t> arrays) const;
    /// Whether one array that differs has so many that no other mistake, nor pair of them, gives it
    /// by chance.
    bool tells_pairs_apart() const;
    /// How well the numbers of a hypothesis fit.
    struct Fit {
        std::vector<std::size_t> explained;
        bool leaves_rounding_alone = true;  ///< of all that differs
        std::size_t parts = 0;
        bool may_be_one_of_several = false;
        bool is_beside_others = false;
        double signature = 0;
    };
    /// Notes how much is left over of an array; false where it agrees and would not.
    bool note(Fit& fit, std::size_t i, double left) const;
    /// Whether that is no more than rounding, and less than the difference from the right array.
    bool leaves_rounding(std::size_t i, double left) const;
    /// Where nothing but rounding is left over of all arrays, all are explained, if that tells
    /// mistakes apart.
    void explain_to_rounding(Fit& fit) const;
    bool is_met(std::size_t i, const Verdict& verdict, double left) const;
    /// Up to where numbers that ought to be of that size agree.
    double agreeing(std::size_t i, double scale) const;
    /// How much may be left over of a difference between numbers of that size.
    double rest_of(std::size_t i, double difference, double scale) const;
    /// How many numbers of an array are not those that were given.
    std::size_t wrong_numbers(std::size_t i, std::span<const Matrix> values) const;
    std::optional<NearArray> near(std::size_t i, std::vector<Matrix> values) const;
    /// Notes what a match that explains others gives for an array of which it explains less than
    /// others may: it agrees, where too few digits are left of the difference to tell a mistake
    /// from it, or comes near.
    void add_left(Match& match, std::size_t i, std::vector<Matrix> values) const;
    bool explains_all_but_a_number(const Match& match) const;
    /// A match, and the arrays that those before it do not explain.
    struct Chosen {
        const Match* match = nullptr;
        std::vector<std::size_t> left;
    };
    std::vector<Chosen> best_matches() const;
    /// Nothing where a whole array changes that agrees.
    std::optional<Fit> fit(std::span<const double> gradients, bool is_in_sums) const;
    void note_parts();
    /// The factors with which these numbers are those of a given array.
    std::optional<FactorRange> factor_of(std::size_t i, std::span<const double> numbers) const;
    void note_factor(const std::function<std::vector<double>(std::size_t array)>& entries);
    Finding finding(const Match& best, std::span<const std::size_t> left) const;

    const GradientLayout& layout_;
    std::vector<GradientArray> right_;
    std::vector<GradientArray> given_;
    std::vector<std::vector<double>> given_entries_,
        right_entries_;  // of each array, matrix by matrix
    double tolerance_;
    std::vector<ArrayRounding> roundings_;
    std::vector<Verdict> verdicts_;
    std::vector<Verdict> parts_;
    std::vector<std::size_t> differing_;
    std::vector<Match> matches_;
    int level_ = 0;
    bool are_others_explained_ = false;  // whether known mistakes explain arrays that differed
    bool leaves_out_factors_ = false;
    bool notes_factors_ = false;
    std::vector<FactorRange> noted_factors_;
};

/// Factors of gradients whose loss is right.
std::vector<KnownFactor> factors_of_sums(const Case& of, const Judge& judge);

/// The array with each gate's square block transposed; nothing where they are not square.
std::vector<Matrix> transposed_gates(const GradientArray& array, int hidden);

/// Orders in which the rows of gates may stand, but the right one.
struct GateOrder {
    std::string words;               ///< what was done to the rows
    std::vector<std::size_t> order;  ///< row order[i] where that of gate i belongs
};
/// The orders to try for the case's cell.
std::vector<GateOrder> gate_orders(const Case& of);
/// The array with the rows of gate order[i] where those of gate i belong; nothing where it has no
/// gates.
std::vector<Matrix> permuted_gates(const GradientArray& array, std::span<const std::size_t> order);

/// What may have been done to gradients at the end, whether they were right or not.
struct Treatment {
    std::string words;  ///< what may have been done
    /// The array before that was done; nothing for one that it is not done to.
    std::function<std::vector<Matrix>(const GradientArray&)> undone;
    bool is_factor = false;  ///< whether it multiplies all numbers by one
};
/// Those to try where no mistakes explain all arrays. `of` must outlive them.
std::vector<Treatment> treatments(const Case& of, const Judge& judge);
/// The parameter whose gradient the array of this name is; null for one that is no parameter's.
const Matrix* parameter_of(const Case& of, const std::string& array);
/// A weight decay in words. `uncertain`: how far the number may be off.
std::string weight_decay_words(double decay, double uncertain);
/// How closely what was added to array `i` tells how many times the parameter it was.
double uncertainty_of_decay(const Judge& judge, std::size_t i, const Matrix& parameter);

// Hypotheses about whole arrays; each source hands its own to the judge.

/// Arrays scaled, transposed, put in another order or taken for one another.
void consider_arrays(const Case& of, Judge& judge);
/// Arrays that something was done to after they were right: values clamped, averaged over the
/// batch, weight decay.
void consider_treated_arrays(const Case& of, Judge& judge);
/// Arrays of the gradients by other targets, of a loss with a factor.
void consider_targets(const Case& of, double factor, Judge& judge);
/// Arrays that are the right ones times a factor that has a name in this case.
void consider_named_factors(const Case& of, Judge& judge);
/// Arrays that are the right ones times a number without a meaning.
void consider_unknown_factors(const Case& of, Judge& judge);

/// The changed matrices of an array that differs, by its number; empty for one that is not changed.
using ArrayChange = std::function<std::vector<Matrix>(std::size_t array)>;
/// The hypothesis that every array that differs was changed so.
Hypothesis in_all_differing(const Judge& judge, std::string words, const ArrayChange& change);
/// The hypothesis that the entries of all variables are these.
Hypothesis of_gradients(const Judge& judge, std::string words, std::span<const double> gradients);
/// Whether the names of all arrays that differ begin so.
bool all_differing(const Judge& judge, std::string_view beginning);
/// The matrices, each times the factor.
std::vector<Matrix> scaled(std::vector<Matrix> values, double factor);

}  // namespace revolute
