// The functions of vector_math beside a loop that calls std:: for each number, on so many of them:
// vector_math/FUNCTION/NUMBERS/COUNT; counters ours_us, loop_us, ratio.

#include <revolute/graph/kernels/vector_math.hpp>

#include <fmt/format.h>
#include <turns.hpp>

#include <cmath>
#include <random>
#include <string_view>
#include <vector>

namespace vector_math = revolute::vector_math;

namespace bench {

namespace {

template <class T>
using Unary = void (*)(revolute::Columns<const T>, revolute::Columns<T>, revolute::ColumnExtent);

template <class T>
struct Contest {
    std::string_view name;
    Unary<T> ours;
    Unary<T> loop;
};

template <class T>
void compare(benchmark::State& state, const Contest<T>& contest, std::size_t n) {
    std::mt19937 random(1);
    std::uniform_real_distribution<T> number(T(0.01), T(4));
    std::vector<T> x(n), y(n);
    for (T& value : x) value = number(random);
    const auto many = [&](Unary<T> function) {
        return [&x, &y, function] {
            for (std::size_t i = 0; i < 40000 / x.size() + 1; ++i)
                function(x.data(), y.data(), x.size());
        };
    };
    take_turns(state, {"ours", "loop"}, many(contest.ours), many(contest.loop));
}

// y[i] = function(x[i]), one after another.
template <class T, auto function>
void loop(revolute::Columns<const T> x, revolute::Columns<T> y, revolute::ColumnExtent n) {
    for (std::size_t i = 0; i < n.entries; ++i) y.first[i] = function(x.first[i]);
}

template <class T>
void add() {
    constexpr auto exp = [](T x) { return std::exp(x); };
    constexpr auto log = [](T x) { return std::log(x); };
    constexpr auto tanh = [](T x) { return std::tanh(x); };
    constexpr auto sigmoid = [](T x) { return 1 / (1 + std::exp(-x)); };
    constexpr auto relu = [](T x) { return x < 0 ? 0 : x; };
    constexpr auto square = [](T x) { return x * x; };
    for (const Contest<T>& contest : {Contest<T>{"tanh", vector_math::tanh, loop<T, tanh>},
                                      {"sigmoid", vector_math::sigmoid, loop<T, sigmoid>},
                                      {"exp", vector_math::exp, loop<T, exp>},
                                      {"log", vector_math::log, loop<T, log>},
                                      {"relu", vector_math::relu, loop<T, relu>},
                                      {"square", vector_math::square, loop<T, square>}})
        for (const std::size_t n : {10U, 64U, 100U, 4096U}) {
            const std::string name =
                fmt::format("vector_math/{}/{}/{}", contest.name,
                            sizeof(T) == sizeof(double) ? "double" : "float", n);
            benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
                compare<T>(state, contest, n);
            })->UseManualTime();
        }
}

}  // namespace

void add_everything() {
    add<double>();
    add<float>();
}

}  // namespace bench

int main(int count, char** arguments) {
    benchmark::Initialize(&count, arguments);
    bench::add_everything();
    benchmark::RunSpecifiedBenchmarks();
}
