#pragma once

/// @file
/// What a check of gradients found, in words.

#include <revolute/tools/checks/net_check.hpp>

#include <string>

namespace revolute {

///@{
/// What a check of gradients found, in words: a table with a line for each variable; then the worst
/// entry, the differences there for every step, and the verdict.
std::string to_text(const GradientCheck& check);
std::string to_text(const NetCheck& check);
///@}

/// The table alone, with what its columns mean.
std::string to_table(const NetCheck& check);

/// "agrees", "differs from finite differences", "differs from forward mode", or the verdict in
/// words.
std::string in_words(const VariableCheck& variable);
/// The same for one parameter of a net, which may also be said to differ from the closed form.
std::string in_words(const NetCheck& check, std::size_t parameter);

}  // namespace revolute
