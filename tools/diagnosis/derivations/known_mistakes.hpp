#pragma once

/// @file
/// The mistakes that people make in derivations, as alterations of a backward pass.

#include <revolute/tools/diagnosis/derivations/mistaken_rule.hpp>
#include <revolute/tools/diagnosis/hypothesis.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace revolute {

/// The mistakes in derivations of one net that are known, as alterations of its backward pass.
class KnownMistakes {
 public:
    /// `of`, `net`, `walk` and `values` must outlive the mistakes. `given`: the variables whose
    /// gradients were given; no place is named from which nothing reaches them.
    KnownMistakes(const Case& of, const CaseNet& net, const BackwardWalk& walk,
                  BackwardValues& values, std::span<const Expr> given);

    /// Steps of the net.
    int steps() const { return static_cast<int>(net_.net.inputs.size()); }
    /// The initial state's term missing from the sums over steps, or there twice, in the arrays
    /// that differ.
    std::vector<Mistake> in_initial_term(const Judge& judge) const;
    /// Terms of some steps missing there, or there twice.
    std::vector<Mistake> in_sums(const Judge& judge) const;
    /// Sums over the batch there of which one column alone counts, or all but one; or, over the
    /// steps too, one column of the first step or of the last.
    std::vector<Mistake> in_sums_over_batch(const Judge& judge) const;
    /// Gradients that do not go back to the first step, or not by every state, or not from every
    /// answer.
    std::vector<Mistake> cuts(bool compares_initial_states) const;
    /// The derivation of the other way to reset, with the values of the right forward pass.
    std::vector<Mistake> in_conventions();
    /// Two gates whose adjoints are taken for one another: products with the other's weights, and
    /// its rows in all arrays.
    struct ExchangedGates {
        std::string words;                    ///< which gates
        std::vector<Alteration> alterations;  ///< of the backward pass
        std::vector<std::size_t> order;       ///< of the gates, as in a `GateOrder`
    };
    /// Every exchange of two gates; none in a cell with peepholes.
    std::vector<ExchangedGates> exchanged_gates();
    /// A mistaken rule at all steps, or at one.
    std::vector<Mistake> in_rules(std::optional<int> step = {});
    /// The same mistakes in one column of the batch alone: those that stay in the columns.
    std::vector<Mistake> in_column(std::span<const Mistake> mistakes, int column) const;
    /// The terms of each family, and of each kind of them, times some factor.
    std::vector<Mistake> with_factor();

    /// A gradient is looked for that goes back over so many steps and no further, or is cut off
    /// after every so many: each number costs a backward pass, so that all of them would cost the
    /// square of the number of steps.
    static constexpr int longest_window = 64;
    /// Whether windows were left out, or rules, because the net is large.
    bool leaves_some_out() const { return leaves_some_out_ || steps() - 1 > longest_window; }

 private:
    using Families = std::vector<std::size_t>;
    /// A rule, and the families in which it is taken.
    struct Place {
        const MistakenRule* rule;
        Families families;
    };

    RuleSite site(std::size_t family) const;
    /// Adds that `make(adjoint)` is handed on by the consumer in a slot.
    template <class Make>
    void add_term(std::vector<Alteration>& all, Expr consumer, std::uint32_t slot,
                  const Make& make);
    template <class Condition>
    Mistake cut(std::string words, const Condition& is_cut) const;
    /// Leaves those families in the place where the rule is not the right one.
    std::vector<Alteration> alterations(Place& place, Reach reach, std::optional<int> step);
    std::optional<Alteration> alteration(const MistakenRule& rule, std::size_t family,
                                         std::uint32_t use);
    /// Whether what goes back by the use reaches a variable whose gradient was given.
    bool matters(Use use) const { return reaches_given_[index(walk_.operand(use))]; }
    /// The alteration at those uses of parameters of the arrays that differ which are chosen by
    /// array and step, if they have one.
    template <class Chosen>
    std::vector<Alteration> in_parameters(const Judge& judge, const Alteration& alteration,
                                          const Chosen& is_chosen) const;
    Mistake sum_of_column(const Judge& judge, int column, std::optional<int> step) const;
    std::vector<Place> places_of(const MistakenRule& rule) const;
    /// Those of one kind, and of these the ones that add to one adjoint.
    std::vector<Families> of_one_kind(const Families& families) const;
    std::vector<Families> of_one_operand(const Families& families) const;
    std::vector<Families> alike_in_cells(const Families& families) const;
    std::string words(const Place& place, Reach reach, std::optional<int> step) const;
    std::string likewise(std::span<const std::size_t> families) const;

    const Case& case_;
    const CaseNet& net_;
    const BackwardWalk& walk_;
    BackwardValues& values_;
    std::vector<bool> reaches_given_;  // by id
    std::vector<UseFamily> families_;
    Neighbours neighbours_;
    std::map<std::pair<NodeId, std::uint32_t>, std::uint32_t> number_of_;  // of a use
    std::vector<std::optional<std::size_t>>
        parameter_of_;  // by use: the variable it reads at a step, or in the head of one answer
    std::map<std::pair<const MistakenRule*, std::uint32_t>, std::optional<Alteration>> known_;
    bool leaves_some_out_ = false;
};

}  // namespace revolute
