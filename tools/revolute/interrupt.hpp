#pragma once

#include <array>
#include <csignal>

namespace revolute {

/// While it lives, the first request to end, Ctrl-C (SIGINT), SIGTERM or the end of the terminal (SIGHUP), is noted and a
/// second one of these ends the program at once. A signal that the parent has set to be ignored stays ignored.
class Interrupt {
 public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    static bool came();
    /// The status that a shell gives a program that the signal ended: 130, 143 or 129.
    static int exit_status();

 private:
    std::array<struct sigaction, 3> before_;
};

}  // namespace revolute
