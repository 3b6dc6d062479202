#pragma once

#include <string>
#include <type_traits>

// OpenBLAS, opened when it is first needed: only who measures code by hand needs it. By its names
// in Fortran: what a library's other interfaces call may be found in another library.

namespace revolute::hand {

template <class Number>
using Gemm = void (*)(const char*, const char*, const int*, const int*, const int*, const Number*,
                      const Number*, const int*, const Number*, const int*, const Number*, Number*,
                      const int*);
template <class Number>
using Gemv = void (*)(const char*, const int*, const int*, const Number*, const Number*, const int*,
                      const Number*, const int*, const Number*, Number*, const int*);

/// A library, or null where it is not installed.
void* opened(const char* name);
/// A function of it by its name; null where there is none, or no library.
void* found(void* library, const char* name);
template <class Function>
Function found(void* library, const char* name) {
    return reinterpret_cast<Function>(found(library, name));
}

template <class Number>
struct Blas {
    Gemm<Number> gemm;
    Gemv<Number> gemv;
};

/// Null functions where the library is null.
template <class Number>
Blas<Number> blas_of(void* library) {
    constexpr bool is_double = std::is_same_v<Number, double>;
    return {found<Gemm<Number>>(library, is_double ? "dgemm_" : "sgemm_"),
            found<Gemv<Number>>(library, is_double ? "dgemv_" : "sgemv_")};
}

/// In one thread, unless the user has said otherwise. Null where it is not installed.
void* openblas();
/// What it says of its kernels, such as "Haswell": it chooses them when it is opened, by the
/// processor or by the environment variable OPENBLAS_CORETYPE. Empty where it is not installed.
std::string openblas_kernels();
/// Throws Error where it is not installed, and CapacityError where the system would refuse it the
/// buffer for which it asks again and again, for ever.
void require_openblas();

}  // namespace revolute::hand
