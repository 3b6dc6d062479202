#pragma once

#include <revolute/tools/support/stopwatch.hpp>

#include <cstdio>
#include <sys/resource.h>

/// Peak resident memory of this process so far, in megabytes.
inline long peak_megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

/// Says so unless the stack is limited, as these programs are meant to run.
inline void note_stack_limit() {
    rlimit stack{};
    getrlimit(RLIMIT_STACK, &stack);
    if (stack.rlim_cur > 512 * 1024)
        std::printf("note: the stack is not limited to 512 kB (run under ulimit -s 512)\n");
}

/// Prints what each phase took.
class Phases {
 public:
    /// Ends a phase; the next one begins when this returns. Returns its seconds.
    double done(const char* name) {
        const double seconds = phase_.seconds();
        std::printf("%-14s %6.2f s, peak so far %ld MB\n", name, seconds, peak_megabytes());
        std::fflush(stdout);
        phase_ = {};
        return seconds;
    }

 private:
    revolute::Stopwatch phase_;
};
