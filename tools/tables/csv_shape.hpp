#pragma once

/// @file
/// Rows of a table that have as many cells as others, or not.

#include <revolute/tools/tables/csv_dialect.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace revolute {

/// What a first column of names of rows is called where the file does not name it.
inline constexpr std::string_view row_names = "row.names";

/// Names the first column `row_names` where the header has one name fewer than all rows have cells,
/// as R writes a table whose rows have names; returns whether it did. The first cells of the rows
/// must be names for certain, lest names come to stand over the wrong columns: no two are alike,
/// and they are in quotes, count up from 1, or, below two names or more, are no numbers. What is a
/// title above a table is none of its names.
bool name_row_names(std::vector<CsvRow>& rows);

/// Throws ParseError naming `source` unless every row has as many cells as the first. Where lines
/// are empty or notes stand below the table it names all of them.
void require_even_rows(std::span<const CsvRow> rows, std::string_view source,
                       const CsvDialect& dialect);

}  // namespace revolute
