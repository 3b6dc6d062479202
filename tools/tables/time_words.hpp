#pragma once

/// @file
/// Texts that say when something was, whether or not they can be read as dates.

#include <string_view>

namespace revolute {

/// Whether a text has a year of four digits, 1500 to 2199, or the name of a month or of a day of
/// the week, in English or a language near by, in full or as it is shortened.
bool speaks_of_time(std::string_view text);

/// Whether a text is a time of day alone: 12:30, 12:30:15, 1:30 PM.
bool is_time_of_day(std::string_view text);

}  // namespace revolute
