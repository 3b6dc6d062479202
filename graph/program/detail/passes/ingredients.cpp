#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/passes/ingredients.hpp>

#include <initializer_list>
#include <span>

namespace revolute::detail {

namespace {

std::uint64_t mixed_words(std::initializer_list<std::uint64_t> words) {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : words) hash = mix_hash(hash, word);
    return hash;
}

Member read_by(std::span<const Read> slot, std::int32_t t) {
    const Read& read = read_at(slot, t);
    return {read.target, read.step_at(t)};
}

}  // namespace

std::uint64_t Ingredients::word_of(Member member) {
    return std::uint64_t{index(member.part)} << 32 | static_cast<std::uint32_t>(member.t);
}

void Ingredients::add_value(Member member) { sum_ += mixed_words({1, word_of(member)}); }

void Ingredients::add_product(Member left, bool left_is_transposed, Member right,
                              bool right_is_transposed) {
    sum_ += mixed_words({2, word_of(left), left_is_transposed ? 1U : 0U, word_of(right),
                         right_is_transposed ? 1U : 0U});
}

Ingredients Definitions::of(Member member) const {
    const Part& part = rolled_[member.part];
    Ingredients result;
    if (is_sum_over_steps(part)) {
        for (const Terms& terms : terms_of(rolled_, part))
            for (std::size_t i = 0; i < terms.count; ++i)
                add_summand(result, {terms.part,
                                     terms.first + terms.stride * static_cast<std::int32_t>(i)});
    } else if (part.op->role == Role::sum) {
        for (const std::vector<Read>& slot : reads_.slots(member.part))
            add_summand(result, read_by(slot, member.t));
    } else if (part.op->role == Role::product) {
        add_product(result, member);
    } else {
        const std::span<const std::vector<Read>> slots = reads_.slots(member.part);
        result.add_call(slots.size(),
                        [&](std::size_t slot) { return read_by(slots[slot], member.t); });
    }
    return result;
}

std::vector<Member> Definitions::operands(Member member) const {
    std::vector<Member> operands;
    operands.reserve(reads_.slots(member.part).size());
    for (const std::vector<Read>& slot : reads_.slots(member.part))
        operands.push_back(read_by(slot, member.t));
    return operands;
}

/// A term is no value: what it is made of is added up.
void Definitions::add_summand(Ingredients& result, Member summand) const {
    if (reads_.standing(summand.part) != Standing::term)
        return result.add_value(read_by(reads_.view(summand.part), summand.t));
    std::vector<Member> waiting{summand};
    while (!waiting.empty()) {
        const Member member = waiting.back();
        waiting.pop_back();
        if (reads_.standing(member.part) != Standing::term) {
            result.add_value(read_by(reads_.view(member.part), member.t));
        } else if (rolled_[member.part].op->role == Role::product) {
            add_product(result, member);
        } else {
            const std::vector<Member> terms = operands(member);
            waiting.insert(waiting.end(), terms.begin(), terms.end());
        }
    }
}

void Definitions::add_product(Ingredients& result, Member member) const {
    const std::span<const std::vector<Read>> slots = reads_.slots(member.part);
    const Read& left = read_at(slots[0], member.t);
    const Read& right = read_at(slots[1], member.t);
    const auto [rows, columns] = rolled_[member.part].shape;
    const int inner = left.shape.columns;
    result.add_product(
        {left.target, left.step_at(member.t)}, left.is_transposed && rows > 1 && inner > 1,
        {right.target, right.step_at(member.t)}, right.is_transposed && inner > 1 && columns > 1);
}

}  // namespace revolute::detail
