#pragma once

/// @file
/// Amounts of memory in words.

#include <cstddef>
#include <string>

namespace revolute {

/// "4.8 GB", "12 MB", "830 bytes". As for disks, kB is 1000 bytes.
std::string bytes_in_words(std::size_t bytes);

}  // namespace revolute
