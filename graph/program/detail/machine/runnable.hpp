#pragma once

#include <revolute/graph/kernels/columns.hpp>
#include <revolute/graph/kernels/packed_products.hpp>
#include <revolute/graph/kernels/vector_math.hpp>
#include <revolute/graph/op.hpp>
#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/machine/product.hpp>
#include <revolute/graph/program/detail/machine/shares.hpp>
#include <revolute/graph/program/detail/machine/team.hpp>
#include <revolute/graph/values/matrix.hpp>

#include <cstddef>
#include <span>
#include <type_traits>
#include <variant>
#include <vector>

// Instructions with their memory.

namespace revolute::detail {

/// Which of several threads carries something out, each a share of it.
struct Lane {
    std::size_t number = 0;
    std::size_t count = 1;
};

/// Entries of which one operator after another is computed: of some ten values, as much as a
/// first-level cache holds.
template <class Number>
constexpr std::size_t block_entries = 2048 / sizeof(Number);

template <class Number>
constexpr bool is_double = std::is_same_v<Number, double>;

using vector_math::Moving;

/// An operand or a result of a step in a fused pass, and where its next entries are.
template <class Number>
struct EntryPointer {
    Number* first = nullptr;
    std::ptrdiff_t per_round = 0;
    std::ptrdiff_t per_member = 0;
    std::ptrdiff_t per_column = 0;
    std::ptrdiff_t per_entry = 1;  ///< 0: the same block serves for all entries
    bool is_in_block = false;      ///< a value that is in no memory but that of a block
};

template <class Number>
struct RunnableEntrywise {
    struct Step {
        EntryKernel<Number> kernel;
        std::span<const double> attributes;
        std::size_t operands;
    };
    std::size_t members = 1;
    std::size_t columns = 1;
    std::size_t entries = 0;  ///< of a column
    std::vector<Step> steps;
    std::vector<EntryPointer<Number>> operands;  ///< step by step
    std::vector<EntryPointer<Number>> results;   ///< one a step

    void operator()(std::size_t round);

    /// To be called when all is added: takes columns and members together where they follow on each
    /// other without gaps, and chooses the blocks, of which the lane gets its share.
    void finish(Lane lane);

 private:
    struct Range {
        std::size_t begin = 0, end = 0;
    };
    struct Place {
        std::ptrdiff_t round, member = 0, column = 0, entry = 0;
    };
    template <class Condition>
    bool all_pointers(const Condition& condition) const;
    void join_columns();
    void choose_blocks();
    void take_share(Lane lane);
    void run_block(const Place& place, ColumnExtent extent);
    void make_pass();

    ColumnExtent block_{0};  ///< at most
    Range own_members_, own_columns_, own_entries_;
    bool is_one_block_ = false;
    std::vector<Columns<const Number>> current_operands_;
    std::vector<Columns<Number>> current_results_;
    vector_math::Pass<Number> pass_ = nullptr;  ///< none: each step by its kernel
    std::vector<vector_math::PassStep<Number>> pass_steps_;
};

template <class Number>
struct RunnableProduct {
    ProductShape shape;
    Moving<Number> left, right, result;
    ProductPieces pieces;
    Lane lane;
    Number* room;  ///< the lane's, for packing

    void operator()(std::size_t round);

 private:
    void run_piece(int piece, std::size_t round);
};

template <class Number>
struct RunnablePack {
    int rows, inner;
    packed_products::Factor<Number> factor;
    Number* packed;

    void operator()(std::size_t /*round*/) { packed_products::pack(rows, inner, factor, packed); }
};

/// An operator on whole matrices, by its kernel in the program's numbers: one of matrices, or, for
/// an elementwise operator, one of entries. Where there is neither, by its reference kernel, which
/// computes in double: in a program of floats, on copies.
template <class Number>
struct RunnableOperator {
    const Rolled* rolled;
    MemberRange site;  ///< of the result, for errors
    std::vector<Moving<Number>> operands;
    std::vector<BasicMatrixView<const Number>> views;  ///< of the operands of one round
    Moving<Number> result;
    BasicMatrixView<Number> result_view;
    std::vector<double> attributes;  ///< of one round
    MatrixKernel<Number> matrix_kernel = nullptr;
    EntryKernel<Number> entry_kernel = nullptr;
    double* scratch = nullptr;  ///< of copies: room for all operands, then the result
    std::vector<Columns<const Number>> columns{};
    std::vector<ConstMatrixView> copies{};

    void operator()(std::size_t round);

 private:
    void compute();
    void compute_by_entries();
    void compute_on_copies();
};

/// Where threads wait for each other.
struct Meeting {
    Team* team;

    void operator()(std::size_t /*round*/) { team->meet(); }
};

template <class From, class To>
void convert(const From* from, std::size_t count, To* to) {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<To>(from[i]);
}

template <class Number>
using Runnable = std::variant<RunnableEntrywise<Number>, RunnableProduct<Number>,
                              RunnableOperator<Number>, RunnablePack<Number>, Meeting>;

template <class Number>
struct RunnableLoop {
    std::size_t rounds = 1;
    std::vector<Runnable<Number>> body;
};

}  // namespace revolute::detail
