#pragma once

/// @file
/// Files that are written whole or not at all.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace revolute {

/// A file being written. Its content is gathered in a temporary file; `commit` puts it at the
/// destination. Without `commit` whatever was at the destination stays.
///
/// Where the file system has files without a name the temporary file is one, and goes with the
/// process. Elsewhere it is called `<name>.revolute-<process>-<number>`, with the beginning of a
/// long name; what a process that was killed has left there is removed by the next that writes a
/// file of that name.
///
/// A regular file is replaced in one step, so that nobody ever sees half of it; it keeps its owner
/// and its mode, and symbolic links to it stay. A file that has several names, or that cannot be
/// replaced because its folder is closed to the user, is written over in place. Anything else (a
/// pipe, a device) is opened and written to. `-` is the standard output, and so is any other name
/// of it, such as /dev/stdout; names of the standard error are likewise.
class OutputFile {
 public:
    /// Makes the temporary file, empty. Throws FileError naming the destination and the system's
    /// reason; a file that nobody may write to is refused, also where the user is root.
    explicit OutputFile(std::filesystem::path destination);
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    /// Removes the temporary file unless it was committed.
    ~OutputFile();

    /// Where to write meanwhile.
    const std::filesystem::path& temporary() const { return temporary_; }
    /// Puts the content at the destination. Throws FileError.
    void commit();

    /// Takes so much room of the disk for the temporary file, no more, and sees that there is as
    /// much at the destination where that is not replaced by it. Returns the system's reason where
    /// there is too little, else none.
    std::error_code reserve(std::size_t bytes);
    /// The room that the destination has and commit gives free.
    std::size_t room_of_old() const;

 private:
    enum class Way : std::uint8_t { replace, write_over, standard_output, standard_error };

    void choose_way();
    void make_temporary();
    void replace();
    void write_over();
    int destination_without_room(std::size_t bytes) const;

    std::filesystem::path destination_;
    std::filesystem::path target_;  // where the destination's symbolic links end
    std::filesystem::path temporary_;
    int descriptor_ = -1;    // of the temporary file
    bool is_named_ = false;  // otherwise it goes with its descriptor, however the process ends
    Way way_ = Way::replace;
};

/// Writes a whole file by way of an OutputFile. Throws FileError naming the path and the system's
/// reason.
void write_file(const std::filesystem::path& path, std::string_view content);

/// The folder for temporary files: what TMPDIR names, else /tmp, else, where neither is a folder,
/// the one that the process works in.
std::filesystem::path folder_for_temporary_files();

/// Throws the FileError that writing to `path` would throw, before there is anything to write.
void require_writable(const std::filesystem::path& path);

/// Whether what is written to `path` goes on to somebody and replaces no file: a standard stream, a
/// pipe or a device.
bool is_stream(const std::filesystem::path& path);

/// Throws FileError naming the first path that is also an earlier one, so that no file that is read
/// or written is written over.
void require_distinct(const std::vector<std::filesystem::path>& paths);

/// The whole content of a file; `-` is the standard input. Throws FileError naming the path and the
/// system's reason.
std::string read_file(const std::filesystem::path& path);

}  // namespace revolute
