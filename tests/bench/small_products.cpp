// Matrix times vector, ours beside CBLAS: small_products/A x/NUMBERS/ROWS,COLUMNS and A' x; counters
// ours_us, blas_us, ratio, of some thousand products. What `is_small` in detail/blas.cpp goes by.

#include <revolute/graph/program/small_products.hpp>

#include <fmt/format.h>
#include <hand/block.hpp>
#include <turns.hpp>

namespace bench {

namespace {

template <class T>
void blas(bool turns, int rows, int columns, const T* A, const T* x, T* y) {
    const CBLAS_TRANSPOSE turn = turns ? CblasTrans : CblasNoTrans;
    if constexpr (sizeof(T) == sizeof(double))
        cblas_dgemv(CblasColMajor, turn, rows, columns, 1, A, rows, x, 1, 1, y, 1);
    else
        cblas_sgemv(CblasColMajor, turn, rows, columns, 1, A, rows, x, 1, 1, y, 1);
}

template <class T>
void compare(benchmark::State& state, bool turns, int rows, int columns) {
    void (*product)(int, int, const T*, int, const T*, bool, T*) = revolute::small_products::times;
    if (turns) product = revolute::small_products::transposed_times;
    const auto A = zeros<T>(rows, columns);
    const std::vector<T> x(static_cast<std::size_t>(std::max(rows, columns)));
    std::vector<T> y(x.size());
    const int calls = 2000000 / (rows * columns + 200) + 1;
    const auto repeated = [calls](const auto& action) {
        return [calls, action] {
            for (int i = 0; i < calls; ++i) action();
        };
    };
    take_turns(state, {"ours", "blas"},
               repeated([&] { product(rows, columns, A.data(), rows, x.data(), true, y.data()); }),
               repeated([&] { blas(turns, rows, columns, A.data(), x.data(), y.data()); }));
}

template <class T>
void add(bool turns, int rows, int columns) {
    const std::string name =
        fmt::format("small_products/{}/{}/{},{}", turns ? "A' x" : "A x",
                    sizeof(T) == sizeof(double) ? "double" : "float", rows, columns);
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
        compare<T>(state, turns, rows, columns);
    })->UseManualTime();
}

}  // namespace

void add_everything() {
    for (const bool turns : {false, true})
        for (const int columns : {4, 8, 16, 32, 64, 128, 256, 512})
            for (const int rows : {columns, 4 * columns}) {
                add<double>(turns, rows, columns);
                add<float>(turns, rows, columns);
            }
}

}  // namespace bench

int main(int count, char** arguments) {
    openblas_set_num_threads(1);
    benchmark::Initialize(&count, arguments);
    bench::add_everything();
    benchmark::RunSpecifiedBenchmarks();
}
