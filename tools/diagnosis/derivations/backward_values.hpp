#pragma once

/// @file
/// Reverse passes over a recurrent net, in numbers, in which some terms are others than the rules
/// give: the gradients of derivations that went wrong.

#include <revolute/tools/diagnosis/derivations/backward_walk.hpp>
#include <revolute/tools/diagnosis/derivations/linear_term.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace revolute {

/// A derivation by hand writes two things down at each step: the adjoint of the state before, and
/// the gradients of the step's parameters (and inputs). A mistake may be in one of them alone.
enum class Reach : std::uint8_t {
    everywhere,  ///< in both
    recurrence,  ///< on the way to the step before alone
    step,        ///< in the step's gradients alone
};

/// Of the batch, one column alone or all others.
struct ColumnChoice {
    int column = 0;            ///< which one
    bool is_left_out = false;  ///< else it alone counts

    // NOLINTNEXTLINE(modernize-use-nullptr): as below
    friend auto operator<=>(const ColumnChoice&, const ColumnChoice&) = default;
};

/// What a derivation does at one use that is not right.
struct Alteration {
    std::uint32_t use = 0;                ///< its number in BackwardWalk::uses()
    Reach reach = Reach::everywhere;      ///< in what it is made
    std::optional<std::uint32_t> term{};  ///< that of BackwardValues::term; none: the right one
    double factor = 1;                    ///< of the term; 0 where it is left out
    /// Columns of the consumer's adjoint that the term is made of; none: all.
    std::optional<ColumnChoice> columns{};

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a defaulted <=> for a pointer
    friend auto operator<=>(const Alteration&, const Alteration&) = default;
};

/// What is done to adjoints while the reverse pass goes on, as clipping at every step.
struct AdjointChange {
    std::vector<bool> at;        ///< of which nodes, by id
    bool of_recurrence = false;  ///< to what other steps add to the adjoint, and else to all of it
    /// What is done to the adjoint, in its place.
    std::function<void(NodeId node, Matrix& adjoint)> change;
};

/// The gradients of one net by one derivation, the right one at first, and of derivations that
/// differ from it here and there: only what an alteration reaches is computed again.
class BackwardValues {
    enum Channel : std::uint8_t { recurrence, step };
    template <class Value>
    using PerChannel = std::array<Value, 2>;
    struct Rule {
        std::uint32_t term;
        double factor;
        std::optional<ColumnChoice> columns{};

        bool operator==(const Rule&) const = default;
    };

 public:
    /// A derivation with its alterations, and what it gives.
    class Derivation {
     public:
        /// The same of a loss with a factor.
        Derivation times(double factor) const;

     private:
        friend BackwardValues;
        std::vector<PerChannel<Rule>> rules;       // by use
        std::vector<PerChannel<Matrix>> adjoints;  // by id; empty where nothing comes
        bool is_split = false;                     // whether the two adjoints of a node may differ
        std::vector<double> gradients;
    };

    /// `walk` must outlive the values.
    BackwardValues(const BackwardWalk& walk, const Bindings& values);

    /// What the rule of the operator's record gives for the use, for the leaf that stands for the
    /// consumer's adjoint.
    Pullback site(std::uint32_t use);
    /// The number of a term that is made at `site(use)`; none for the term of the right rule.
    std::optional<std::uint32_t> term(std::uint32_t use, Expr made);

    /// The entries of all gradients by the derivation, one variable behind the other.
    std::span<const double> gradients() const { return now_.gradients; }
    /// The same with alterations, which change each other's uses where both only have a factor; in
    /// one column of the batch alone where there is a number. Valid until the next call.
    std::span<const double> gradients(std::span<const Alteration> alterations,
                                      std::optional<int> column = {});
    /// The derivation has the alterations from here on.
    void accept(std::span<const Alteration> alterations);
    /// Whether no alteration makes a term another one, or takes other columns, where the derivation
    /// does so already, as far as it reaches.
    bool has_room_for(std::span<const Alteration> alterations) const;
    /// The derivation as it is now.
    const Derivation& derivation() const { return now_; }
    /// Goes on with a derivation of these values, from before.
    void resume(Derivation derivation);

    /// The entries of all gradients by the derivation, where adjoints are changed before they are
    /// handed on; of one in which every alteration reaches everywhere (`has_one_channel`).
    std::vector<double> gradients_with(const AdjointChange& change);
    /// Whether all that adjoints are made of is the same for the step before and for the step's
    /// gradients.
    bool has_one_channel() const { return !now_.is_split; }

    /// Where the variable's entries begin; behind the last one, how many there are.
    std::size_t first_entry(std::size_t variable) const { return first_entry_[variable]; }
    /// Operations done so far, about, and bytes that are kept.
    std::int64_t operations() const { return operations_; }
    /// Memory of the values, about.
    std::size_t bytes() const { return (terms_.entries() + 4 * adjoint_entries_) * sizeof(double); }

 private:
    /// A sum that is being added up; not there before the first term.
    struct Sum {
        Matrix value;
        bool is_there = false;

        void add(ConstMatrixView term, double factor);
    };

    void mark(std::span<const Alteration> alterations);
    void run(std::optional<int> column);
    void absorb();
    /// Adds what changes in what the use passes on, of one channel, to those channels of the
    /// operand.
    void pass_on(std::uint32_t use, Channel from, std::span<const Channel> to,
                 std::optional<int> column);
    void add(NodeId operand, std::span<const Channel> to, ConstMatrixView term, double factor);
    /// The adjoint of the derivation, or of one column alone; empty where there is none.
    ConstMatrixView adjoint(NodeId node, Channel channel, std::optional<int> column);
    const Matrix& adjoint(NodeId node, Channel channel) const;
    /// Applies the rule's term to those columns of the adjoint that it is made of.
    ConstMatrixView apply(const Rule& rule, ConstMatrixView adjoint);
    void forget();

    const BackwardWalk& walk_;
    LinearTerms terms_;
    Derivation now_;
    std::vector<std::uint32_t> right_;             // the terms of the right rules, by use
    std::vector<PerChannel<Rule>> altered_rules_;  // of the derivation with alterations, by use
    std::vector<bool> is_altered_, is_recurrent_, is_output_;  // by use
    std::vector<std::uint32_t> altered_;
    bool is_altered_split_ = false;
    std::vector<PerChannel<Sum>> changes_;  // of the adjoints, by id
    std::vector<NodeId> changed_;
    Matrix in_column_, chosen_, sum_;  // room for what goes into a term
    std::vector<std::size_t> first_entry_;
    std::vector<double> changed_gradients_;
    std::size_t adjoint_entries_ = 0;
    std::int64_t operations_ = 0;
};

}  // namespace revolute
