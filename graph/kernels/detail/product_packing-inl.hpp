// For files that Highway reads again for each kind of processor, behind <hwy/highway.h>: hence no
// usual guard.

#if defined(REVOLUTE_PRODUCT_PACKING) == defined(HWY_TARGET_TOGGLE)
#ifdef REVOLUTE_PRODUCT_PACKING
#undef REVOLUTE_PRODUCT_PACKING
#else
#define REVOLUTE_PRODUCT_PACKING
#endif

#include <revolute/graph/kernels/detail/vector_parts-inl.hpp>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace revolute::detail::product_packing::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using vector_parts::HWY_NAMESPACE::load_part;

// As many numbers of as many lines as stand in 16 bytes, turned.
#if HWY_TARGET == HWY_SCALAR
template <class T>
constexpr std::size_t turned_together = 1;
template <class T>
HWY_INLINE void turn(const T* from, std::size_t /*below*/, T* to, std::size_t /*beside*/) {
    *to = *from;
}
#else
template <class T>
constexpr std::size_t turned_together = 16 / sizeof(T);

HWY_INLINE void turn(const double* from, std::size_t below, double* to, std::size_t beside) {
    const hn::CappedTag<double, 2> d;
    const auto first = hn::LoadU(d, from), second = hn::LoadU(d, from + below);
    hn::StoreU(hn::InterleaveLower(d, first, second), d, to);
    hn::StoreU(hn::InterleaveUpper(d, first, second), d, to + beside);
}

HWY_INLINE void turn(const float* from, std::size_t below, float* to, std::size_t beside) {
    const hn::CappedTag<float, 4> d;
    const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + below);
    const auto e = hn::LoadU(d, from + 2 * below), f = hn::LoadU(d, from + 3 * below);
    const auto even_low = hn::InterleaveLower(d, a, e), odd_low = hn::InterleaveLower(d, b, f);
    const auto even_high = hn::InterleaveUpper(d, a, e), odd_high = hn::InterleaveUpper(d, b, f);
    hn::StoreU(hn::InterleaveLower(d, even_low, odd_low), d, to);
    hn::StoreU(hn::InterleaveUpper(d, even_low, odd_low), d, to + beside);
    hn::StoreU(hn::InterleaveLower(d, even_high, odd_high), d, to + 2 * beside);
    hn::StoreU(hn::InterleaveUpper(d, even_high, odd_high), d, to + 3 * beside);
}
#endif

// Puts `lines` of numbers without gaps, `below` apart, beside each other: entry k of each goes to
// `to + k * beside`.
template <class T>
void transpose(std::size_t lines, std::size_t size, const T* from, std::size_t below, T* to,
               std::size_t beside) {
    constexpr std::size_t together = turned_together<T>;
    std::size_t line = 0;
    for (; line + together <= lines; line += together, from += together * below, to += together) {
        std::size_t k = 0;
        for (; k + together <= size; k += together) turn(from + k, below, to + k * beside, beside);
        for (; k < size; ++k)
            for (std::size_t i = 0; i < together; ++i) to[k * beside + i] = from[i * below + k];
    }
    for (; line < lines; ++line, from += below, ++to)
        for (std::size_t k = 0; k < size; ++k) to[k * beside] = from[k];
}

// So many columns, or rows, are read side by side, each from its beginning to its end: the
// processor sees that lines of memory follow each other, however far apart the columns stand.
constexpr std::size_t lines_together = 8;

// Rows that are whole vectors in memory.
template <std::size_t columns, class T>
void pack_columns(std::size_t rows, std::size_t inner, const T* from, std::size_t beside,
                  T* packed) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t row = 0; row + lanes <= rows; row += lanes, packed += inner * lanes) {
        HWY_UNROLL(8)
        for (std::size_t k = 0; k < columns; ++k)
            hn::StoreU(hn::LoadU(d, from + k * beside + row), d, packed + k * lanes);
    }
}

// The last rows, less than a vector.
template <class T>
void pack_part(std::size_t count, std::size_t inner, const T* from, std::size_t beside, T* packed) {
    const hn::ScalableTag<T> d;
    for (std::size_t k = 0; k < inner; ++k, from += beside, packed += hn::Lanes(d))
        hn::StoreU(load_part(d, from, count), d, packed);
}

// Rows that stand apart in memory, and of which each is without gaps.
template <class T>
void pack_transposed(std::size_t rows, std::size_t inner, const T* from, std::size_t below,
                     T* packed) {
    const std::size_t lanes = hn::Lanes(hn::ScalableTag<T>());
    for (std::size_t row = 0; row < rows; row += lanes, from += lanes * below) {
        const std::size_t count = std::min(lanes, rows - row);
        if (count < lanes) std::fill_n(packed, lanes * inner, T(0));
        transpose(count, inner, from, below, packed, lanes);
        packed += lanes * inner;
    }
}

// A left factor: vectors of rows, one behind another for all of the inner index.
template <class T>
void pack_left(std::size_t rows, std::size_t inner, const T* from, std::size_t below,
               std::size_t beside, T* packed) {
    if (below != 1) return pack_transposed(rows, inner, from, below, packed);
    const std::size_t lanes = hn::Lanes(hn::ScalableTag<T>());
    const std::size_t row = rows / lanes * lanes;
    std::size_t k = 0;
    for (; k + lines_together <= inner; k += lines_together)
        pack_columns<lines_together>(rows, inner, from + k * beside, beside, packed + k * lanes);
    for (; k < inner; ++k)
        pack_columns<1>(rows, inner, from + k * beside, beside, packed + k * lanes);
    if (row < rows) pack_part(rows - row, inner, from + row, beside, packed + row * inner);
}

template <std::size_t columns, class T>
void copy_right(std::size_t inner, const T* from, std::size_t below, T* packed) {
    for (std::size_t k = 0; k < inner; ++k, from += below, packed += columns)
        std::memcpy(packed, from, columns * sizeof(T));
}

// By the number of columns, less one: copies of a known size are one instruction or two.
template <class T>
constexpr std::array copies_of_right = {copy_right<1, T>, copy_right<2, T>, copy_right<3, T>,
                                        copy_right<4, T>, copy_right<5, T>, copy_right<6, T>,
                                        copy_right<7, T>, copy_right<8, T>};

// Some columns of a right factor, those of each inner index beside each other.
template <class T>
void pack_right(std::size_t inner, std::size_t columns, const T* from, std::size_t below,
                std::size_t beside, T* packed) {
    if (below == 1)
        transpose(columns, inner, from, beside, packed, columns);
    else
        copies_of_right<T>[columns - 1](inner, from, below, packed);
}

}  // namespace revolute::detail::product_packing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // REVOLUTE_PRODUCT_PACKING
