#include <revolute/graph/error.hpp>
#include <revolute/tools/output_file.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace revolute {

namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& path, int reason) {
    throw FileError(fmt::format("{} {}: {}", what, path.string(),
                                std::error_code(reason, std::generic_category()).message()));
}

[[noreturn]] void fail_to_write(const std::filesystem::path& path, int reason) {
    fail("cannot write", path, reason);
}

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

/// The rights that a file made in the ordinary way has; mkstemp leaves all but the owner's away.
void give_ordinary_rights(int descriptor) {
    const mode_t mask = umask(0);
    umask(mask);
    static_cast<void>(
        fchmod(descriptor, 0666 & ~mask));  // where it fails, the owner can still read
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path destination) : destination_(std::move(destination)) {
    std::error_code none;
    if (std::filesystem::is_directory(destination_, none)) fail_to_write(destination_, EISDIR);
    std::string name = destination_.string() + ".XXXXXX";
    const int descriptor = mkstemp(name.data());
    if (descriptor < 0) fail_to_write(destination_, errno);
    give_ordinary_rights(descriptor);
    close(descriptor);
    temporary_ = name;
}

OutputFile::~OutputFile() {
    std::error_code none;
    if (!temporary_.empty()) std::filesystem::remove(temporary_, none);
}

void OutputFile::commit() {
    std::error_code reason;
    std::filesystem::rename(temporary_, destination_, reason);
    if (reason) fail_to_write(destination_, reason.value());
    temporary_.clear();
}

void write_file(const std::filesystem::path& path, std::string_view content) {
    OutputFile output(path);
    File file(std::fopen(output.temporary().c_str(), "wb"));
    if (!file) fail_to_write(path, errno);
    const bool written =
        std::fwrite(content.data(), 1, content.size(), file.get()) == content.size();
    // fclose writes what is left in the buffer: a full disk may show only here.
    if (!written || std::fclose(file.release()) != 0) fail_to_write(path, errno);
    output.commit();
}

void require_writable(const std::filesystem::path& path) {
    const OutputFile made_and_removed(path);
}

void require_distinct(std::initializer_list<std::filesystem::path> paths) {
    const auto same_file = [](const std::filesystem::path& a, const std::filesystem::path& b) {
        std::error_code none;
        return std::filesystem::absolute(a).lexically_normal() ==
                   std::filesystem::absolute(b).lexically_normal() ||
               std::filesystem::equivalent(a, b, none);
    };
    for (auto later = paths.begin(); later != paths.end(); ++later)
        for (auto earlier = paths.begin(); earlier != later; ++earlier)
            if (same_file(*earlier, *later))
                throw FileError(
                    fmt::format("cannot write {}: it would be written over {}, choose another name",
                                later->string(), earlier->string()));
}

std::string read_file(const std::filesystem::path& path) {
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file) fail("cannot read", path, errno);
    std::string content;
    std::array<char, 65536> buffer;
    std::size_t count = 0;
    while ((count = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0)
        content.append(buffer.data(), count);
    if (std::ferror(file.get()) != 0) fail("cannot read", path, errno);
    return content;
}

}  // namespace revolute
