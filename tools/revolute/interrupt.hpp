#pragma once

#include <csignal>

namespace revolute {

/// While it lives, the first Ctrl-C (SIGINT) is noted instead of ending the program; a second one ends it.
class Interrupt {
 public:
    /// The status that a shell gives a program that Ctrl-C ended.
    static constexpr int exit_status = 130;

    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    static bool came();

 private:
    struct sigaction before_;
};

}  // namespace revolute
