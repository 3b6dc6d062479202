#pragma once

/// @file
/// Output of programs that is never lost unseen.

#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <utility>

namespace revolute {

/// Whoever read the standard output has gone away (`revolute ops | head`), and wants nothing more.
class ReaderGone : public FileError {
 public:
    using FileError::FileError;
};

/// Writes to the standard output. Throws FileError with the system's reason, here or in
/// `flush_standard_output`, which writes what has been kept back; ReaderGone where SIGPIPE is
/// ignored.
void write_to_standard_output(std::string_view content);
/// Writes what has been kept back. Throws as `write_to_standard_output`.
void flush_standard_output();
/// Writes to the standard error as far as it can.
void write_to_standard_error(std::string_view content);

/// Formats and writes to the standard output, as `write_to_standard_output` does.
template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    write_to_standard_output(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Formats and writes to the standard error, whose loss nobody could be told of: a log on a full
/// disk ends no training.
template <class... Arguments>
void tell(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    write_to_standard_error(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Opens the standard streams that the parent process has closed, lest a file gets their number and
/// what is printed: reading the input and writing to the output fail; what goes to the standard
/// error is lost.
void open_closed_streams();

/// Whether a path is a name of the standard output: `-`, /dev/stdout, or the file that it goes to.
bool is_standard_output(const std::filesystem::path& path);
/// Whether a path is a name of the standard error: /dev/stderr, or the file that it goes to.
bool is_standard_error(const std::filesystem::path& path);

}  // namespace revolute
