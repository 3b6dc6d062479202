#pragma once

/// @file
/// What values are made of, by the graph: to compare with what code makes them of.

#include <revolute/graph/hash_index.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace revolute::detail {

/// What a value is made of, as one number: summands in any order, each as often as it is added.
class Ingredients {
 public:
    void add_value(Member member);
    void add_product(Member left, bool left_is_transposed, Member right, bool right_is_transposed);
    /// `member_at` gives an operand by its number.
    template <class MemberAt>
    void add_call(std::size_t operands, const MemberAt& member_at) {
        std::uint64_t hash = 3;
        for (std::size_t i = 0; i < operands; ++i) hash = mix_hash(hash, word_of(member_at(i)));
        sum_ += hash;
    }

    friend bool operator==(const Ingredients&, const Ingredients&) = default;

 private:
    static std::uint64_t word_of(Member member);

    std::uint64_t sum_ = 0;
};

/// What the graph computes members of.
class Definitions {
 public:
    Definitions(const Rolled& rolled, const Reads& reads) : rolled_(rolled), reads_(reads) {}

    Ingredients of(Member member) const;
    /// Of a member of a part that is no sum over steps.
    std::vector<Member> operands(Member member) const;

 private:
    void add_summand(Ingredients& result, Member summand) const;
    void add_product(Ingredients& result, Member member) const;

    const Rolled& rolled_;
    const Reads& reads_;
};

}  // namespace revolute::detail
