#pragma once

/// @file
/// The gradients of a case as arrays, and where their entries stand among those of the net's
/// variables.

#include <revolute/tools/exchange/case_net.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// What the entries of an array belong to.
enum class ArrayKind : std::uint8_t {
    parameter,      ///< of all steps and sequences
    input,          ///< of each step, with a column for each sequence
    initial_state,  ///< of each layer and direction, with a column for each sequence
    answer,         ///< the loss or the answers: no gradient
};

/// One array under its name in the file: a matrix, or one for each step, or each layer and
/// direction.
struct GradientArray {
    std::string name;                       ///< in the file
    std::vector<Matrix> values;             ///< by matrix
    ArrayKind kind = ArrayKind::parameter;  ///< what the entries belong to

    /// Whether its matrices have a column for each sequence of the batch.
    bool has_sequences() const {
        return kind == ArrayKind::input || kind == ArrayKind::initial_state;
    }
};

/// The gradients that the result has, in the order in which the backward pass comes to them.
std::vector<GradientArray> gradient_arrays(const CaseResult& result);

/// What comes before them, as far as the result has it: the loss and the answers.
std::vector<GradientArray> forward_arrays(const CaseResult& result);

/// A part of an array: one of its matrices, and of a matrix whose rows are those of gates, one
/// gate's.
struct ArrayPart {
    std::size_t array = 0;              ///< the number of the array
    std::size_t matrix = 0;             ///< the number of the matrix in it
    std::optional<std::size_t> gate{};  ///< its number, where the matrix has several
};

/// Where the entries of arrays stand among the entries of the net's variables, and what parts they
/// belong to.
class GradientLayout {
 public:
    /// Of arrays like those that are given, which a case has.
    GradientLayout(const Case& of, const CaseNet& net, std::span<const GradientArray> arrays);

    /// The arrays' values, of the entries of all variables, one behind the other.
    std::vector<GradientArray> arrays(std::span<const double> entries) const;
    /// Of each entry of an array, matrix by matrix: its number among the entries of all variables.
    std::span<const std::uint32_t> entries(std::size_t array) const {
        return arrays_[array].entries;
    }
    /// Of each entry of an array: the number of its part.
    std::span<const std::uint32_t> parts(std::size_t array) const { return arrays_[array].parts; }
    /// All parts, by number.
    std::span<const ArrayPart> parts() const { return parts_; }
    /// How many arrays there are.
    std::size_t array_count() const { return arrays_.size(); }
    /// Numbers of the variables that the array is made of.
    std::span<const std::size_t> variables(std::size_t array) const {
        return arrays_[array].variables;
    }
    /// Those of all arrays, each once; `all` are those of the net.
    std::vector<Expr> variables_of(std::span<const Expr> all) const;

 private:
    struct Array {
        std::string name;
        ArrayKind kind;
        std::vector<Shape> shapes;
        std::vector<std::uint32_t> entries;
        std::vector<std::uint32_t> parts;
        std::vector<std::size_t> variables;
    };
    std::vector<Array> arrays_;
    std::vector<ArrayPart> parts_;
};

/// Names of the gates in the order in which their rows stand; one empty name for a cell without
/// gates.
std::vector<std::string> gate_names(const CaseNet& net);
/// Of the gates whose rows, or peepholes, the array's rows are, one gate below the other; none
/// where it has no such rows, or those of one gate.
std::vector<std::string> gates_in(const CaseNet& net, const std::string& array);
/// Whether bias_ih and bias_hh are one parameter, so that each has its gradient: not in a cell that
/// has another one where the state comes in.
bool has_one_bias(const CaseNet& net);
/// Whether the array's rows are those of the gates, one gate below the other.
bool has_gate_rows(const std::string& name);

}  // namespace revolute
