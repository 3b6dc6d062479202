#pragma once

/// @file
/// Factors of losses and gradients: the numbers that they may be, and their names.

#include <revolute/tools/exchange/case_file.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// The numbers that a factor may be, as far as the digits tell that were given.
struct FactorRange {
    double least = 0;  ///< the smallest
    double most = 0;   ///< the largest

    /// Whether the factor is in the range.
    bool contains(double factor) const { return least <= factor && factor <= most; }
    /// The number in its midst.
    double middle() const { return least + 0.5 * (most - least); }
    /// Its width beside its numbers.
    double relative_width() const;
    /// The numbers that are in both ranges; none where there is no such number.
    std::optional<FactorRange> common_with(const FactorRange& other) const;
};

/// The factors with which each number of `right` is that of `given` but for `bound`: none where no
/// factor gives all of them, or where all are zeros. Both have the same length.
std::optional<FactorRange> factor_range(std::span<const double> right,
                                        std::span<const double> given, double bound);

/// A number that was found in others, and those that it may be as well.
struct FittedNumber {
    double value = 0;   ///< the one that fits best
    FactorRange range;  ///< all that fit
};
/// The number in decimals, with as few digits as tell it from what is not in the range.
std::string shortest_number(const FactorRange& range);

/// A factor that has a name in a case.
struct KnownFactor {
    double value;       ///< its value there
    std::string words;  ///< what multiplied, or did not
};
/// Factors of the loss that one knows, which every gradient has.
std::vector<KnownFactor> factors_of_loss(const Case& of);

/// A factor that was found in numbers, in words.
struct NamedFactor {
    double value = 1;                ///< the number that has the names
    std::vector<std::string> words;  ///< several, where its names have the same value
    bool is_known = false;           ///< whether it is one of those that were known
    bool has_name = false;           ///< or a size of the case, or made of some
    std::string number{};            ///< where it has none: as short as may be
    bool is_simple = false;          ///< whether it has a name, or three digits at most
};
/// The simplest name of a factor: that of one that is `known`, or of the other sign or of a half,
/// else of sizes of the case, else the shortest number.
NamedFactor named_factor(const Case& of, std::span<const KnownFactor> known,
                         const FactorRange& range);

}  // namespace revolute
