#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/tables/axis_positions.hpp>
#include <revolute/tools/tables/time_words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace revolute {

namespace {

constexpr double seconds_of_day = 86400;
/// So far, in steps, a place may be from where even spacing has it, to be said to be there.
constexpr double even_tolerance = 1e-6;

/// The scale of dates: months where all stand on one day of theirs, weekdays where rows a day apart
/// leave out weekends, else seconds.
DateScale scale_of(const std::vector<double>& seconds, const DateFormat& format) {
    DateScale scale{.format = format};
    scale.of_day = seconds.front() - seconds_of_day * std::floor(seconds.front() / seconds_of_day);
    unsigned day = 1;
    bool is_same_time = true, are_weekdays = true, leaves_weekends = false;
    double before = seconds.front();
    for (const double at : seconds) {
        const double days = std::floor(at / seconds_of_day);
        day = std::max(day, calendar_date(static_cast<long>(days)).day);
        is_same_time = is_same_time && at - seconds_of_day * days == scale.of_day;
        const double weekday = std::fmod(std::fmod(days + 3, 7) + 7, 7);  // Monday is 0
        are_weekdays = are_weekdays && weekday < 5;
        leaves_weekends = leaves_weekends || std::abs(at - before) == 3 * seconds_of_day;
        before = at;
    }
    if (!is_same_time) return scale;
    DateScale by_month = scale;
    by_month.unit = DateUnit::month;
    by_month.day = day;
    const auto is_kept = [&](double at) { return by_month.seconds(by_month.place(at)) == at; };
    if (seconds.size() > 1 && std::ranges::all_of(seconds, is_kept)) return by_month;
    // Months end on the 31st, though no row may show it.
    by_month.day = 31;
    if (seconds.size() > 1 && std::ranges::all_of(seconds, is_kept)) return by_month;
    if (are_weekdays && leaves_weekends) scale.unit = DateUnit::weekday;
    return scale;
}

/// Puts the rows into order on an axis.
class AxisBuilder {
 public:
    AxisBuilder(const Table& table, RowNumbers rows, Positions positions, Missing missing)
        : table_(table),
          rows_(rows.begin(), rows.end()),
          column_(positions.column),
          missing_(missing),
          places_(std::move(positions.values)) {
        result_.axis.name = table.columns()[column_];
        if (positions.note) result_.notes.push_back(std::move(*positions.note));
        if (positions.format) {
            result_.axis.dates = scale_of(places_, *positions.format);
            for (double& place : places_) place = result_.axis.dates->place(place);
        }
        step_ = common_step(places_);
    }

    AxisReading read() {
        if (!step_) {
            refuse_alike();
            refuse_uneven();
        }
        if (*step_ < 0) turn_round();
        for (std::size_t i = 1; i < places_.size(); ++i) require_order(i);
        for (std::size_t i = 0; i < places_.size(); ++i) append(i);
        space_evenly();
        if (gaps_ > 0)
            result_.notes.push_back(
                fmt::format("{} of \"{}\" passed over: rows around are neighbours",
                            detail::plural(gaps_, "gap"), result_.axis.name));
        return std::move(result_);
    }

    /// The same for numbers that need not be an axis: where they are at no common distance rows are
    /// counted.
    AxisReading read_or_count() {
        // Dates that are written as numbers are dates.
        if (step_ || result_.axis.dates || are_in_order(std::ranges::greater{})) return read();
        AxisReading counted{.axis = {}, .rows = {rows_.begin(), rows_.end()}, .notes = {}};
        if (are_in_order(std::ranges::less{}))
            counted.notes.push_back(fmt::format(
                "\"{}\" does not rise by equal steps: rows are counted, as if at equal distances",
                result_.axis.name));
        return counted;
    }

 private:
    /// Whether each place, of four or more, comes before the next: numbers of no axis hardly would.
    template <class Order>
    bool are_in_order(const Order& comes_before) const {
        const auto breaks = [&](double a, double b) { return !comes_before(a, b); };
        return places_.size() >= 4 && std::ranges::adjacent_find(places_, breaks) == places_.end();
    }

    /// Newest first becomes oldest first.
    void turn_round() {
        std::ranges::reverse(rows_);
        std::ranges::reverse(places_);
        step_ = -*step_;
        result_.notes.push_back(
            fmt::format("rows are newest first by \"{}\" and are read from the last to the first",
                        result_.axis.name));
    }

    /// Where several rows are at one place, as those of a day whose hours another column has.
    void refuse_alike() const {
        const auto begin = std::ranges::adjacent_find(places_);
        if (begin == places_.end()) return;
        const auto end =
            std::find_if(begin, places_.end(), [&](double at) { return at != *begin; });
        const auto first = static_cast<std::size_t>(begin - places_.begin());
        throw ParseError(fmt::format(
            "{}: the rows must be at different places\n"
            "  \"{}\" is {} in {} rows, from line {} on\n  {}; {}",
            table_.source(), result_.axis.name, table_.cell(rows_[first], column_), end - begin,
            table_.line(rows_[first]), advice_on_times(rows_[first]), count_rows));
    }

    std::string advice_on_times(std::size_t row) const {
        const auto are_times = [&](std::size_t column) {
            return std::ranges::all_of(rows_, [&](std::size_t of_table) {
                return is_time_of_day(without_blanks(table_.cell(of_table, column)));
            });
        };
        for (std::size_t column = 0; column < table_.columns().size(); ++column)
            if (column != column_ && are_times(column))
                return fmt::format(
                    "\"{}\" has the time of day, which must stand in the same "
                    "column: {} {}",
                    table_.columns()[column], table_.cell(row, column_), table_.cell(row, column));
        return "if other columns say more, such as the time of day, it must stand in the same "
               "column";
    }

    [[noreturn]] void refuse_uneven() const {
        throw ParseError(
            fmt::format("{}: the rows must be at equal distances by \"{}\"\n"
                        "  line {} is at {}, line {} at {}\n  {}",
                        table_.source(), result_.axis.name, table_.line(rows_.front()),
                        table_.cell(rows_.front(), column_), table_.line(rows_.back()),
                        table_.cell(rows_.back(), column_), count_rows));
    }

    [[noreturn]] void refuse(std::size_t i, std::string_view what, std::string_view advice) const {
        throw ParseError(fmt::format(
            "{}: {}\n  \"{}\" is {} in line {} and {} in line {}\n  {}", table_.source(), what,
            result_.axis.name, table_.cell(rows_[i - 1], column_), table_.line(rows_[i - 1]),
            table_.cell(rows_[i], column_), table_.line(rows_[i]), advice));
    }

    double steps_before(std::size_t i) const { return (places_[i] - places_[i - 1]) / *step_; }

    /// Of all rows before any is called missing: one that stands elsewhere is no gap.
    void require_order(std::size_t i) const {
        if (std::round(steps_before(i)) < 0)
            refuse(i, "the rows must be in order", fmt::format("sort them; {}", count_rows));
    }

    void append(std::size_t i) {
        const double steps = i == 0 ? 1 : steps_before(i);
        const double whole = std::round(steps);
        if (whole == 0 && std::abs(steps) <= step_tolerance)
            refuse(i, "the rows must be at different places",
                   fmt::format("remove one of the two; {}", count_rows));
        if (std::abs(steps - whole) > step_tolerance)
            refuse(i, "the rows must be at equal distances", std::string(count_rows));
        if (whole > 1) pass_gap(i, static_cast<std::size_t>(whole) - 1);
        actual_.push_back(places_[i]);
        result_.rows.emplace_back(rows_[i]);
    }

    /// `count` rows are missing before row i.
    void pass_gap(std::size_t i, std::size_t count) {
        if (missing_ == Missing::error)
            refuse(i, fmt::format("no row may be missing ({} here)", count),
                   fmt::format("--missing interpolate fills them in, --missing drop takes the rows "
                               "around them as neighbours; {}",
                               count_rows));
        if (count > most_filled)
            refuse(i, fmt::format("{} rows are missing, more than can be filled in", count),
                   std::string(count_rows));
        if (missing_ == Missing::drop) {
            ++gaps_;
            return;
        }
        const double before = places_[i - 1];
        for (std::size_t k = 1; k <= count; ++k) {
            actual_.push_back(before + (places_[i] - before) * static_cast<double>(k) /
                                           static_cast<double>(count + 1));
            result_.rows.emplace_back();
        }
    }

    /// Sets first and spacing, and the places where these do not give them.
    void space_evenly() {
        Axis& axis = result_.axis;
        axis.first = actual_.front();
        axis.spacing = *step_;
        bool is_even = true;
        for (std::size_t row = 0; row < actual_.size(); ++row)
            is_even = is_even && std::abs(actual_[row] - axis.first -
                                          axis.spacing * static_cast<double>(row)) <=
                                     even_tolerance * axis.spacing;
        if (!is_even) axis.places = actual_;
        // 0.1 and not 0.3 - 0.2, which is as large but for rounding.
        if (is_even && actual_.size() > 1)
            axis.spacing = (actual_.back() - axis.first) / static_cast<double>(actual_.size() - 1);
    }

    static constexpr std::size_t most_filled = 10'000'000;

    const Table& table_;
    std::vector<std::size_t> rows_;
    std::size_t column_;
    Missing missing_;
    std::vector<double> places_;  // of the rows
    std::optional<double> step_;
    std::vector<double> actual_;  // of the axis' rows, those that are filled in among them
    std::size_t gaps_ = 0;        // that were passed over
    AxisReading result_;
};

AxisReading counted_rows(RowNumbers rows) {
    return {.axis = {}, .rows = {rows.begin(), rows.end()}, .notes = {}};
}

/// The column that is named, which must be an axis.
AxisReading read_named_axis(const Table& table, RowNumbers rows, std::size_t column,
                            const AxisOptions& options, Missing missing) {
    std::optional<Positions> positions = dates_in(table, rows, column, options);
    if (!positions && !options.date_format) {
        require_certain_signs(table, column);
        positions = numbers_or_months_in(table, rows, column);
    }
    if (positions) return AxisBuilder(table, rows, std::move(*positions), missing).read();
    refuse_broken_axis(table, rows, column, options);
    refuse_axis(table, column, "an axis must have numbers or dates", rows.front(),
                "dates are read as ISO 8601 or --date-format says");
}

}  // namespace

AxisReading read_axis(const Table& table, RowNumbers rows, std::span<const std::size_t> taken,
                      const AxisOptions& options, Missing missing) {
    if (options.name == "row" || rows.empty()) return counted_rows(rows);
    if (options.name)
        return read_named_axis(table, rows, table.column(*options.name), options, missing);
    if (options.date_format) return read_named_axis(table, rows, 0, options, missing);
    const auto is_taken = [&](std::size_t column) {
        return std::ranges::find(taken, column) != taken.end();
    };
    for (std::size_t column = 0; column < table.columns().size(); ++column) {
        if (is_taken(column)) continue;
        auto dates = dates_in(table, rows, column, options);
        if (dates && rows.size() > 1)
            return AxisBuilder(table, rows, std::move(*dates), missing).read();
    }
    // Rows are counted where no column says when they were.
    const auto counted = [&](AxisReading reading) {
        for (std::size_t column = 0; column < table.columns().size(); ++column)
            if (!is_taken(column)) refuse_unread_dates(table, rows, column);
        return reading;
    };
    if (is_taken(0)) return counted(counted_rows(rows));
    std::optional<Positions> numbers = numbers_or_months_in(table, rows, 0);
    if (!numbers) {
        refuse_broken_axis(table, rows, 0, options);
        return counted(counted_rows(rows));
    }
    require_certain_signs(table, 0);
    AxisReading reading = AxisBuilder(table, rows, std::move(*numbers), missing).read_or_count();
    return reading.axis.name == counted_rows(rows).axis.name ? counted(std::move(reading))
                                                             : reading;
}

}  // namespace revolute
