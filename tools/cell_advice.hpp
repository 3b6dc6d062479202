#pragma once

#include <string>
#include <string_view>

namespace revolute {

/// What hinders a cell from being a number, and what to do; empty where that cannot be told: digits of another
/// script, a unit, a currency or a percent sign, an exponent with D.
std::string advice_on_no_number(std::string_view cell);

}  // namespace revolute
