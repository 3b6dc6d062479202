#include "interrupt.hpp"

#include <cstddef>

namespace revolute {

namespace {

constexpr std::array requests_to_end{SIGINT, SIGTERM};

volatile std::sig_atomic_t signal_that_came = 0;

extern "C" void note_request(int signal) {
    signal_that_came = signal;
    for (const int request : requests_to_end) std::signal(request, SIG_DFL);
}

}  // namespace

Interrupt::Interrupt() {
    signal_that_came = 0;
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
