#pragma once

/// @file
/// `SourceLine`, the line of the user's program that asked for a node.

#include <string>

namespace revolute {

/// The line of the user's program that asked for a node. Captured by default arguments with the
/// builtins that gcc and clang share, because clang 14 has no std::source_location.
struct SourceLine {
    const char* file = "";  ///< a literal: it is told apart by its address first
    int line = 0;           ///< counted from 1; 0 when it is not known

    /// The line of the call in which this is a default argument.
    static constexpr SourceLine here(const char* file = __builtin_FILE(),
                                     int line = __builtin_LINE()) {
        return {file, line};
    }
};

/// "train.cpp:31": the file's name without its folder.
std::string to_string(SourceLine line);

}  // namespace revolute
