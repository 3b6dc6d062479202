#pragma once

/// @file
/// Missing values of a table's columns: how they are told, and what is done about them.

#include <revolute/tools/tables/csv.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// What is done where a value is missing, or a whole row of an axis.
enum class Missing : std::uint8_t {
    error,        ///< ParseError
    drop,         ///< rows without a value are left out; those around them become neighbours
    interpolate,  ///< a straight line between the neighbours
};

/// How missing values are told and treated.
struct MissingRule {
    Missing then = Missing::error;  ///< what is done about them
    /// What stands for a missing value beside an empty cell. Without them the usual texts do (NA,
    /// NaN, null, -, ...). A number such as -9999 that is far from all others does in either case,
    /// unless "none" is among them.
    std::optional<std::vector<std::string>> texts{};
};

/// Whether a cell is empty or one of the texts that usually stand for a missing value: NA, N/A,
/// NaN, null, none, missing, -, `--`, ?, a point; in small letters or large.
bool is_usual_for_missing(std::string_view cell);

/// A column of numbers.
struct ColumnValues {
    std::vector<double> values;      ///< NaN where one is missing
    std::vector<std::string> notes;  ///< what else is to be told of them
};

/// The column's numbers; NaN where one is missing. Throws ParseError naming line, column and what
/// to do for a cell that is no number; by Missing::error also for one that is missing, and for a
/// number that may stand for that: of nines alone (-9999, 999.9), where all others are nearer to
/// each other than to it; of another digit alone (-8888) or an end of whole numbers (-32768,
/// 65535), where they are ten times nearer; or any, where they are a million times nearer. Also
/// what `require_certain_signs` throws.
ColumnValues column_values(const Table& table, std::size_t column, const MissingRule& rule);

/// Throws ParseError unless signs were told, or it is certain whether a sign in the column's
/// numbers is the decimal sign or parts thousands. It is not where the same cells are numbers by
/// either, and other columns do not tell: 12.345 beside semicolons, tabs or bars, or 12,345; nor
/// where numbers without it have three digits at most: 998 beside 1.009.
void require_certain_signs(const Table& table, std::size_t column);

}  // namespace revolute
