#pragma once

/// @file
/// `check_gradient`: gradients of any loss beside finite differences and forward mode.

#include <revolute/tools/checks/finite_differences.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace revolute {

/// What `check_gradient` does beyond the usual.
struct CheckOptions {
    DifferenceOptions differences{};  ///< also says what computes the gradients and forward mode
    /// Gradients from elsewhere, in the order of the variables; none: the engine's are checked.
    std::vector<Matrix> gradients{};
    bool with_differences = true;   ///< whether finite differences are taken
    bool with_forward_mode = true;  ///< whether tangents are computed
    double forward_tolerance =
        1e-12;  ///< for gradients from elsewhere, at least that of differences
    /// Told how many probes of all variables the differences are done with, and how many there are.
    std::function<void(std::size_t done, std::size_t total)> progress{};
};

/// The gradient of one variable, beside finite differences and beside forward mode.
struct VariableCheck {
    std::string name;  ///< for reports: the variable's label
    Shape shape;       ///< the variable's
    Matrix gradient;   ///< what was checked
    double norm = 0;   ///< its Frobenius norm
    /// How far rounding alone may move an entry of the engine's (`rounding_floors`).
    double rounding = 0;
    /// Without directions when differences were not asked for.
    DifferenceCheck differences;
    /// Largest |<gradient, v> - tangent of the loss along v| / (max|gradient| |v|), over the
    /// directions v of the differences where that is more than rounding; none when it was not asked
    /// for, or an operator has no rule for it.
    std::optional<double> forward_mode;
    /// Within the tolerance; also where forward mode was not asked for.
    bool forward_mode_agrees = true;

    /// The graver one of finite differences and forward mode.
    Verdict verdict() const;
};

/// The answer of `check_gradient`.
struct GradientCheck {
    /// The loss at the values.
    double loss = 0;
    std::vector<VariableCheck> variables;  ///< in the order that was asked for
    std::string no_forward_mode;  ///< why forward mode was not to be had; empty when it was

    /// The gravest verdict.
    Verdict verdict() const;
    /// Whether nothing differs; what cannot be told passes.
    bool passes() const { return verdict() != Verdict::differs; }
    /// The variable whose worst entry is told of first: of the gravest verdict, the largest error
    /// over what is allowed.
    const VariableCheck& worst() const;
};

/// Checks dL/dvariable at `values`, of any loss [1 x 1] and any leaves of its graph that have
/// values: by central differences over a sweep of steps (check_by_differences says how), and by
/// forward mode, which uses the other rule of every operator. The engine's gradients are checked,
/// or those in the options. Works on a copy: the graph stays as it is. A variable that the loss
/// does not depend on is taken to have a gradient of zeros.
///
/// Throws what differentiate, evaluate and check_by_differences throw; GraphError without a
/// variable; ShapeError for gradients of the wrong number or shape.
GradientCheck check_gradient(Expr loss, std::span<const Expr> wrt, const Bindings& values,
                             const CheckOptions& options = {});
/// The same for variables in braces.
GradientCheck check_gradient(Expr loss, std::initializer_list<Expr> wrt, const Bindings& values,
                             const CheckOptions& options = {});

}  // namespace revolute
