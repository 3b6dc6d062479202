#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <utility>

namespace revolute {

/// Writes to the standard output. Throws FileError with the system's reason, here or in
/// `flush_standard_output`, which writes what has been kept back.
void write_to_standard_output(std::string_view content);
void flush_standard_output();

/// Formats and writes to the standard output, as `write_to_standard_output` does.
template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    write_to_standard_output(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Whether a path is a name of the standard output: `-`, /dev/stdout, or the file that it goes to.
bool is_standard_output(const std::filesystem::path& path);

}  // namespace revolute
