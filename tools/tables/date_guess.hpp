#pragma once

/// @file
/// Formats in which texts may be dates.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// Formats for strptime by which as many texts are dates as by any common one, of those by which
/// the first date is one; the commoner ones first. Several where nothing tells day, month and year
/// apart; none where no common format fits. A year of four digits is %Y, of two %y.
std::vector<std::string> likely_date_formats(std::span<const std::string_view> texts);

/// "--date-format '%d.%m.%Y' reads them": what is to be typed for dates of such formats, and the
/// first text that it does not read; or how to say it where no common format fits.
std::string advice_on_dates(std::span<const std::string_view> texts);

}  // namespace revolute
