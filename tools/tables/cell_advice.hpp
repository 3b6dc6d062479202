#pragma once

/// @file
/// What hinders a cell from being a number.

#include <string>
#include <string_view>

namespace revolute {

/// What hinders a cell from being a number, and what to do; empty where that cannot be told: digits
/// of another script, a unit, a currency or a percent sign, an exponent with D. Commands in it read
/// the file `source`, which is in `encoding`, and print it in UTF-8.
std::string advice_on_no_number(std::string_view cell, const std::string& source,
                                const std::string& encoding);

/// Whether a cell is a number with a unit, a currency or a percent sign.
bool has_number_with_unit(std::string_view cell);

}  // namespace revolute
