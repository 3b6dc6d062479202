#pragma once

/// @file
/// Terms of backward passes as numbers, applied to many adjoints.

#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/values/matrix.hpp>

#include <cstdint>
#include <map>
#include <vector>

namespace revolute {

/// Terms of backward passes as numbers. A term is an expression that is linear in the adjoint of a
/// node; what else it reads are values of the forward pass, which are computed once. So a term is
/// applied to many adjoints in the time of its own products, without a graph for each; one of a
/// small adjoint without kernels either, whose calls would take longer than its products: as the
/// entries of its matrix that are not zero.
class LinearTerms {
 public:
    /// Computes the values of all nodes that the graph has, and of what is appended to it when a
    /// term needs them. `graph` must outlive the terms. Throws EvaluationError as `evaluate` does.
    LinearTerms(Graph& graph, const Bindings& values);

    /// The leaf that stands for the adjoint of a node of that shape.
    Expr adjoint(Shape shape);
    /// The number of a term, which is made of the leaf `adjoint(...)` of its own; equal terms have
    /// one number.
    std::uint32_t number(Expr term);

    /// The term of that adjoint; valid until the term is applied again.
    ConstMatrixView apply(std::uint32_t term, ConstMatrixView adjoint);

    /// The shape of what the term gives.
    Shape shape(std::uint32_t term) const { return terms_[term].shape; }
    /// About how many operations one application takes, a call of a kernel counted as some dozens.
    std::int64_t operations(std::uint32_t term) const { return terms_[term].operations; }
    /// Entries of all values that are kept.
    std::size_t entries() const { return entries_; }

 private:
    /// What an operator of a term reads: a value that is known, or the result of an operator before
    /// it.
    struct Source {
        enum class Kind : std::uint8_t { adjoint, step, value } kind;
        std::size_t index = 0;  // of the step, or the node's id
    };
    struct Step {
        const Op* op;
        std::vector<Source> sources;
        std::vector<double> attributes;
        Matrix result;
    };
    /// An entry of the matrix that a term is.
    struct Slope {
        std::uint32_t from, to;
        double value;
    };
    struct Term {
        std::vector<Step> steps;  // none: the adjoint itself
        Matrix zeros;             // unless it does not depend on the adjoint, and is zero
        Shape shape;
        Shape of_adjoint;
        std::int64_t operations = 0;
        std::vector<Slope> slopes;  // of a small one, instead of its steps
        Matrix result;              // of these
    };

    void extend();
    Term made_of(Expr term);
    ConstMatrixView apply_steps(Term& term, ConstMatrixView adjoint);
    void tabulate(Term& term);

    Graph& graph_;
    Bindings given_;
    std::vector<bool>
        is_adjoint_;  // by id: whether the node depends on a leaf that stands for an adjoint
    std::vector<Matrix> values_;  // by id, of the others
    std::vector<Expr> leaves_;
    std::map<NodeId, std::uint32_t> numbers_;
    std::vector<Term> terms_;
    std::vector<ConstMatrixView> operands_;  // room for those of a step
    std::size_t entries_ = 0;
};

}  // namespace revolute
