#pragma once

/// @file
/// Whether files can be written at the end of long work, asked at its beginning.

#include <cstddef>
#include <filesystem>
#include <vector>

namespace revolute {

/// A file that is to be written at the end of long work.
struct PlannedFile {
    std::filesystem::path path;  ///< where it is to be
    std::size_t bytes = 0;       ///< that there must be room for
    std::size_t least = bytes;   ///< that it will have for certain
};

/// Throws FileError naming the first file that could not be written now with so many bytes, one
/// after the other in place of the files that are there: its folder is missing or closed, or the
/// disk, or the user's share of it, is too small. Leaves no trace.
void require_room(const std::vector<PlannedFile>& files);

}  // namespace revolute
