#pragma once

#include <revolute/graph/program/detail/lowering/lower.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>
#include <revolute/graph/program/detail/passes/verify_code.hpp>
#include <revolute/graph/rolling/roll.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace revolute::test {

/// Code for passes to be run on, one at a time, as text. It is verified when it is made and after
/// each pass.
class PassCode {
 public:
    /// As lowered, or without what `without` tells the lowering to leave out.
    explicit PassCode(const std::vector<Expr>& outputs, std::optional<Pass> without = {});
    PassCode(const PassCode&) = delete;
    PassCode& operator=(const PassCode&) = delete;

    /// Runs these passes.
    PassCode& run(std::initializer_list<Pass> passes);
    /// Moves the instructions that compute the parts, one each, to straight code at the end.
    PassCode& move_to_end(std::initializer_list<std::string_view> names);
    /// Exchanges two instructions of the first loop.
    void swap(std::size_t one, std::size_t other);

    /// A loop or instruction a line; of a named part, without its number.
    std::string text() const;
    /// "slab: y h(1..5), round: z(1..5)": the parts that are computed, by how long they are kept.
    std::string residences() const;
    void verify() const { detail::verify_code(rolled, reads, code); }
    PartId part(std::string_view name) const;

    Rolled rolled;
    detail::Reads reads;
    detail::Code code;

 private:
    void move_to_end(PartId part);
};

}  // namespace revolute::test
