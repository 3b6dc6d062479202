#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace revolute {

/// How progress is shown: a bar that is drawn over and over, or ten plain lines.
enum class ProgressStyle : std::uint8_t { bar, lines };

/// The style for standard error: a bar on a terminal.
ProgressStyle style_of_standard_error();

/// "1250 samples/s".
std::string samples_per_second(std::size_t samples, std::chrono::duration<double> time);

/// Shows how far a long task is.
class Progress {
 public:
    /// Shows nothing before it has taken longer than `patience`: a task that is often short then leaves
    /// no trace.
    Progress(std::ostream& out, ProgressStyle style, std::string title, int total,
             std::chrono::steady_clock::duration patience = {});
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
    std::size_t drawn_width_ = 0;  // of the bar on the terminal, 0 when there is none
    std::chrono::steady_clock::time_point first_showing_;
    std::chrono::steady_clock::time_point next_drawing_{};
};

}  // namespace revolute
