#pragma once

/// @file
/// The series of `revolute demo`.

#include <string_view>

namespace revolute {

/// Yearly sunspot numbers 1700 to 2008 as CSV, columns YEAR and SUNACTIVITY (NOAA National
/// Geophysical Data Center, public domain): the series that `revolute demo` learns.
extern const std::string_view sunspots_csv;

}  // namespace revolute
