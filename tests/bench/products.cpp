// Products, ours beside CBLAS: products/A x/NUMBERS/ROWS,INNER and A' x of a matrix and a vector, A B/... of
// matrices whose left factor is packed before, and "pack, A B" of those where it is packed for the product alone;
// counters ours_us, blas_us, ratio. What detail/product.cpp goes by.

#include <revolute/graph/program/packed_products.hpp>
#include <revolute/graph/program/small_products.hpp>

#include <fmt/format.h>
#include <hand/block.hpp>
#include <turns.hpp>

namespace bench {

namespace {

CBLAS_TRANSPOSE turn_of(bool turns) { return turns ? CblasTrans : CblasNoTrans; }

template <class T>
void blas(bool turns, int rows, int columns, const T* A, const T* x, T* y) {
    const CBLAS_TRANSPOSE turn = turn_of(turns);
    if constexpr (sizeof(T) == sizeof(double))
        cblas_dgemv(CblasColMajor, turn, rows, columns, 1, A, rows, x, 1, 1, y, 1);
    else
        cblas_sgemv(CblasColMajor, turn, rows, columns, 1, A, rows, x, 1, 1, y, 1);
}

/// So many times that a turn takes some time.
auto repeated(double operations, const auto& action) {
    const int calls = static_cast<int>(2e6 / (operations + 200)) + 1;
    return [calls, action] {
        for (int i = 0; i < calls; ++i) action();
    };
}

template <class T>
void compare(benchmark::State& state, bool turns, int rows, int columns) {
    void (*product)(int, int, const T*, int, const T*, bool, T*) = revolute::small_products::times;
    if (turns) product = revolute::small_products::transposed_times;
    const auto A = zeros<T>(rows, columns);
    const std::vector<T> x(static_cast<std::size_t>(std::max(rows, columns)));
    std::vector<T> y(x.size());
    const double operations = rows * columns;
    take_turns(
        state, {"ours", "blas"},
        repeated(operations,
                 [&] { product(rows, columns, A.data(), rows, x.data(), true, y.data()); }),
        repeated(operations, [&] { blas(turns, rows, columns, A.data(), x.data(), y.data()); }));
}

/// [rows x inner] times [inner x columns], factors transposed or not; A is packed once, or each time.
struct MatrixProduct {
    int rows, inner, columns;
    bool turns_left, turns_right, packs;
};

template <class T>
void blas(const MatrixProduct& p, const T* A, const T* B, T* C) {
    const int left = p.turns_left ? p.inner : p.rows, right = p.turns_right ? p.columns : p.inner;
    if constexpr (sizeof(T) == sizeof(double))
        cblas_dgemm(CblasColMajor, turn_of(p.turns_left), turn_of(p.turns_right), p.rows, p.columns,
                    p.inner, 1, A, left, B, right, 1, C, p.rows);
    else
        cblas_sgemm(CblasColMajor, turn_of(p.turns_left), turn_of(p.turns_right), p.rows, p.columns,
                    p.inner, 1, A, left, B, right, 1, C, p.rows);
}

template <class T>
void compare(benchmark::State& state, const MatrixProduct& p) {
    namespace packed_products = revolute::packed_products;
    const auto A = zeros<T>(p.rows, p.inner), B = zeros<T>(p.inner, p.columns);
    auto C = zeros<T>(p.rows, p.columns);
    std::vector<T> packed(packed_products::packed_size<T>(p.rows, p.inner));
    const packed_products::Factor<T> left{A.data(), p.turns_left ? p.inner : p.rows, p.turns_left};
    const packed_products::Factor<T> right{B.data(), p.turns_right ? p.columns : p.inner,
                                           p.turns_right};
    packed_products::pack(p.rows, p.inner, left, packed.data());
    const double operations = double(p.rows) * p.inner * p.columns / 16;
    take_turns(state, {"ours", "blas"},
               repeated(operations,
                        [&] {
                            if (p.packs)
                                packed_products::pack(p.rows, p.inner, left, packed.data());
                            packed_products::times({p.rows, p.columns, p.inner}, packed.data(),
                                                   right, true, C.data(), p.rows);
                        }),
               repeated(operations, [&] { blas(p, A.data(), B.data(), C.data()); }));
}

template <class T>
void add(const MatrixProduct& p) {
    const std::string name =
        fmt::format("products/{}A{} B{}/{}/{},{},{}", p.packs ? "pack, " : "",
                    p.turns_left ? "'" : "", p.turns_right ? "'" : "",
                    sizeof(T) == sizeof(double) ? "double" : "float", p.rows, p.inner, p.columns);
    benchmark::RegisterBenchmark(name.c_str(), [p](benchmark::State& state) {
        compare<T>(state, p);
    })->UseManualTime();
}

template <class T>
void add(bool turns, int rows, int columns) {
    const std::string name =
        fmt::format("products/{}/{}/{},{}", turns ? "A' x" : "A x",
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
    for (const MatrixProduct& p : {MatrixProduct{32, 32, 16, false, false, false},
                                   {128, 32, 16, false, false, false},
                                   {32, 128, 16, true, false, false},
                                   {128, 128, 32, false, false, false},
                                   {128, 512, 32, true, false, false},
                                   {512, 512, 64, false, false, false},
                                   {2048, 512, 64, false, false, false},
                                   {512, 2048, 64, true, false, false},
                                   {128, 256, 128, false, true, true},
                                   {512, 256, 512, false, true, true},
                                   {128, 32, 3200, false, false, true},
                                   {512, 256, 6400, false, false, true},
                                   {64, 8, 100, false, false, true}}) {
        add<double>(p);
        add<float>(p);
    }
}

}  // namespace bench

int main(int count, char** arguments) {
    openblas_set_num_threads(1);
    benchmark::Initialize(&count, arguments);
    bench::add_everything();
    benchmark::RunSpecifiedBenchmarks();
}
