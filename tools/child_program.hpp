#pragma once

#include <string>
#include <string_view>

namespace revolute {

/// Runs a program that is found by PATH, gives it a text to read on its standard input, and waits for its end. What
/// it writes to its standard output is lost; its standard error is ours. It is killed where our process, or the
/// thread that called, ends before, however that ends. Returns its exit status, 128 and the signal's number where one
/// ended it, 127 where it cannot be run; none of these says that it read the whole text.
int run_child(const std::string& program, std::string_view input);

}  // namespace revolute
