#pragma once

#include <revolute/tools/language/detail/net_source.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace revolute::detail {

/// Numbers of rows and columns that are not known yet, and which of them are equal: a union-find
/// whose classes may have a value, and remember the line that gave it.
class SizeClasses {
 public:
    using Size = std::size_t;

    /// A size of its own.
    Size make();
    /// What it is, when that is known.
    std::optional<int> value(Size size) const { return classes_[root(size)].value; }
    /// Where the value was said or follows from.
    TextPlace origin(Size size) const { return classes_[root(size)].origin; }
    bool is_same(Size a, Size b) const { return root(a) == root(b); }
    /// False where it has another value.
    [[nodiscard]] bool give(Size size, int value, TextPlace origin);
    /// False where they have different values.
    [[nodiscard]] bool join(Size a, Size b);
    /// How often something became known, by which passes see that nothing more will.
    std::size_t changes() const { return changes_; }

 private:
    struct Class {
        Size parent = 0;
        std::optional<int> value{};
        TextPlace origin{};
    };
    Size root(Size size) const;

    std::vector<Class> classes_;
    std::size_t changes_ = 0;
};

}  // namespace revolute::detail
