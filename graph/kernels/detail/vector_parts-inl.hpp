// For files that Highway reads again for each kind of processor, behind <hwy/highway.h>: hence no
// usual guard.

#if defined(REVOLUTE_VECTOR_PARTS) == defined(HWY_TARGET_TOGGLE)
#ifdef REVOLUTE_VECTOR_PARTS
#undef REVOLUTE_VECTOR_PARTS
#else
#define REVOLUTE_VECTOR_PARTS
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace revolute::detail::vector_parts::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The first n < Lanes(d) numbers at x, then zeros. Masked loads and stores of older processors
// touch what is masked out.
template <class D, class T>
auto load_part(D d, const T* x, std::size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
    HWY_ALIGN T part[hn::MaxLanes(D())] = {};
    std::memcpy(part, x, n * sizeof(T));
    return hn::Load(d, part);
#else
    return hn::MaskedLoad(hn::FirstN(d, n), d, x);
#endif
}

template <class D, class V, class T>
void store_part(D d, V v, T* y, std::size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
    HWY_ALIGN T part[hn::MaxLanes(D())];
    hn::Store(v, d, part);
    std::memcpy(y, part, n * sizeof(T));
#else
    hn::BlendedStore(v, hn::FirstN(d, n), d, y);
#endif
}

}  // namespace revolute::detail::vector_parts::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // REVOLUTE_VECTOR_PARTS
