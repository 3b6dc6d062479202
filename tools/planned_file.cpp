#include <revolute/graph/bytes_in_words.hpp>
#include <revolute/graph/error.hpp>
#include <revolute/tools/output_file.hpp>
#include <revolute/tools/planned_file.hpp>

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <unistd.h>

namespace revolute {

namespace {

/// Gives the file so many bytes of the disk; returns the system's reason where it cannot, else 0.
int allocate_bytes(const std::filesystem::path& path, std::size_t bytes) {
    const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return errno;
    const int reason = bytes == 0 ? 0 : posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
    close(descriptor);
    return reason;
}

}  // namespace

void require_room(const std::vector<PlannedFile>& files) {
    std::vector<std::unique_ptr<OutputFile>> all;  // at a time: they share the disk
    for (const PlannedFile& file : files) {
        all.push_back(std::make_unique<OutputFile>(file.path));
        if (const int reason = allocate_bytes(all.back()->temporary(), file.bytes); reason != 0)
            throw FileError(fmt::format("cannot write {}: {}\n  it will take about {}",
                                        file.path.string(),
                                        std::error_code(reason, std::generic_category()).message(),
                                        bytes_in_words(file.bytes)));
    }
}

}  // namespace revolute
