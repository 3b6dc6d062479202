#pragma once

#include "demo_figures.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace revolute {

/// The minimal gated unit as text.
extern const std::string_view demo_net;
/// Its back-propagation through time as somebody may have derived it: three lines are wrong.
extern const std::string_view demo_homework;

/// Writes both, and prints what `revolute verify` says of them.
std::vector<DemoFile> verify_demo_derivation(const std::filesystem::path& folder);

}  // namespace revolute
