#pragma once

/// @file
/// How far a long task is, as a bar or in lines.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace revolute {

/// How progress is shown: a bar that is drawn over and over, or ten plain lines.
enum class ProgressStyle : std::uint8_t {
    bar,    ///< for terminals
    lines,  ///< for files
};

/// The style for standard error: a bar on a terminal.
ProgressStyle style_of_standard_error();

/// "1250 samples/s".
std::string samples_per_second(std::size_t samples, std::chrono::duration<double> time);

/// Columns of the terminal that the standard error is; 80 where that is none.
std::size_t terminal_columns();

/// "epoch [###...] 3/10 note", in less than so many columns: the bar is shorter where it must be,
/// then the note is cut.
std::string bar_line(std::string_view title, int done, int total, std::string_view note,
                     std::size_t columns);

/// Shows how far a long task is.
class Progress {
 public:
    /// Shows nothing before it has taken longer than `patience`: a task that is often short then
    /// leaves no trace. A bar is as wide as `columns` let it be; 0: those of the terminal.
    Progress(std::ostream& out, ProgressStyle style, std::string title, int total,
             std::chrono::steady_clock::duration patience = {}, std::size_t columns = 0);
    /// Ends the line of a bar.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// `done` of the total are done; `note` is what else to say ("training RMSE 10.8").
    void update(int done, std::string_view note);

 private:
    void draw_bar(int done, std::string_view note);

    std::ostream& out_;
    ProgressStyle style_;
    std::string title_;
    int total_;
    std::size_t columns_;
    std::size_t drawn_width_ = 0;  // of the bar on the terminal, 0 when there is none
    std::chrono::steady_clock::time_point first_showing_;
    std::chrono::steady_clock::time_point next_drawing_{};
};

}  // namespace revolute
