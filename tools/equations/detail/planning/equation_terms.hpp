#pragma once

#include <revolute/tools/equations/detail/names/equation_names.hpp>
#include <revolute/tools/equations/equation_term.hpp>

#include <span>
#include <vector>

namespace revolute::detail {

/// A term that holds at some steps of its variable.
struct Piece {
    Interval steps;
    EquationTerm term;
};

/// Puts together neighbours that one term says, in the order of their steps. What holds at one step
/// only then has that step in place of the variable.
std::vector<Piece> merged(std::vector<Piece> pieces);

/// Whether a part is written as a number.
bool is_number(const Part& part);
/// Whether values for the members are given.
bool is_leaf(const Part& part);

/// Writes members of parts as terms. A member that has a label is written by its name; so are those
/// of a part that was given a name; the others are written out.
class EquationTerms {
 public:
    /// `sizes` as in EquationOptions.
    EquationTerms(const Rolled& rolled, const EquationNames& names,
                  const std::vector<AttributeColumns>& sizes);

    /// Names the members that have no label.
    void give_name(PartId part, std::string name) { own_names_[index(part)] = std::move(name); }
    const std::string& given_name(PartId part) const { return own_names_[index(part)]; }

    /// The label of a family's member at step t, or of a node; its number.
    std::optional<std::size_t> label_at(PartId part, std::int32_t t) const;
    /// The steps among these at which a family has members without a label; of a node that has
    /// none, one step.
    std::vector<Interval> unlabelled(PartId part, Interval steps) const;
    /// Whether members are written out at some of the steps.
    bool is_written_out(PartId part, Interval steps) const {
        return given_name(part).empty() && !unlabelled(part, steps).empty();
    }

    /// How the members at steps v + offset, for v in `steps`, are computed: their operator, applied
    /// to its operands.
    std::vector<Piece> computed(PartId part, std::int32_t offset, Interval steps) const;
    /// The same of a node without step.
    EquationTerm computed(PartId node) const;
    /// A member as an operand writes it.
    EquationTerm member(PartId part, std::int32_t t) const {
        return at_step(reference(part, 0, t), t);
    }

 private:
    std::vector<Piece> references(PartId part, Interval steps) const;
    void cut(PartId part, std::int32_t offset, Interval steps,
             std::vector<std::int32_t>& cuts) const;
    void cut_reference(PartId part, std::int32_t offset, Interval steps,
                       std::vector<std::int32_t>& cuts) const;
    std::vector<Piece> divided(PartId part, std::int32_t offset, Interval steps,
                               bool is_reference) const;
    EquationTerm reference(PartId part, std::int32_t offset, std::int32_t v) const;
    EquationTerm of_family(PartId part, std::int32_t offset, std::int32_t v) const;
    std::vector<EquationTerm> operands_of(const Sweep& sweep) const;
    /// `offset`: how far behind the variable the step is at which it is taken.
    EquationTerm operation(PartId part, std::vector<EquationTerm> operands,
                           std::span<const PartId> targets, std::int32_t offset) const;
    static EquationTerm times_number(EquationTerm scaled);
    std::vector<EquationGrowth> growing(PartId part, std::int32_t offset) const;
    EquationTerm number(PartId part) const;
    EquationTerm matrix_of(PartId part) const;
    EquationTerm sum_over_steps(const Part& part) const;

    const Rolled& rolled_;
    const EquationNames& names_;
    std::vector<std::string> own_names_;
    /// By part, what of its attributes depends on numbers of steps and columns.
    std::vector<std::vector<EquationGrowth>> laws_;
};

}  // namespace revolute::detail
