#pragma once

/// @file
/// Two nets as texts: whether they are the same function, and where they first differ.

#include <revolute/tools/language/net_text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace revolute {

/// With what two nets are compared.
struct NetComparisonOptions {
    /// Of both nets. Fewer steps are tried too, unless a text says how many there are.
    NetTextSizes sizes{.steps = 6};
    int draws = 3;           ///< of random values for the leaves
    std::uint64_t seed = 1;  ///< of the draws
};

/// A value of one name in both nets, of other numbers.
struct NetDifference {
    std::string value;                        ///< "h(3)", "dW"
    int steps = 1;                            ///< N of the nets in which it was seen
    double first = 0;                         ///< the entry that differs most, in the first net
    double second = 0;                        ///< the same in the second
    int row = 0;                              ///< of the entry, from 0
    int column = 0;                           ///< of the entry, from 0
    std::vector<std::string> first_lines{};   ///< that define it; none of an adjoint
    std::vector<std::string> second_lines{};  ///< the same in the second text
};

/// What is found of two nets.
struct NetComparison {
    std::string first_name;   ///< of the text
    std::string second_name;  ///< of the text
    /// Leaves that one net alone has, or that have another shape there, in words. The nets are not
    /// computed then.
    std::vector<std::string> unlike_leaves{};
    std::optional<NetDifference> value{};    ///< the first one computed that differs
    std::optional<NetDifference> loss{};     ///< where the losses differ
    std::vector<NetDifference> gradients{};  ///< of each parameter and first state that differs

    /// Whether losses and gradients agree. Values between may be others.
    bool are_same() const { return unlike_leaves.empty() && !loss && gradients.empty(); }
};

/// Compares the losses of two nets, the gradients of all that is trained, and the values that have
/// one name in both, for random values of the leaves, which are matched by name. They agree within
/// rounding. Throws what `NetText::build` and `differentiate` throw.
NetComparison compare_nets(const NetText& first, const NetText& second,
                           const NetComparisonOptions& options = {});

/// Whether they are the same function, in words, and where they first differ.
std::string to_text(const NetComparison& comparison);

}  // namespace revolute
