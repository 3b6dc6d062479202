#include "interrupt.hpp"

#include <cstddef>
#include <string_view>
#include <unistd.h>

namespace revolute {

namespace {

constexpr std::array requests_to_end{SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t signal_that_came = 0;
volatile std::sig_atomic_t is_watched = 0;  // somebody sees what is written to the standard error

constexpr std::string_view answer_to_request =
    "\nending after this step of training; a second Ctrl-C ends at once and saves nothing\n";

extern "C" void note_request(int signal) {
    signal_that_came = signal;
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    // The shell and the kernel both send it when a terminal is closed: the second one asks for nothing more.
    std::signal(SIGHUP, SIG_IGN);
    // A step may take minutes. Nothing else of what writes may be called here.
    const bool is_lost = is_watched != 0 && write(STDERR_FILENO, answer_to_request.data(),
                                                  answer_to_request.size()) < 0;
    static_cast<void>(is_lost);  // then nobody can be told
}

}  // namespace

Interrupt::Interrupt() {
    signal_that_came = 0;
    is_watched = isatty(STDERR_FILENO);
    for (std::size_t i = 0; i < requests_to_end.size(); ++i) {
        struct sigaction action = {};
        action.sa_handler = note_request;
        sigaction(requests_to_end[i], &action, &before_[i]);
        if (before_[i].sa_handler == SIG_IGN) sigaction(requests_to_end[i], &before_[i], nullptr);
    }
}

Interrupt::~Interrupt() {
    for (std::size_t i = 0; i < requests_to_end.size(); ++i)
        sigaction(requests_to_end[i], &before_[i], nullptr);
}

bool Interrupt::came() { return signal_that_came != 0; }

int Interrupt::exit_status() { return 128 + signal_that_came; }

}  // namespace revolute
