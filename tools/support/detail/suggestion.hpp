#pragma once

#include <span>
#include <string>
#include <string_view>

namespace revolute::detail {

/// What somebody who wrote `word` most likely meant; empty where no candidate is near. Near is what
/// at most a third of the word's letters, rounded, have been left out, put in, replaced or
/// exchanged with their neighbour (optimal string alignment; Damerau 1964), where small letters and
/// large are alike; a letter alone is near nothing else. Of equally near candidates, the first.
/// Where none is near, the only one that begins with the word.
std::string likely_meant(std::string_view word, std::span<const std::string> candidates);

/// "\n  did you mean "word"?", or nothing where no candidate is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace revolute::detail
