#pragma once

#include <array>
#include <csignal>
#include <string>

namespace revolute {

/// While it lives, the first request to end, Ctrl-C (SIGINT), SIGTERM or the end of the terminal
/// (SIGHUP), is noted and a second one of these ends the program at once. A signal that the parent
/// has set to be ignored stays ignored. One lives at a time.
class Interrupt {
 public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    /// From now on, when nothing can be lost any more, the first request ends the program at once
    /// as well, with these words on the standard error and its exit status.
    void end_at_once(std::string words);

    static bool came();
    /// The status that a shell gives a program that the signal ended: 130, 143 or 129.
    static int exit_status();

 private:
    std::array<struct sigaction, 3> before_;
    std::string last_words_;
};

}  // namespace revolute
