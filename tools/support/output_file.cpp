#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/ignore_broken_pipe.hpp>
#include <revolute/tools/support/detail/utf8.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace revolute {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* what, const fs::path& path, int reason) {
    throw FileError(fmt::format("{} {}: {}", what, path.string(),
                                std::error_code(reason, std::generic_category()).message()));
}

[[noreturn]] void fail_to_write(const fs::path& path, int reason) {
    fail("cannot write", path, reason);
}

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

/// The bytes that a file has of the disk.
std::size_t room_of(const struct stat& file) {
    constexpr std::size_t unit = 512;  // of st_blocks, whatever the file system's blocks are
    return unit * static_cast<std::size_t>(file.st_blocks);
}

/// Where the next bytes go of a regular file that a standard stream goes to.
off_t place_of_stream(int stream, const struct stat& file) {
    const int flags = fcntl(stream, F_GETFL);
    const bool appends = flags != -1 && (flags & O_APPEND) != 0;
    return appends ? file.st_size : lseek(stream, 0, SEEK_CUR);
}

/// The mode of a file that is made in the ordinary way.
mode_t ordinary_mode() {
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/// Where the symbolic links of a path end, also where nothing is there yet.
fs::path end_of_links(fs::path path) {
    constexpr int most_links = 40;  // as Linux follows
    std::error_code none;
    for (int links = 0; fs::is_symlink(path, none); ++links) {
        if (links == most_links) fail_to_write(path, ELOOP);
        path = path.parent_path() / fs::read_symlink(path);
    }
    return path;
}

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

/// Whether the user may write to what is there. Root may write to anything, but a file that is
/// marked as read-only is not to be lost by a slip.
bool is_writable(const fs::path& path, mode_t mode) {
    return (mode & (S_IWUSR | S_IWGRP | S_IWOTH)) != 0 && access(path.c_str(), W_OK) == 0;
}

/// What stands between a file's name and the process in the name of a temporary file.
constexpr std::string_view mark_of_temporary = ".revolute-";

/// What a temporary file for `name` is called first: its beginning, since behind that of a name as
/// long as names may be there is no room.
std::string beginning_of(const std::string& name) {
    constexpr std::size_t most = 64;
    return std::string(detail::whole_characters(name, most));
}

/// A name beside `path` that nothing has, for `make` to give to a file; false where it cannot.
template <class Make>
bool with_new_name(std::string& name, const fs::path& path, const Make& make) {
    const std::string beginning = beginning_of(path.filename().string());
    for (int i = 0; i < 1000; ++i) {
        name = (path.parent_path() / beginning).string();
        name += fmt::format("{}{}-{}", mark_of_temporary, getpid(), i);
        if (make(name.c_str())) return true;
        if (errno != EEXIST) return false;
    }
    return false;
}

/// The process that gave a temporary file its name, which begins so; none where it is no such name.
std::optional<pid_t> maker_of(std::string_view file, std::string_view beginning) {
    if (!file.starts_with(beginning) ||
        !file.substr(beginning.size()).starts_with(mark_of_temporary))
        return std::nullopt;
    file.remove_prefix(beginning.size() + mark_of_temporary.size());
    pid_t process = 0;
    int number = 0;
    const auto [dash, wrong] = std::from_chars(file.data(), file.data() + file.size(), process);
    if (wrong != std::errc() || process <= 0 || dash == file.data() + file.size() || *dash != '-')
        return std::nullopt;
    const auto [end, worse] = std::from_chars(dash + 1, file.data() + file.size(), number);
    if (worse != std::errc() || number < 0 || end != file.data() + file.size()) return std::nullopt;
    return process;
}

/// Whether nobody writes a temporary file any more: its process does not run, nor has anybody
/// locked it, be it a process that is not seen from here.
bool is_left(const fs::path& path, pid_t maker) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid())
        return false;
    if (kill(maker, 0) == 0 || errno != ESRCH) return false;
    const int descriptor = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return false;
    const bool is_free = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    close(descriptor);
    return is_free;
}

/// Removes the temporary files that processes which were killed have left for `name`.
void remove_leftovers(const fs::path& folder, const std::string& name) {
    const std::string beginning = beginning_of(name);
    std::error_code none;
    std::vector<fs::path> left;
    for (fs::directory_iterator file(folder, none), end; !none && file != end; file.increment(none))
        if (const auto maker = maker_of(file->path().filename().string(), beginning);
            maker && is_left(file->path(), *maker))
            left.push_back(file->path());
    for (const fs::path& path : left) fs::remove(path, none);
}

void copy(int from, int to, const fs::path& destination) {
    std::array<char, 65536> buffer;
    ssize_t count = 0;
    for (off_t at = 0; (count = pread(from, buffer.data(), buffer.size(), at)) > 0; at += count)
        for (ssize_t done = 0; done < count;) {
            const ssize_t written =
                write(to, buffer.data() + done, static_cast<std::size_t>(count - done));
            if (written < 0 && errno != EINTR) fail_to_write(destination, errno);
            if (written > 0) done += written;
        }
    if (count < 0) fail_to_write(destination, errno);
}

}  // namespace

OutputFile::OutputFile(fs::path destination) : destination_(std::move(destination)) {
    choose_way();
    make_temporary();
}

OutputFile::~OutputFile() {
    if (descriptor_ >= 0) close(descriptor_);
    std::error_code none;
    if (is_named_) fs::remove(temporary_, none);
}

void OutputFile::choose_way() {
    if (is_standard_output(destination_)) {
        way_ = Way::standard_output;
        return;
    }
    if (is_standard_error(destination_)) {
        way_ = Way::standard_error;
        return;
    }
    struct stat old {};
    if (stat(destination_.c_str(), &old) != 0) {
        if (errno != ENOENT) fail_to_write(destination_, errno);
        target_ = end_of_links(destination_);
        return;
    }
    if (S_ISDIR(old.st_mode)) fail_to_write(destination_, EISDIR);
    if (S_ISSOCK(old.st_mode)) fail_to_write(destination_, ENXIO);  // as opening it would
    if (!is_writable(destination_, old.st_mode)) fail_to_write(destination_, EACCES);
    const bool is_regular = S_ISREG(old.st_mode);
    target_ = is_regular ? end_of_links(destination_) : destination_;
    if (!is_regular || old.st_nlink > 1 || access(folder_of(target_).c_str(), W_OK) != 0)
        way_ = Way::write_over;
}

/// Where it replaces another file it is in that one's folder, since files are renamed within a file
/// system.
void OutputFile::make_temporary() {
    const fs::path folder =
        way_ == Way::replace ? folder_of(target_) : folder_for_temporary_files();
    remove_leftovers(folder, target_.filename().string());
    descriptor_ = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    temporary_ = fmt::format("/proc/{}/fd/{}", getpid(), descriptor_);
    std::error_code none;
    if (descriptor_ >= 0 && fs::exists(temporary_, none)) {
        flock(descriptor_, LOCK_EX | LOCK_NB);  // it gets a name before it gets its place
        return;
    }
    // Not every file system has files without a name, nor has every container a /proc.
    if (descriptor_ >= 0) close(descriptor_);
    std::string name;
    is_named_ = with_new_name(name, folder / target_.filename(), [&](const char* path) {
        descriptor_ = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
        return descriptor_ >= 0;
    });
    if (!is_named_) fail_to_write(destination_, errno);
    flock(descriptor_, LOCK_EX | LOCK_NB);
    temporary_ = name;
}

void OutputFile::commit() {
    switch (way_) {
        case Way::replace:
            replace();
            break;
        case Way::write_over:
            write_over();
            break;
        case Way::standard_output:
            write_to_standard_output(read_file(temporary_));
            flush_standard_output();
            break;
        case Way::standard_error: {
            const detail::IgnoreBrokenPipe ignore;
            copy(descriptor_, STDERR_FILENO, destination_);
            break;
        }
    }
}

void OutputFile::replace() {
    struct stat old {};
    const bool is_new = stat(target_.c_str(), &old) != 0;
    if (!is_new && (old.st_uid != geteuid() || old.st_gid != getegid()) &&
        fchown(descriptor_, old.st_uid, old.st_gid) != 0) {
        write_over();
        return;
    }
    if (fchmod(descriptor_, is_new ? ordinary_mode() : old.st_mode & 07777) != 0)
        fail_to_write(destination_, errno);
    if (!is_named_) {
        const fs::path nameless = temporary_;
        std::string name;
        is_named_ = with_new_name(name, target_, [&](const char* path) {
            return linkat(AT_FDCWD, nameless.c_str(), AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
        });
        if (!is_named_) fail_to_write(destination_, errno);
        temporary_ = name;
    }
    std::error_code reason;
    fs::rename(temporary_, target_, reason);
    if (reason) fail_to_write(destination_, reason.value());
    is_named_ = false;
}

/// What is there stays where there is no room for what comes.
void OutputFile::write_over() {
    const int to = open(destination_.c_str(), O_WRONLY | O_CLOEXEC);
    if (to < 0) fail_to_write(destination_, errno);
    File opened(fdopen(to, "wb"));
    struct stat old {
    }, content{};
    const bool is_regular = fstat(to, &old) == 0 && S_ISREG(old.st_mode);
    if (fstat(descriptor_, &content) != 0) fail_to_write(destination_, errno);
    if (is_regular && content.st_size > 0 &&
        fallocate(to, FALLOC_FL_KEEP_SIZE, 0, content.st_size) != 0 && errno != EOPNOTSUPP)
        fail_to_write(destination_, errno);
    const detail::IgnoreBrokenPipe ignore;  // what was to be written may still go elsewhere
    copy(descriptor_, to, destination_);
    if (is_regular && ftruncate(to, content.st_size) != 0) fail_to_write(destination_, errno);
    if (std::fclose(opened.release()) != 0) fail_to_write(destination_, errno);
}

std::error_code OutputFile::reserve(std::size_t bytes) {
    const auto length = static_cast<off_t>(bytes);
    int reason = bytes == 0 ? 0 : posix_fallocate(descriptor_, 0, length);
    if (reason == 0 && ftruncate(descriptor_, length) != 0) reason = errno;
    if (reason == 0 && way_ != Way::replace) reason = destination_without_room(bytes);
    return {reason, std::generic_category()};
}

/// The reason why a regular file that is written to in place cannot have so many bytes more than
/// what it has; 0 where it may. The file is only looked at, since others may be writing to it.
int OutputFile::destination_without_room(std::size_t bytes) const {
    const bool is_standard = way_ == Way::standard_output || way_ == Way::standard_error;
    const int stream = way_ == Way::standard_error ? STDERR_FILENO : STDOUT_FILENO;
    struct stat old {};
    struct statvfs disk {};
    if ((is_standard ? fstat(stream, &old) : stat(destination_.c_str(), &old)) != 0 ||
        !S_ISREG(old.st_mode))
        return 0;
    const off_t begin = is_standard ? place_of_stream(stream, old) : 0;
    rlimit most{};
    if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY &&
        static_cast<rlim_t>(std::max<off_t>(begin, 0)) + bytes > most.rlim_cur)
        return EFBIG;
    if ((is_standard ? fstatvfs(stream, &disk) : statvfs(destination_.c_str(), &disk)) != 0)
        return 0;
    const auto free = disk.f_frsize * (geteuid() == 0 ? disk.f_bfree : disk.f_bavail);
    const std::size_t reused = is_standard ? 0 : room_of(old);
    return bytes > free + reused ? ENOSPC : 0;
}

std::size_t OutputFile::room_of_old() const {
    struct stat old {};
    const bool is_replaced = way_ == Way::replace && stat(target_.c_str(), &old) == 0;
    return is_replaced ? room_of(old) : 0;
}

void write_file(const fs::path& path, std::string_view content) {
    OutputFile output(path);
    File file(std::fopen(output.temporary().c_str(), "wb"));
    if (!file) fail_to_write(path, errno);
    const bool written =
        std::fwrite(content.data(), 1, content.size(), file.get()) == content.size();
    // fclose writes what is left in the buffer: a full disk may show only here.
    if (!written || std::fclose(file.release()) != 0) fail_to_write(path, errno);
    output.commit();
}

fs::path folder_for_temporary_files() {
    std::error_code none;
    fs::path named = fs::temp_directory_path(none);
    if (!none) return named;
    return fs::is_directory("/tmp", none) ? "/tmp" : ".";
}

void require_writable(const fs::path& path) { const OutputFile made_and_removed(path); }

bool is_stream(const fs::path& path) {
    std::error_code none;
    const fs::file_status status = fs::status(path, none);
    const bool may_be_replaced =
        !fs::exists(status) || fs::is_regular_file(status) || fs::is_directory(status);
    return is_standard_output(path) || is_standard_error(path) || !may_be_replaced;
}

void require_distinct(const std::vector<fs::path>& paths) {
    // What is no regular file, such as `-` or a pipe, loses nothing by being written to.
    const auto may_be_lost = [](const fs::path& path) {
        std::error_code none;
        const fs::file_status status = fs::status(path, none);
        return path != "-" && (!fs::exists(status) || fs::is_regular_file(status));
    };
    const auto same_file = [&](const fs::path& a, const fs::path& b) {
        std::error_code none;
        return may_be_lost(a) &&
               (fs::absolute(a).lexically_normal() == fs::absolute(b).lexically_normal() ||
                fs::equivalent(a, b, none));
    };
    for (auto later = paths.begin(); later != paths.end(); ++later)
        for (auto earlier = paths.begin(); earlier != later; ++earlier)
            if (same_file(*earlier, *later))
                throw FileError(
                    fmt::format("cannot write {}: it would be written over {}, choose another name",
                                later->string(), earlier->string()));
}

std::string read_file(const fs::path& path) {
    const File opened(path == "-" ? nullptr : std::fopen(path.c_str(), "rb"));
    std::FILE* const file = path == "-" ? stdin : opened.get();
    if (file == nullptr) fail("cannot read", path, errno);
    if (std::feof(file) != 0)
        throw FileError("cannot read the standard input twice: one of two that are - needs a file");
    std::string content;
    std::array<char, 65536> buffer;
    std::size_t count = 0;
    while ((count = std::fread(buffer.data(), 1, buffer.size(), file)) > 0)
        content.append(buffer.data(), count);
    if (std::ferror(file) != 0) fail("cannot read", path, errno);
    return content;
}

}  // namespace revolute
