#pragma once

/// @file
/// `compare_gradients`: which given gradients are wrong, and which mistakes give them.

#include <revolute/tools/exchange/array_comparison.hpp>
#include <revolute/tools/exchange/case_file.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/exchange/written_digits.hpp>

#include <optional>
#include <string>
#include <vector>

namespace revolute {

/// An entry of an array, and what two programs have there.
struct EntryDifference {
    std::size_t matrix = 0;  ///< number of the matrix, where the array has several: the step, say
    int row = 0;             ///< from the top
    int column = 0;          ///< from the left
    double given = 0;        ///< the number that was given
    double right = 0;        ///< the number that is right
};

/// One array of gradients that were given beside the right one.
struct ArrayVerdict : ArrayComparison {
    EntryDifference worst;              ///< where the difference is largest
    std::size_t entries = 0;            ///< of all matrices
    std::size_t differing_entries = 0;  ///< those whose own difference is over the tolerance
    /// Whether its numbers have the digits of doubles, and all are right: nothing rounded them on
    /// the way.
    bool is_exact = false;
};

/// An array that is right but for a few numbers, or but for them as the findings have it.
struct NearVerdict : ArrayVerdict {
    bool is_beside_right = false;  ///< whether it stands beside the right numbers
};

/// A mistake that gives the gradients that were given.
struct Finding {
    /// The mistake in words; several, where their numbers are the same for this case.
    std::vector<std::string> words;
    std::vector<std::string> arrays;  ///< those it explains
};

/// Where the difference of an array is that nothing explains: gates, steps, layers or columns, as
/// far as some differ and others do not.
struct Carrier {
    std::string array;                   ///< the name of the array
    std::vector<std::string> differing;  ///< parts with differences
    std::vector<std::string> agreeing;   ///< parts of the same kind without
};

/// What was given beside what is right.
struct GradientComparison {
    /// Loss and answers where they are given, then the gradients in the order in which the backward
    /// pass comes to them: the head, the layers from the last to the first, inputs and initial
    /// states.
    std::vector<ArrayVerdict> arrays;
    std::vector<std::string> not_compared;  ///< arrays that were not given
    /// Of those that agree, the arrays of which so few digits were written that zeros would agree
    /// as well.
    std::vector<std::string> too_few_digits;
    /// Others that agree though zeros were given and the right numbers, no larger than rounding,
    /// are not zero: arrays, or some matrices of one, as "dx[0] to dx[3]".
    std::vector<std::string> agreeing_zeros;
    /// Where loss or answers differ: another forward pass that gives them; several words where they
    /// have the same numbers. The findings are about the gradients of that forward pass then.
    std::vector<std::string> forward;
    /// Whether the loss has a factor and the answers are right: the findings are about the
    /// gradients of the right loss. The factor is in `forward` where it is one that is known, and
    /// in the first finding where the gradients have it too.
    bool is_factor_of_loss = false;
    /// Mistakes that, together, explain as many of the arrays that differ as any that are known.
    /// Several that act in one array are in the derivation at once.
    std::vector<Finding> findings;
    std::vector<std::string> unexplained;  ///< arrays that differ in a way that has no name here
    /// Of each of those that has four numbers or more, of which a quarter at most is wrong: the
    /// array beside the one that the findings give, which is the right one where they leave it as
    /// it is.
    std::vector<NearVerdict> nearly_explained;
    std::vector<Carrier> carriers;  ///< of those, where a part of the array agrees
    /// False when the net is so large that not all known mistakes were tried.
    bool has_tried_all = true;
    double tolerance = case_tolerance;  ///< largest relative difference that agrees
    /// Where no known mistake gives all that differs, and rounding to so many digits at every step
    /// of arithmetic would.
    std::optional<int> digits_of_steps{};
    /// The least that an array of the given ones has.
    Rounding precision = Rounding::none;
    /// What became of the last digits that were written, as far as it shows.
    LastDigit last_digit = LastDigit::nearest;

    /// Whether no array differs.
    bool agrees() const;
    /// Whether an array differs that is neither the loss nor the answers.
    bool gradients_differ() const;
    /// The first array that differs; nullptr when there is none.
    const ArrayVerdict* first() const;
};

/// A mistake counts as recognised when the gradients it gives differ from the given ones by no more
/// than this many times the tolerance, and by no more than a ten-thousandth of what is to be
/// explained.
inline constexpr double recognition = 100;

/// Compares the gradients with those of the graph, relative to the largest entry of each array, and
/// tries what mistakes in a derivation would have given. Arrays that `given` lacks are named as not
/// compared. Unless a tolerance is given, it is 1e-10, and what rounding makes of numbers as
/// precise as the given ones agrees (`given_roundings`).
GradientComparison compare_gradients(const Case& of, const CaseResult& given,
                                     std::optional<double> tolerance = {});

/// What the differences look like, all arrays taken together.
Rounding rounding_of(const GradientComparison& comparison);

/// "row 4, column 1", with the gate that the row belongs to where the array has several.
std::string place_of(const EntryDifference& entry, const ArrayVerdict& array, const Case& of);

}  // namespace revolute
