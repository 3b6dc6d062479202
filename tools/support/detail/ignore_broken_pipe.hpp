#pragma once

#include <csignal>

namespace revolute::detail {

/// While it lives, writing to a pipe that nobody reads fails and does not end the process.
class IgnoreBrokenPipe {
 public:
    IgnoreBrokenPipe() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
    IgnoreBrokenPipe(const IgnoreBrokenPipe&) = delete;
    IgnoreBrokenPipe& operator=(const IgnoreBrokenPipe&) = delete;
    ~IgnoreBrokenPipe() { std::signal(SIGPIPE, before_); }

 private:
    void (*before_)(int);
};

}  // namespace revolute::detail
