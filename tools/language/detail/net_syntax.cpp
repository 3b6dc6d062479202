#include <revolute/tools/language/detail/net_syntax.hpp>

#include <algorithm>

namespace revolute::detail {

bool WrittenTerm::is_number() const {
    if (kind == Kind::number || kind == Kind::size) return true;
    if (kind != Kind::operation || operands.empty()) return false;
    const bool is_of_numbers = is_elementwise(op->role) || op->role == Role::product;
    return is_of_numbers && std::ranges::all_of(operands, &WrittenTerm::is_number);
}

}  // namespace revolute::detail
