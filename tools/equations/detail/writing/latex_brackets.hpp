#pragma once

#include <string>
#include <string_view>

namespace revolute::detail {

/// LaTeX whose brackets are as large as what they hold: plain ones around what is no higher than a
/// letter with scripts, as \left( and \right) put a thin space around themselves. Those that stay
/// large are drawn close to a function before them: \tanh\!\left(...\right).
std::string with_fitting_brackets(std::string_view latex);

}  // namespace revolute::detail
