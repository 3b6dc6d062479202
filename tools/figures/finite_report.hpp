#pragma once

/// @file
/// The first value that is not finite: its text and its figure.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/figures/figure.hpp>

#include <filesystem>
#include <span>
#include <vector>

namespace revolute {

/// What a node that is not finite is made of: the node in red, what it depends on over a few
/// operators, and its users; the whole graph where that is small. The tooltips of the node and its
/// operands say what values they have. `outputs` are those of the evaluation that threw the error.
Figure finite_figure(const Derivative& derivative, std::span<const Expr> outputs,
                     const NonFiniteError& error);

/// `evaluate` with `check_finite`. At the first value that is not finite, writes its figure into a
/// file of the format that its ending asks for (`write_figure`), and throws NonFiniteError, whose
/// text also says in which pass the value is made, what figures call it, and the name of the file;
/// or, where it cannot be drawn, why not.
std::vector<Matrix> evaluate_finite(const Derivative& derivative, std::span<const Expr> outputs,
                                    const Bindings& values, const std::filesystem::path& figure);

/// The same for what is computed elsewhere, where it is handed on (`NotFiniteReport`): throws the
/// error anew.
struct DrawNotFinite {
    std::filesystem::path figure;  ///< the file; its ending says in which format

    /// Writes the figure, then throws.
    [[noreturn]] void operator()(const Derivative& derivative, std::span<const Expr> outputs,
                                 const NonFiniteError& error) const;
};

}  // namespace revolute
