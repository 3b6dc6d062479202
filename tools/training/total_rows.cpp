#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/support/detail/printable.hpp>
#include <revolute/tools/support/detail/small_letters.hpp>
#include <revolute/tools/training/total_rows.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace revolute {

namespace {

/// "Total", "Grand total:", "Sum 2020".
bool says_total(std::string_view cell) {
    constexpr std::array words{"total",
                               "totals",
                               "grand total",
                               "subtotal",
                               "sub-total",
                               "overall",
                               "sum",
                               "sums",
                               "mean",
                               "average",
                               "avg",
                               "median",
                               "summe",
                               "gesamt",
                               "gesamtsumme",
                               "gesamtergebnis",
                               "insgesamt",
                               "zwischensumme",
                               "mittelwert",
                               "mittel",
                               "durchschnitt",
                               "somme",
                               "total general",
                               "moyenne",
                               "total g\xc3\xa9n\xc3\xa9ral",
                               "suma",
                               "promedio",
                               "media",
                               "totale",
                               "somma",
                               "soma",
                               "totaal",
                               "gemiddelde",
                               "\xce\xa3",
                               "\xe2\x88\x91",
                               "\xc3\x98"};
    std::string text = detail::in_small_letters(without_blanks(cell));
    const auto is_behind = [](unsigned char c) {
        return c == ':' || c == '.' || c == ' ' || std::isdigit(c) != 0;
    };
    while (!text.empty() && is_behind(static_cast<unsigned char>(text.back()))) text.pop_back();
    return std::ranges::find(words, text) != words.end();
}

void require_no_totals_in(const Table& table, std::size_t column) {
    std::vector<std::size_t> totals;
    for (std::size_t row = 0; row < table.row_count(); ++row)
        if (says_total(table.cell(row, column))) totals.push_back(row);
    if (totals.empty() || 2 * totals.size() >= table.row_count()) return;
    const std::size_t first = totals.front();
    const std::string more =
        totals.size() == 1
            ? std::string()
            : fmt::format(", and likewise {} below", detail::plural(totals.size() - 1, "line"));
    throw ParseError(fmt::format(
        "{}: a row must not be a total of others\n  line {}, column \"{}\": {}{}\n  remove {}",
        table.source(), table.line(first), table.columns()[column],
        detail::printable(table.cell(first, column)), more,
        totals.size() == 1 ? fmt::format("line {}", table.line(first)) : "them"));
}

}  // namespace

void require_no_total_rows(const Table& table, std::span<const std::size_t> taken,
                           const std::optional<std::string>& axis) {
    const auto look_at = [&](std::size_t column) {
        if (std::ranges::find(taken, column) == taken.end()) require_no_totals_in(table, column);
    };
    look_at(0);
    if (axis && axis != "row") look_at(table.column(*axis));
}

std::vector<std::string> notes_on_last_row(const Table& table, std::span<const std::size_t> taken) {
    std::vector<std::string> notes;
    constexpr std::size_t least = 3;  // of fewer rows none is an exception
    const std::size_t rows = table.row_count();
    for (std::size_t column = 0; rows >= least && column < table.columns().size(); ++column) {
        if (std::ranges::find(taken, column) != taken.end()) continue;
        std::size_t alike = 0;
        while (alike < rows && is_number_or_date(table.cell(alike, column))) ++alike;
        if (alike + 1 != rows) continue;
        const std::string cell = detail::printable(table.cell(rows - 1, column));
        notes.push_back(fmt::format(
            "line {} is read like the others, though {} in \"{}\", where these have numbers or "
            "dates: is it a total?",
            table.line(rows - 1),
            cell.empty() ? "nothing stands" : fmt::format("\"{}\" stands", cell),
            table.columns()[column]));
    }
    return notes;
}

}  // namespace revolute
