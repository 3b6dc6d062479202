#pragma once

#include <filesystem>
#include <string_view>

namespace revolute {

/// Whether nothing of the user's is lost where a file of a default name is written: there is none,
/// or one with `mark` in its first 500 bytes, which says that the program wrote it.
bool may_be_replaced(const std::filesystem::path& path, std::string_view mark);

}  // namespace revolute
