#pragma once

/// @file
/// The line that says what a slow command does.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

namespace revolute {

/// Whether the standard error is a terminal, on which somebody waits.
bool is_terminal_error();

/// Tells somebody at a terminal what a command that takes long is doing, and for how long: one
/// line, which is drawn over and over and is gone at the end. It shows nothing before it has waited
/// for `patience`.
class Activity {
 public:
    /// With `is_shown` false it does nothing.
    Activity(std::ostream& out, bool is_shown, std::string command,
             std::chrono::steady_clock::duration patience = std::chrono::seconds(2));
    /// On the standard error, where that is a terminal.
    explicit Activity(std::string command);
    /// Wipes its line out.
    ~Activity();
    Activity(const Activity&) = delete;
    Activity& operator=(const Activity&) = delete;

    /// What is being done from now on: "laying the figure out".
    void now(std::string_view what);
    /// Wipes its line out for something else that is written; it comes again.
    void make_way();
    /// From now on the line is drawn by `now` alone, so that nothing runs beside what is timed.
    void stop_clock();

 private:
    void run_clock();
    void draw();
    void wipe();

    std::ostream& out_;
    const bool is_shown_;
    const std::string command_;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point next_drawing_;
    std::mutex mutex_;  // of what follows
    std::condition_variable has_ended_;
    bool is_ended_ = false;
    std::string what_;
    bool is_drawn_ = false;
    std::thread clock_;
};

}  // namespace revolute
