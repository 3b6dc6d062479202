#pragma once

#include <revolute/graph/program/detail/lowering/instructions.hpp>
#include <revolute/graph/program/detail/lowering/reads.hpp>
#include <revolute/graph/program/detail/machine/assembler.hpp>
#include <revolute/graph/program/detail/machine/references.hpp>
#include <revolute/graph/program/detail/machine/team.hpp>
#include <revolute/graph/program/program.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

namespace revolute::detail {

/// A point in a run, before an instruction.
struct RunPlace {
    std::size_t loop = 0;
    std::size_t round = 0;
    std::size_t instruction = 0;
};

/// The memory of a program and what runs on it. Refers to the rolled graph, which must stay.
template <class Number>
class Machine {
 public:
    /// Throws CapacityError when it would need more bytes than the limit.
    Machine(const Rolled& rolled, const Reads& reads, const Code& code,
            const CompileOptions& options);

    /// Copies what is neither in the program's memory nor read in place. Before each run.
    void read_leaves();
    void run();
    /// One instruction of a run, in a machine of one lane.
    void carry_out(const RunPlace& place);
    void write(Member leaf, const double* value);
    /// Makes each run read the leaf there.
    void refer(Member leaf, Source source) { references_.set(*places_.rolled, leaf, source); }
    bool refers(Member leaf) const { return references_.contains(*places_.rolled, leaf); }
    /// Whether a run reads what the leaf refers to without copying it.
    bool reads_in_place(Member leaf);
    ConstMatrixView output(std::size_t number);
    std::span<const Number> column(Member member, int number) const {
        return {places_.member(member.part, member.t) +
                    static_cast<std::size_t>(number) * places_.leading_of(member.part),
                places_.rows_of(member.part)};
    }

    /// Makes the leaf take the value of an output whenever `carry_over` is called.
    void carry(std::size_t output, Member leaf);
    void carry_over();

    /// Takes over all values of a machine that was made of the same.
    void copy_values(const Machine& other);
    std::size_t lanes() const { return lanes_.size(); }
    std::size_t bytes() const { return bytes_ + carried_.size() * sizeof(Number); }

 private:
    struct Carry {
        const Number* from;
        Shape shape;
        std::size_t from_leading, to_leading;
        Number* to;
    };
    struct Output {
        const Number* values;
        Shape shape;
        std::size_t leading;
        double* converted;  ///< of floats, and where columns stand apart: room for it
    };
    struct Release {
        void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
    };
    static constexpr std::align_val_t alignment{64};

    void allocate(const Reads& reads, std::size_t lanes, std::optional<std::size_t> limit);
    void assemble();
    void find_references();
    void write_constants(const Reads& reads);
    void add_outputs(const Reads& reads);
    bool is_converted(Member output, const Reads& reads) const;
    void run_lane(std::size_t lane);

    const Code* code_;
    bool flushes_;  ///< subnormal numbers
    Places<Number> places_;
    Rooms<Number> rooms_;
    References<Number> references_;
    std::unique_ptr<std::byte[], Release> memory_;
    std::size_t bytes_ = 0;
    double* converted_ = nullptr;  // outputs as doubles without gaps, where they are not that
    std::vector<std::vector<RunnableLoop<Number>>> lanes_;
    bool are_assembled_ = false;  // for the places as they are
    std::vector<Output> outputs_;
    std::vector<Carry> carries_;
    std::vector<Number> carried_;  // on its way: a value may come from a leaf that takes another
    std::unique_ptr<Team> team_;   // of several lanes
};

extern template class Machine<double>;
extern template class Machine<float>;

}  // namespace revolute::detail
