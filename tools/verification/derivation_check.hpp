#pragma once

/// @file
/// A derivation of back-propagation by hand, judged line by line.

#include <revolute/tools/language/net_text.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// What is found of a line.
enum class LineVerdict : std::uint8_t {
    right,          ///< at every step
    right_in_part,  ///< at some steps
    wrong,          ///< at none
    definition,     ///< of a name of the derivation's own, which can be neither
};

/// One line of a derivation, judged by itself: all that it reads has its true value, whatever other
/// lines say.
struct CheckedLine {
    int line = 0;                              ///< in the text, from 1
    std::string text;                          ///< as it stands there
    std::string subject;                       ///< the left side, "dh(t)"
    LineVerdict verdict = LineVerdict::right;  ///< on the whole line
    std::vector<std::string> wrong_at;         ///< steps, "t = T", where it is not wrong at all
    /// What is the matter, where it is known: "the sign of U' dz(t+1)", "[3 x 1] is no shape of
    /// dW, which is [3 x 2]".
    std::string mistake;
    /// What belongs there, as `derive` prints it; names of the derivation's own stand for those
    /// that `derive` makes, where both are the same values.
    std::vector<std::string> right_lines;
    std::vector<std::string> made_lines;  ///< of other names in them that `derive` makes
};

/// A derivation beside the true derivatives.
struct DerivationCheck {
    std::vector<CheckedLine> lines;    ///< in the order of the text
    std::vector<std::string> missing;  ///< gradients and boundary cases that no line gives

    /// Whether no line is wrong at any step. What is missing is no mistake.
    bool passes() const;
};

/// With what a derivation is judged.
struct DerivationOptions {
    NetTextSizes sizes{.steps = 6};  ///< of the net
    int draws = 3;                   ///< of random values for the net's leaves
    std::uint64_t seed = 1;          ///< of the draws
};

/// Judges every line of a derivation. Names of the net mean what they mean there, dh(t) and
/// dL/dh(t) the adjoint of h(t). Other names are the derivation's own and mean what their line
/// says, `delta(t) := dz(t)` or `q(t) = dh(t) o o(t)`. Values decide, not form. `name` is what
/// errors call the text. Throws ParseError for what is no line of the language, and what
/// `NetText::build` throws.
DerivationCheck check_derivation(const NetText& net, std::string_view derivation,
                                 std::string name = "derivation",
                                 const DerivationOptions& options = {});

/// The verdict on each line below it, and what is missing.
std::string to_text(const DerivationCheck& check);

}  // namespace revolute
