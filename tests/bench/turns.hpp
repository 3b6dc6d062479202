#pragma once

#include <revolute/tools/support/stopwatch.hpp>

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

// Two that do the same, timed in turns: so what else the computer does meets both.

namespace bench {

inline double microseconds(const auto& action) {
    const revolute::Stopwatch watch;
    action();
    return watch.microseconds();
}

/// Runs both once an iteration. The benchmark's time is that of `ours`; its counters are the
/// medians of both, in microseconds and under the names given, and `ratio`, ours to theirs.
void take_turns(benchmark::State& state, const std::pair<std::string, std::string>& names,
                const auto& ours, const auto& theirs) {
    ours();  // reads all memory once
    theirs();
    std::vector<double> our_times, their_times;
    for (auto _ : state) {
        our_times.push_back(microseconds(ours));
        their_times.push_back(microseconds(theirs));
        state.SetIterationTime(our_times.back() * 1e-6);
    }
    const double our_median = revolute::median(std::move(our_times));
    const double their_median = revolute::median(std::move(their_times));
    state.counters[names.first + "_us"] = our_median;
    state.counters[names.second + "_us"] = their_median;
    state.counters["ratio"] = our_median / their_median;
}

}  // namespace bench
