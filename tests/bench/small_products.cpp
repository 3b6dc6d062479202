// Times matrix times vector, ours beside CBLAS: nanoseconds a product, medians of alternating runs.

#include <revolute/graph/program/small_products.hpp>

#include <contest.hpp>

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
void measure(bool turns, int rows, int columns) {
    void (*product)(int, int, const T*, int, const T*, bool, T*) = revolute::small_products::times;
    if (turns) product = revolute::small_products::transposed_times;
    const auto A = bench::zeros<T>(rows, columns);
    const std::vector<T> x(static_cast<std::size_t>(std::max(rows, columns)));
    std::vector<T> y(x.size());
    const int calls = 2000000 / (rows * columns + 200) + 1;
    const auto nanoseconds = [&](auto action) {
        return 1000.0 / calls * bench::microseconds([&] {
                   for (int i = 0; i < calls; ++i) action();
               });
    };
    std::vector<double> by_us, by_blas;
    for (int run = 0; run < 31; ++run) {
        by_us.push_back(
            nanoseconds([&] { product(rows, columns, A.data(), rows, x.data(), true, y.data()); }));
        by_blas.push_back(
            nanoseconds([&] { blas(turns, rows, columns, A.data(), x.data(), y.data()); }));
    }
    fmt::print("{:5} {:6} {:5} {:5} {:10.1f} {:10.1f} {:6.2f}\n", turns ? "A' x" : "A x",
               sizeof(T) == sizeof(double) ? "double" : "float", rows, columns,
               bench::median(by_us), bench::median(by_blas),
               bench::median(by_blas) / bench::median(by_us));
}

}  // namespace

int main() {
    openblas_set_num_threads(1);
    fmt::print("      numbers rows  cols    ours ns    BLAS ns  faster\n");
    for (const bool turns : {false, true})
        for (const int columns : {4, 8, 16, 32, 64, 128, 256, 512})
            for (const int rows : {columns, 4 * columns}) {
                measure<double>(turns, rows, columns);
                measure<float>(turns, rows, columns);
            }
}
