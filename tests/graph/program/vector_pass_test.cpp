// Functions that are computed one after another in one call.

#include <revolute/graph/kernels/vector_math.hpp>
#include <support/on_every_target.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <vector>

using namespace revolute;
using vector_math::Function;
using vector_math::PassStep;

namespace {

/// A step, and which rows of the memory it reads and writes.
struct Drawn {
    Function function{};
    double factor = 0;
    std::array<std::size_t, 3> rows{};  ///< a, b, y
};

constexpr std::size_t row_count = 5, rounds = 3;

std::vector<Drawn> drawn_steps(std::mt19937& random) {
    std::vector<Drawn> steps(1 + random() % 8);
    for (Drawn& step : steps) {
        step.function = static_cast<Function>(random() % static_cast<unsigned>(Function::sum));
        step.factor = static_cast<int>(random() % 9) * 0.375 - 1;
        for (std::size_t& row : step.rows) row = random() % row_count;
    }
    return steps;
}

bool is_binary(Function function) {
    return function == Function::add || function == Function::subtract ||
           function == Function::multiply || function == Function::multiply_tanh_slope ||
           function == Function::multiply_sigmoid_slope;
}

/// Rows of numbers for each round, a number that belongs to no row behind each.
template <class T>
struct Memory {
    Memory(std::size_t n, std::mt19937& random)
        : length(n + 1), numbers(rounds * row_count * length) {
        std::uniform_real_distribution<T> number(-3, 3);
        for (T& x : numbers) x = number(random);
    }
    T* row(std::size_t round, std::size_t number) {
        return numbers.data() + (round * row_count + number) * length;
    }
    /// From a round to the next.
    std::ptrdiff_t stride() const { return static_cast<std::ptrdiff_t>(row_count * length); }

    std::size_t length;
    std::vector<T> numbers;
};

template <class T>
EntryKernel<T> kernel(Function function) {
    const FastKernels both = vector_math::kernels(function);
    if constexpr (sizeof(T) == sizeof(double))
        return both.in_double;
    else
        return both.in_float;
}

template <class T>
void by_kernels(const std::vector<Drawn>& steps, Memory<T>& memory, std::size_t round) {
    for (const Drawn& step : steps) {
        const auto [a, b, y] = step.rows;
        const Columns<const T> operands[] = {memory.row(round, a), memory.row(round, b)};
        kernel<T>(step.function)(
            {std::span(operands, is_binary(step.function) ? 2 : 1), std::span(&step.factor, 1)},
            memory.row(round, y), memory.length - 1);
    }
}

template <class T>
std::vector<PassStep<T>> pass_steps(const std::vector<Drawn>& steps, Memory<T>& memory) {
    std::vector<PassStep<T>> result;
    for (const Drawn& step : steps) {
        const auto [a, b, y] = step.rows;
        result.push_back({step.function,
                          static_cast<T>(step.factor),
                          {memory.row(0, a), memory.stride()},
                          {memory.row(0, b), memory.stride()},
                          {memory.row(0, y), memory.stride()}});
    }
    return result;
}

template <class T>
void check_passes() {
    std::mt19937 random(1);
    for (const std::size_t n :
         std::vector<std::size_t>{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100})
        for (int draw = 0; draw < 20; ++draw) {
            CAPTURE(n);
            CAPTURE(draw);
            const std::vector<Drawn> steps = drawn_steps(random);
            Memory<T> passed(n, random);
            Memory<T> expected = passed;
            const std::vector<PassStep<T>> in_pass = pass_steps(steps, passed);
            for (std::size_t round = 0; round < rounds; ++round) {
                by_kernels(steps, expected, round);
                vector_math::pass<T>()(in_pass, round, n);
            }
            // Bits, as NaN is there too.
            CHECK(std::memcmp(passed.numbers.data(), expected.numbers.data(),
                              passed.numbers.size() * sizeof(T)) == 0);
        }
}

}  // namespace

TEST_CASE(
    "vector pass: it gives the bits of the kernels, one after another, and writes nothing else") {
    test::on_every_target([] {
        check_passes<double>();
        check_passes<float>();
    });
}

TEST_CASE(
    "vector pass: a kernel's function is found, and none of what is no kernel of a function") {
    test::on_every_target([] {
        for (std::size_t i = 0; i < vector_math::function_count; ++i) {
            const auto function = static_cast<Function>(i);
            CHECK(vector_math::function_of(kernel<double>(function)) == function);
            CHECK(vector_math::function_of(kernel<float>(function)) == function);
        }
        CHECK_FALSE(
            vector_math::function_of(vector_math::kernels(vector_math::Choice::abs).in_double));
    });
}
