#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/program.hpp>

#include <cstddef>

// How work is cut for several threads.

namespace revolute::detail {

/// A product in pieces, each of some rows or some columns of the result: never of the inner sum.
/// Each is a product by itself for one thread too, so that bits do not depend on the number of
/// threads: a product of one row or column adds up in another order than one of more.
struct ProductPieces {
    bool are_columns = false;
    int size = 0;  ///< of each but the last, which may be smaller
    int count = 1;
};

ProductPieces pieces_of(const ProductCall& call);

/// In how many threads it is worth while to carry out the instruction.
std::size_t most_shares(const Instruction& instruction);

/// With how many threads the program is run, of so many that it may use: all that its largest
/// instruction is worth, or one, where the others would have little to do or be waited for too
/// often.
std::size_t lanes_of(const Rolled& rolled, const Code& code, const CompileOptions& options);

}  // namespace revolute::detail
