#pragma once

#include <string>

namespace revolute::detail {

/// A word as a shell takes it: in quotes where it has to be.
std::string shell_word(const std::string& word);

}  // namespace revolute::detail
