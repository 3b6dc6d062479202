#include "interrupt.hpp"

namespace revolute {

namespace {

volatile std::sig_atomic_t interrupt_came = 0;

extern "C" void note_interrupt(int) { interrupt_came = 1; }

}  // namespace

Interrupt::Interrupt() {
    interrupt_came = 0;
    struct sigaction action = {};
    action.sa_handler = note_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &before_);
}

Interrupt::~Interrupt() { sigaction(SIGINT, &before_, nullptr); }

bool Interrupt::came() { return interrupt_came != 0; }

}  // namespace revolute
