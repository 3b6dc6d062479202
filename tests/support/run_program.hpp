#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>

#ifdef REVOLUTE_PROGRAM

namespace revolute::test {

/// How the program ended and what it printed.
struct Ran {
    int status = 0;
    std::string output;  ///< with its messages
};

/// Runs the program `revolute`.
inline Ran run_program(const std::string& arguments) {
    const std::string command = fmt::format("'{}' {} 2>&1", REVOLUTE_PROGRAM, arguments);
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Ran ran;
    std::array<char, 4096> piece{};
    while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), pipe))
        ran.output.append(piece.data(), count);
    ran.status = WEXITSTATUS(pclose(pipe));
    return ran;
}

}  // namespace revolute::test

#endif
