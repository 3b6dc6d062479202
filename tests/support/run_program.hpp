#pragma once

#include <revolute/tools/support/output_file.hpp>
#include <support/temporary_folder.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/wait.h>

// For the tests <name>_command_test.cpp, which are built where the program is.

namespace revolute::test {

/// How the program ended and what it printed.
struct Ran {
    int status = 0;
    std::string output;
    std::string errors;

    bool says(std::string_view text) const { return errors.find(text) != std::string::npos; }
};

/// Runs a shell's command line in a folder.
inline Ran run_shell(const std::string& line, const std::filesystem::path& folder) {
    const TemporaryFolder said;
    const std::filesystem::path output = said / "output", errors = said / "errors";
    const int status =
        std::system(fmt::format("cd '{}' && {{ {}; }} > '{}' 2> '{}'", folder.string(), line,
                                output.string(), errors.string())
                        .c_str());
    return {WEXITSTATUS(status), read_file(output), read_file(errors)};
}

/// Runs the program `revolute` in a folder, with arguments as a shell reads them.
inline Ran run_program(const std::string& arguments, const std::filesystem::path& folder = ".") {
    return run_shell(fmt::format("'{}' {}", REVOLUTE_PROGRAM, arguments), folder);
}

inline Ran run_program(const std::string& arguments, const TemporaryFolder& folder) {
    return run_program(arguments, folder.path());
}

/// Runs the program, which must end so, say just that, and leave the folder as it was.
inline void check_refused(int status, std::string_view errors, const std::string& arguments,
                          const TemporaryFolder& folder) {
    CAPTURE(arguments);
    const std::size_t files = folder.file_count();
    const Ran ran = run_program(arguments, folder);
    CHECK(ran.status == status);
    CHECK(ran.errors == errors);
    CHECK(folder.file_count() == files);
}

/// The same for wrong usage, which is told in some words.
inline void check_misused(const std::string& arguments, const TemporaryFolder& folder = {}) {
    CAPTURE(arguments);
    const std::size_t files = folder.file_count();
    const Ran ran = run_program(arguments, folder);
    CHECK(ran.status == 2);
    CHECK_FALSE(ran.errors.empty());
    CHECK(folder.file_count() == files);
}

}  // namespace revolute::test
