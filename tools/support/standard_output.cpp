#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace revolute {

namespace {

[[noreturn]] void fail(int reason) {
    const std::string text =
        fmt::format("cannot write to the standard output: {}",
                    std::error_code(reason, std::generic_category()).message());
    if (reason == EPIPE) throw ReaderGone(text);
    throw FileError(text);
}

/// Whether a stream goes to the file of a path.
bool is_file_of(int stream, const std::filesystem::path& path) {
    struct stat named {};
    struct stat standard {};
    return stat(path.c_str(), &named) == 0 && fstat(stream, &standard) == 0 &&
           named.st_dev == standard.st_dev && named.st_ino == standard.st_ino &&
           named.st_rdev == standard.st_rdev;
}

}  // namespace

void write_to_standard_output(std::string_view content) {
    if (std::fwrite(content.data(), 1, content.size(), stdout) != content.size()) fail(errno);
}

void flush_standard_output() {
    if (std::fflush(stdout) != 0) fail(errno);
    // What somebody else wrote, and failed to, without asking.
    if (std::ferror(stdout) != 0) fail(EIO);
}

void write_to_standard_error(std::string_view content) {
    std::fwrite(content.data(), 1, content.size(), stderr);
}

void open_closed_streams() {
    // In this order: a file that is opened gets the lowest number that is free. "/" can be neither
    // read nor written to, and is no file that somebody means.
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(stream, F_GETFD) != -1) continue;
        const bool is_error = stream == STDERR_FILENO;
        if (open(is_error ? "/dev/null" : "/", is_error ? O_WRONLY : O_PATH) < 0) return;
    }
}

bool is_standard_output(const std::filesystem::path& path) {
    return path == "-" || is_file_of(STDOUT_FILENO, path);
}

bool is_standard_error(const std::filesystem::path& path) {
    return is_file_of(STDERR_FILENO, path);
}

}  // namespace revolute
