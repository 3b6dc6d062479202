// For files that Highway reads again for each kind of processor, behind <hwy/highway.h>: hence no
// usual guard.

#if defined(REVOLUTE_FEW_TERMS) == defined(HWY_TARGET_TOGGLE)
#ifdef REVOLUTE_FEW_TERMS
#undef REVOLUTE_FEW_TERMS
#else
#define REVOLUTE_FEW_TERMS
#endif

#include <revolute/graph/kernels/detail/product_tiles-inl.hpp>
#include <revolute/graph/kernels/detail/vector_parts-inl.hpp>

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <utility>

// Products whose sums have few terms: writing the result takes most of the time, so it is written
// from the first entry of each column to the last, as memory likes it. Bits are those of the tiles.

HWY_BEFORE_NAMESPACE();
namespace revolute::detail::few_terms::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using product_tiles::HWY_NAMESPACE::Block;
using vector_parts::HWY_NAMESPACE::load_part;
using vector_parts::HWY_NAMESPACE::store_part;

// Those of one column of the right factor stay in registers.
constexpr std::size_t most_terms = 8;

template <std::size_t terms, bool adds, class T>
void columns_in_turn(const Block<T>& o) {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t whole = o.rows / lanes, rest = o.rows % lanes;
    const std::size_t below = o.a_below, beside = o.a_beside;
    const T* b = o.b;
    T* column = o.c;
    for (std::size_t j = o.columns; j > 0; --j, b += o.b_beside, column += o.leading) {
        hn::Vec<decltype(d)> right[terms];
        HWY_UNROLL(8)
        for (std::size_t k = 0; k < terms; ++k) right[k] = hn::Set(d, b[k * o.b_below]);
        const auto sum_at = [&](const T* a) HWY_ATTR {
            auto sum = hn::Zero(d);
            HWY_UNROLL(8)
            for (std::size_t k = 0; k < terms; ++k)
                sum = hn::MulAdd(hn::LoadU(d, a + k * beside), right[k], sum);
            return sum;
        };
        const T* a = o.a;
        T* c = column;
        for (std::size_t i = whole; i > 0; --i, a += below, c += lanes) {
            const auto sum = sum_at(a);
            hn::StoreU(adds ? hn::Add(hn::LoadU(d, c), sum) : sum, d, c);
        }
        if (rest > 0) {
            const auto sum = sum_at(a);
            store_part(d, adds ? hn::Add(load_part(d, c, rest), sum) : sum, c, rest);
        }
    }
}

template <class T>
using Few = void (*)(const Block<T>& block);

template <class T, bool adds, std::size_t... less_one>
constexpr std::array<Few<T>, most_terms> by_terms(std::index_sequence<less_one...>) {
    return {columns_in_turn<less_one + 1, adds, T>...};
}

// Whether columns in turn are faster than tiles: each column of the right factor must be spread
// over as many vectors of rows as it has entries.
template <class T>
bool are_few(std::size_t rows, std::size_t terms) {
    return terms <= most_terms && terms * product_tiles::HWY_NAMESPACE::lanes<T>() <= rows;
}

// C = A B or C += A B. The right factor must not be packed; of the left one, a last vector that is
// not whole must be.
template <class T>
void multiply(const Block<T>& block) {
    static constexpr auto adding = by_terms<T, true>(std::make_index_sequence<most_terms>());
    static constexpr auto setting = by_terms<T, false>(std::make_index_sequence<most_terms>());
    (block.adds ? adding : setting)[block.inner - 1](block);
}

}  // namespace revolute::detail::few_terms::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // REVOLUTE_FEW_TERMS
