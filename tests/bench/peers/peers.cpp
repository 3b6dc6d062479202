#include <hand/blas.hpp>
#include <peers/peers.hpp>

#include <array>
#include <cstdlib>
#include <unistd.h>

namespace bench {

namespace {

using revolute::hand::Blas;
using revolute::hand::blas_of;
using revolute::hand::found;
using revolute::hand::openblas;
using revolute::hand::opened;

using DnnlGemm = int (*)(char, char, long, long, long, float, const float*, long, const float*,
                         long, float, float*, long);

void* blis() {
    static void* const library = opened("libblis.so.4");
    return library;
}

DnnlGemm dnnl_sgemm() {
    static const auto function = found<DnnlGemm>(opened("libdnnl.so.2"), "dnnl_sgemm");
    return function;
}

template <class T>
void multiply_by(const Blas<T>& blas, const Product<T>& p) {
    const T one = 1, beta = p.adds ? 1 : 0;
    const int unit = 1, left = p.left_leading(), right = p.right_leading();
    const char turn_left = p.turns_left ? 'T' : 'N', turn_right = p.turns_right ? 'T' : 'N';
    const char turned_right = p.turns_right ? 'N' : 'T';
    const int left_rows = p.turns_left ? p.inner : p.rows;
    const int left_columns = p.turns_left ? p.rows : p.inner;
    const int right_rows = p.turns_right ? p.columns : p.inner;
    const int right_columns = p.turns_right ? p.inner : p.columns;
    if (p.columns == 1)
        blas.gemv(&turn_left, &left_rows, &left_columns, &one, p.A, &left, p.B, &unit, &beta, p.C,
                  &unit);
    else if (p.rows == 1)
        blas.gemv(&turned_right, &right_rows, &right_columns, &one, p.B, &right, p.A, &unit, &beta,
                  p.C, &unit);
    else
        blas.gemm(&turn_left, &turn_right, &p.rows, &p.columns, &p.inner, &one, p.A, &left, p.B,
                  &right, &beta, p.C, &p.rows);
}

template <class T>
void by_openblas(const Product<T>& p) {
    static const Blas<T> blas = blas_of<T>(openblas());
    multiply_by(blas, p);
}

template <class T>
void by_blis(const Product<T>& p) {
    static const Blas<T> blas = blas_of<T>(blis());
    multiply_by(blas, p);
}

// Row-major: the transposed product.
void by_dnnl(const Product<float>& p) {
    dnnl_sgemm()(p.turns_right ? 'T' : 'N', p.turns_left ? 'T' : 'N', p.columns, p.rows, p.inner, 1,
                 p.B, p.right_leading(), p.A, p.left_leading(), p.adds ? 1 : 0, p.C, p.rows);
}

struct Variable {
    const char* name;
    const char* widest;
    const char* half;
};

constexpr std::array variables{
    Variable{"OPENBLAS_CORETYPE", "SkylakeX", "Haswell"},
    Variable{"OPENBLAS_NUM_THREADS", "1", "1"}, Variable{"OMP_NUM_THREADS", "1", "1"},
    Variable{"ONEDNN_MAX_CPU_ISA", "ALL", "AVX2"}, Variable{"BLIS_ARCH_TYPE", nullptr, "3"}};

}  // namespace

template <class T>
std::vector<Peer<T>> peers() {
    std::vector<Peer<T>> peers;
    if (blas_of<T>(openblas()).gemm != nullptr) peers.push_back({"OpenBLAS", by_openblas<T>});
    if (blas_of<T>(blis()).gemm != nullptr) peers.push_back({"BLIS", by_blis<T>});
    if constexpr (std::is_same_v<T, float>)
        if (dnnl_sgemm() != nullptr) peers.push_back({"oneDNN", by_dnnl});
    return peers;
}

template std::vector<Peer<double>> peers<double>();
template std::vector<Peer<float>> peers<float>();

void tell_peers(std::size_t bytes_of_vector, char** arguments) {
    bool is_new = false;
    for (const Variable& variable : variables) {
        const char* const value = bytes_of_vector == 64 ? variable.widest : variable.half;
        if (value == nullptr || std::getenv(variable.name) != nullptr) continue;
        setenv(variable.name, value, 0);
        is_new = true;
    }
    if (is_new) execv("/proc/self/exe", arguments);
}

}  // namespace bench
