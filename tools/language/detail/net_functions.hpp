#pragma once

#include <revolute/graph/op.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute::detail {

/// What stands between the parentheses of a function, in order.
struct FunctionArgument {
    bool is_attribute = false;
    std::size_t number = 0;  ///< which operand or attribute
};

/// An operator that is called by name: clamp(x, -1, 0.5).
struct NetFunction {
    const Op* op = nullptr;
    /// Of a variadic operator, none: all arguments are operands.
    std::vector<FunctionArgument> arguments;
};

/// The functions of the language: each operator by its own name, and by the one that its notation
/// has, as stop(x) for stop_gradient and H(x) for heaviside.
class NetFunctions {
 public:
    /// Of the library's operators and of `own`.
    explicit NetFunctions(std::span<const Op* const> own);

    /// Null where there is none.
    const NetFunction* find(std::string_view name) const;
    /// All names, for proposals.
    std::vector<std::string> names() const;

 private:
    void add(const Op& op);

    std::map<std::string, NetFunction, std::less<>> by_name_;
};

}  // namespace revolute::detail
