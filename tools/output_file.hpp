#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace revolute {

/// A file being written: under a temporary name in the folder of its destination, until `commit`
/// renames it. A file is never half-written: without `commit` the temporary one is removed and
/// whatever was at the destination stays.
class OutputFile {
 public:
    /// Makes the temporary file, empty. Throws FileError naming the destination and the system's
    /// reason.
    explicit OutputFile(std::filesystem::path destination);
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile();

    /// Where to write meanwhile.
    const std::filesystem::path& temporary() const { return temporary_; }
    /// Gives the file its name, replacing what had it. Throws FileError.
    void commit();

 private:
    std::filesystem::path destination_;
    std::filesystem::path temporary_;
};

/// Writes a whole file by way of a temporary one. Throws FileError naming the path and the system's
/// reason.
void write_file(const std::filesystem::path& path, std::string_view content);

/// Throws the FileError that writing to `path` would throw, before there is anything to write.
void require_writable(const std::filesystem::path& path);

/// Throws FileError naming the first path that is also an earlier one, so that no file that is read or
/// written is written over.
void require_distinct(std::initializer_list<std::filesystem::path> paths);

/// The whole content of a file. Throws FileError naming the path and the system's reason.
std::string read_file(const std::filesystem::path& path);

}  // namespace revolute
