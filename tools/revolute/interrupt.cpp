#include "interrupt.hpp"

#include <cstddef>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace revolute {

namespace {

constexpr std::array requests_to_end{SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t signal_that_came = 0;
volatile std::sig_atomic_t is_watched = 0;  // somebody sees what is written to the standard error

constexpr std::string_view answer_to_request =
    "\nending after this step of training; a second Ctrl-C ends at once and saves nothing\n";

// What is said where the program is to end at once; the text is set before the flag.
std::string_view last_words;
volatile std::sig_atomic_t ends_at_once = 0;

void say_in_handler(std::string_view text) {
    // Nothing else of what writes may be called here.
    const bool is_lost = write(STDERR_FILENO, text.data(), text.size()) < 0;
    static_cast<void>(is_lost);  // then nobody can be told
}

extern "C" void note_request(int signal) {
    signal_that_came = signal;
    if (ends_at_once != 0) {
        say_in_handler(last_words);
        _exit(Interrupt::exit_status());
    }
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    // The shell and the kernel both send it when a terminal is closed: the second one asks for
    // nothing more.
    std::signal(SIGHUP, SIG_IGN);
    if (is_watched != 0) say_in_handler(answer_to_request);  // a step may take minutes
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
    ends_at_once = 0;
}

void Interrupt::end_at_once(std::string words) {
    last_words_ = std::move(words);
    last_words = last_words_;
    ends_at_once = 1;
}

bool Interrupt::came() { return signal_that_came != 0; }

int Interrupt::exit_status() { return 128 + signal_that_came; }

}  // namespace revolute
