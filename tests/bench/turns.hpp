#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

// Two that do the same, timed in turns: so what else the computer does meets both.

namespace bench {

inline double median(std::vector<double> numbers) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::nth_element(numbers.begin(), middle, numbers.end());
    return *middle;
}

inline double microseconds(const auto& action) {
    const auto start = std::chrono::steady_clock::now();
    action();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
        .count();
}

/// Runs both once an iteration. The benchmark's time is that of `ours`; its counters are the medians
/// of both, in microseconds and under the names given, and `ratio`, ours to theirs.
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
    const double our_median = median(std::move(our_times));
    const double their_median = median(std::move(their_times));
    state.counters[names.first + "_us"] = our_median;
    state.counters[names.second + "_us"] = their_median;
    state.counters["ratio"] = our_median / their_median;
}

}  // namespace bench
