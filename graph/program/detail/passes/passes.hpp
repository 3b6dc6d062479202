#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/program/program.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace revolute::detail {

// Maps from code to better code, which know no operator. Each notes in `Code::passes` what it did.

/// Moves products that stand between loops forward to others, so far as what they read is there:
/// those of several gates stand together then, whatever loop lies between their gradients.
void gather_products(const Rolled& rolled, Code& code);

/// Products that share a factor become one, where their other factors can be stacked:
///
///     A x, B x, C x               [A; B; C] x               a stack of results
///     A' a + B' b + C' c          [A; B; C]' [a; b; c]      one result
///
/// as the gates of an LSTM forward, its weight gradients, and the adjoint of its h(t-1). A stack is
/// a matter of where parts stand in memory: nothing is copied.
void merge_products(const Rolled& rolled, const Reads& reads, Code& code);

/// Puts instructions into an order in which elementwise ones on equal shapes stand together, and
/// makes one pass over memory of them.
void fuse_entrywise(const Rolled& rolled, Code& code);

/// Finds the values that need not be kept for all steps.
void find_residences(const Rolled& rolled, const Reads& reads, Code& code);

/// Makes one step of expressions that have a kernel, where what is between their operators is read
/// nowhere else.
void combine_steps(const Rolled& rolled, Code& code);

/// Packs the left factors that stay the same in all rounds of a loop before it.
void pack_factors(Code& code);

/// A pass as the compiler runs it. `verify_code` holds of the code before and after each.
struct PassRow {
    Pass pass{};
    std::string_view name;        ///< as in reports
    std::string_view needs;       ///< what it relies on besides
    std::string_view guarantees;  ///< of the code that it leaves
    bool is_of_watched = false;   ///< whether it makes code for runs that look at every value, too
    void (*run)(const Rolled&, const Reads&, Code&) = nullptr;
};

/// All of them, in the order in which they run.
std::span<const PassRow> passes();

/// Code for runs that look at every value: all of them stand in memory, for all steps, and each
/// instruction is one operator, but for products, which are joined and packed as in `optimized`:
/// both give the same bits.
Code to_be_watched(const Rolled& rolled, const Reads& reads, std::optional<Pass> without = {});

/// All of them but `without`, on what `lower` gives.
Code optimized(const Rolled& rolled, const Reads& reads, std::optional<Pass> without = {});

}  // namespace revolute::detail
