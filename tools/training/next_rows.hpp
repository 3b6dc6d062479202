#pragma once

/// @file
/// What is known of the rows after the last one.

#include <revolute/tools/training/series.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// The values of columns in the `count` rows after the last one of a series, from a table that has
/// them. Where the series has an axis the table has a column of that name, and its rows are found
/// by their places, in any order and among others. Where rows are counted the table begins with the
/// row after the last.
///
/// Throws ParseError when a column, a row or a value is missing, and for a row that is there twice;
/// it says which.
std::vector<NumberColumn> read_next_rows(const Table& table, std::span<const std::string> names,
                                         const Series& series, std::size_t count,
                                         const MissingRule& missing = {});

}  // namespace revolute
