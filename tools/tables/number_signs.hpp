#pragma once

/// @file
/// The signs in numbers: decimal signs, and what parts thousands.

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// Stands for no sign at all between thousands.
inline constexpr char no_sign = '\0';

/// How numbers are written: 1234.5 as 1234,5 or 1.234,5.
struct NumberSigns {
    char decimal = '.';  ///< a point or a comma
    /// A point, a comma, a space (also one that does not break) or an apostrophe (also a
    /// typographic one).
    char thousands = no_sign;

    friend bool operator==(const NumberSigns&, const NumberSigns&) = default;
};

/// What is known of the signs before; what is not given is detected.
struct ToldSigns {
    std::optional<char> decimal{};    ///< before the fraction
    std::optional<char> thousands{};  ///< between groups of three digits

    /// Whether a sign was told.
    bool are_some() const { return decimal || thousands; }
    /// Whether the signs are those that were told, as far as some were.
    bool allow(NumberSigns signs) const {
        return decimal.value_or(signs.decimal) == signs.decimal &&
               thousands.value_or(signs.thousands) == signs.thousands;
    }
};

/// The finite number that the whole text is, blanks around it aside; none when it is not one.
/// Digits may be in groups of three before the decimal sign, all of them or none; between commas
/// also as in India, 1,00,000. Below zero are -5, also with a minus of typography, 5- and (5).
/// Nothing depends on the locale.
std::optional<double> to_number(std::string_view text, NumberSigns signs = {});

/// What is written of a number's size: 5 for +5, -5, 5- and (5).
std::string_view without_number_sign(std::string_view text);

/// Whether a text is a number by any signs.
bool is_number_by_some_signs(std::string_view text);

/// Whether a cell is a number by this sign as its decimal sign, and another by it between
/// thousands: 1,234.
bool may_be_grouped(std::string_view cell, char sign);

/// "a comma", "a space": a sign in numbers, in words.
std::string number_sign_in_words(char sign);
/// What `--decimal` and `--thousands` call it: comma, point, space, apostrophe, none.
std::string number_sign_name(char sign);

/// All ways to write numbers that are told apart, plainest first.
inline constexpr std::array<NumberSigns, 8> all_number_signs{{{'.', no_sign},
                                                              {',', no_sign},
                                                              {'.', ','},
                                                              {',', '.'},
                                                              {'.', ' '},
                                                              {',', ' '},
                                                              {'.', '\''},
                                                              {',', '\''}}};

/// How many cells are numbers by which of `all_number_signs`.
class SignVotes {
 public:
    /// Counts one more cell.
    void add(std::string_view cell);
    /// Counts the cells of other votes too.
    void add(const SignVotes& others);

    /// The signs by which most cells are numbers, among those that agree with what was told; those
    /// that `before` others, then the plainest, where several have equally many.
    NumberSigns most(const ToldSigns& told, std::optional<NumberSigns> before = {}) const;
    /// Whether these signs read every number that any signs read.
    bool are_all_by(NumberSigns signs) const;

 private:
    std::array<std::size_t, all_number_signs.size()> counts_{};  // of cells
    std::size_t numbers_ = 0;                                    // by one at least
};

}  // namespace revolute
