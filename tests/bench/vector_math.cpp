// Times the functions of vector_math beside a loop that calls std:: for each number: nanoseconds
// per number, medians of alternating runs.
#include <revolute/graph/program/vector_math.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <string_view>
#include <vector>

namespace vector_math = revolute::vector_math;

namespace {

template <class T>
using Unary = void (*)(const T*, T*, std::size_t);

template <class T>
struct Contest {
    std::string_view name;
    Unary<T> ours;
    Unary<T> loop;
};

template <class T>
double nanoseconds(Unary<T> function, const std::vector<T>& x, std::vector<T>& y) {
    const std::size_t calls = 40000 / x.size() + 1;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < calls; ++i) function(x.data(), y.data(), x.size());
    const std::chrono::duration<double, std::nano> elapsed =
        std::chrono::steady_clock::now() - start;
    return elapsed.count() / static_cast<double>(calls * x.size());
}

double median(std::vector<double> times) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

template <class T>
void measure(const Contest<T>& contest, std::size_t n) {
    std::mt19937 random(1);
    std::uniform_real_distribution<T> number(T(0.01), T(4));
    std::vector<T> x(n), y(n);
    for (T& value : x) value = number(random);
    std::vector<double> ours, loop;
    for (int run = 0; run < 51; ++run) {
        ours.push_back(nanoseconds(contest.ours, x, y));
        loop.push_back(nanoseconds(contest.loop, x, y));
    }
    fmt::print("{:8} {:6} {:6} {:8.3f} {:8.3f} {:7.1f}\n", contest.name,
               sizeof(T) == 8 ? "double" : "float", n, median(ours), median(loop),
               median(loop) / median(ours));
}

// y[i] = function(x[i]), one after another.
template <class T, auto function>
void loop(const T* x, T* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = function(x[i]);
}

template <class T>
void measure_all() {
    constexpr auto exp = [](T x) { return std::exp(x); };
    constexpr auto log = [](T x) { return std::log(x); };
    constexpr auto tanh = [](T x) { return std::tanh(x); };
    constexpr auto sigmoid = [](T x) { return 1 / (1 + std::exp(-x)); };
    constexpr auto relu = [](T x) { return x < 0 ? 0 : x; };
    constexpr auto square = [](T x) { return x * x; };
    for (const std::size_t n : {10U, 64U, 100U, 4096U})
        for (const Contest<T>& contest : {Contest<T>{"tanh", vector_math::tanh, loop<T, tanh>},
                                          {"sigmoid", vector_math::sigmoid, loop<T, sigmoid>},
                                          {"exp", vector_math::exp, loop<T, exp>},
                                          {"log", vector_math::log, loop<T, log>},
                                          {"relu", vector_math::relu, loop<T, relu>},
                                          {"square", vector_math::square, loop<T, square>}})
            measure(contest, n);
}

}  // namespace

int main() {
    fmt::print("function type        n     ours     std:  faster\n");
    measure_all<double>();
    measure_all<float>();
}
