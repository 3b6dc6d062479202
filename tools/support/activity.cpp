#include <revolute/tools/support/activity.hpp>
#include <revolute/tools/support/progress.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace revolute {

namespace {

constexpr auto between_drawings = std::chrono::milliseconds(500);

}  // namespace

bool is_terminal_error() { return isatty(STDERR_FILENO) != 0; }

Activity::Activity(std::ostream& out, bool is_shown, std::string command,
                   std::chrono::steady_clock::duration patience)
    : out_(out),
      is_shown_(is_shown),
      command_(std::move(command)),
      next_drawing_(begin_ + patience) {
    if (!is_shown_) return;
    // Signals are for the command's own thread.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        clock_ = std::thread([this] { run_clock(); });
    } catch (const std::system_error&) {  // no thread is to be had; `now` still draws
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Activity::Activity(std::string command)
    : Activity(std::cerr, is_terminal_error(), std::move(command)) {}

Activity::~Activity() {
    stop_clock();
    wipe();
}

void Activity::now(std::string_view what) {
    if (!is_shown_) return;
    const std::lock_guard lock(mutex_);
    what_ = what;
    if (std::chrono::steady_clock::now() >= next_drawing_) draw();
}

void Activity::make_way() {
    const std::lock_guard lock(mutex_);
    wipe();
}

void Activity::stop_clock() {
    if (!clock_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_ended_ = true;
    }
    has_ended_.notify_one();
    clock_.join();
}

void Activity::run_clock() {
    std::unique_lock lock(mutex_);
    while (!has_ended_.wait_until(lock, next_drawing_, [this] { return is_ended_; }))
        if (std::chrono::steady_clock::now() >= next_drawing_) draw();
}

void Activity::draw() {
    const auto now = std::chrono::steady_clock::now();
    next_drawing_ = now + between_drawings;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - begin_).count();
    std::string line =
        fmt::format("{}: {}{}{} s", command_, what_, what_.empty() ? "" : ", ", seconds);
    line.resize(std::min(line.size(), terminal_columns() - 1));
    out_ << fmt::format("\r{}\x1b[K", line) << std::flush;
    is_drawn_ = true;
}

void Activity::wipe() {
    if (std::exchange(is_drawn_, false)) out_ << "\r\x1b[K" << std::flush;
}

}  // namespace revolute
