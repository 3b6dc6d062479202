#pragma once

/// @file
/// A program that ends with this one.

#include <string>
#include <string_view>

namespace revolute {

/// What a child process left.
struct ChildResult {
    int status = 0;      ///< its exit status, 128 and the signal's number where one ended it
    std::string output;  ///< what it wrote to its standard output
};

/// Runs a program that is found by PATH, gives it a text to read on its standard input, takes what
/// it writes to its standard output, and waits for its end. Its standard error is ours. It is
/// killed where our process, or the thread that called, ends before, however that ends. The status
/// is 127 where it cannot be run; none says that it read the whole text, or that it wrote all that
/// it meant to. Throws FileError where no process can be made.
ChildResult run_child(const std::string& program, std::string_view input);

}  // namespace revolute
