#include <revolute/graph/evaluate/detail/not_finite.hpp>
#include <revolute/graph/program/detail/machine/member_values.hpp>

namespace revolute::detail {

template <class Number>
bool MemberValues<Number>::are_finite(Member member) const {
    bool finite = true;
    for_each_column({member, 1}, [&](std::span<const Number> column) {
        finite = all_finite(column);
        return finite;
    });
    return finite;
}

template <class Number>
std::vector<Number> MemberValues<Number>::numbers(const Members& members) const {
    std::vector<Number> numbers;
    for_each_column(members, [&](std::span<const Number> column) {
        numbers.insert(numbers.end(), column.begin(), column.end());
        return true;
    });
    return numbers;
}

template <class Number>
std::vector<double> MemberValues<Number>::doubles(const Members& members) const {
    const std::vector<Number> all = numbers(members);
    return {all.begin(), all.end()};
}

template class MemberValues<double>;
template class MemberValues<float>;

}  // namespace revolute::detail
