#include <revolute/tools/language/detail/size_classes.hpp>

namespace revolute::detail {

SizeClasses::Size SizeClasses::make() {
    classes_.push_back({classes_.size(), {}, {}});
    return classes_.size() - 1;
}

SizeClasses::Size SizeClasses::root(Size size) const {
    while (classes_[size].parent != size) size = classes_[size].parent;
    return size;
}

bool SizeClasses::give(Size size, int value, TextPlace origin) {
    Class& known = classes_[root(size)];
    if (known.value) return *known.value == value;
    known.value = value;
    known.origin = origin;
    ++changes_;
    return true;
}

bool SizeClasses::join(Size a, Size b) {
    const Size kept = root(a), other = root(b);
    if (kept == other) return true;
    Class& into = classes_[kept];
    const Class& from = classes_[other];
    if (into.value && from.value && *into.value != *from.value) return false;
    if (!into.value && from.value) {
        into.value = from.value;
        into.origin = from.origin;
    }
    classes_[other].parent = kept;
    ++changes_;
    return true;
}

}  // namespace revolute::detail
