#pragma once

#include <string>
#include <vector>

// Other libraries' products of matrices, of those that are installed: opened when the benchmark
// runs, so that it can be built without them.

namespace bench {

/// C = A B or C += A B, column-major, [rows x inner] times [inner x columns]; what is transposed
/// lies in memory as its transpose.
template <class T>
struct Product {
    int rows, columns, inner;
    bool turns_left, turns_right, adds;
    const T* A;
    const T* B;
    T* C;
    int left_leading() const { return turns_left ? inner : rows; }
    int right_leading() const { return turns_right ? columns : inner; }
};

template <class T>
struct Peer {
    std::string name;
    void (*multiply)(const Product<T>& product);
};

/// OpenBLAS, BLIS and, in float, oneDNN. Each in one thread.
template <class T>
std::vector<Peer<T>> peers();

/// Sets the variables by which those libraries are told their kernels and one thread, for vectors
/// of so many bytes, and starts the program again where they were not set: they are read when a
/// library is loaded. What the user has set stays.
void tell_peers(std::size_t bytes_of_vector, char** arguments);

}  // namespace bench
