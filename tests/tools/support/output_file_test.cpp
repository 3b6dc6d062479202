#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace revolute;
using test::message_of;
using test::TemporaryFolder;

TEST_CASE("output file: the content arrives whole and nothing else stays") {
    const TemporaryFolder folder;
    write_file(folder / "a.txt", "old");
    write_file(folder / "a.txt", std::string("new\0er", 6));
    CHECK(read_file(folder / "a.txt") == std::string("new\0er", 6));
    CHECK(folder.file_count() == 1);
}

TEST_CASE("output file: without commit the old content stays") {
    const TemporaryFolder folder;
    write_file(folder / "a.txt", "old");
    {
        const OutputFile output(folder / "a.txt");
        CHECK(std::filesystem::exists(output.temporary()));
    }
    CHECK(read_file(folder / "a.txt") == "old");
    CHECK(folder.file_count() == 1);
}

TEST_CASE("output file: it has the rights of an ordinary file") {
    const TemporaryFolder folder;
    const mode_t mask = umask(022);
    write_file(folder / "a.txt", "");
    umask(mask);
    CHECK((std::filesystem::status(folder / "a.txt").permissions()) ==
          static_cast<std::filesystem::perms>(0644));
}

namespace {

struct stat status_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(lstat(path.c_str(), &status) == 0);
    return status;
}

mode_t mode_of(const std::filesystem::path& path) { return status_of(path).st_mode & 07777; }

/// Runs `body` in a process of its own, as a user who is not root; whether it threw nothing.
template <class Body>
bool succeeds_as_nobody(const Body& body) {
    const pid_t child = fork();
    REQUIRE(child != -1);
    if (child == 0) {
        constexpr uid_t nobody = 65534;
        if (geteuid() == 0 && setuid(nobody) != 0) _exit(2);
        try {
            body();
            _exit(0);
        } catch (const std::exception&) {
            _exit(1);
        }
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("output file: a file that is replaced keeps its mode") {
    const TemporaryFolder folder;
    write_file(folder / "a.txt", "old");
    for (const mode_t mode : {0600U, 0640U, 0755U}) {
        chmod((folder / "a.txt").c_str(), mode);
        write_file(folder / "a.txt", "new");
        CHECK(mode_of(folder / "a.txt") == mode);
    }
}

TEST_CASE("output file: a file that is replaced keeps its owner") {
    if (geteuid() != 0) return;  // nobody else may give files away
    const TemporaryFolder folder;
    write_file(folder / "a.txt", "old");
    REQUIRE(chown((folder / "a.txt").c_str(), 65534, 65533) == 0);
    write_file(folder / "a.txt", "new");
    CHECK(status_of(folder / "a.txt").st_uid == 65534);
    CHECK(status_of(folder / "a.txt").st_gid == 65533);
    CHECK(read_file(folder / "a.txt") == "new");
}

TEST_CASE("output file: a read-only file is refused, for root too") {
    const TemporaryFolder folder;
    const std::string path = (folder / "a.txt").string();
    write_file(path, "old");
    chmod(path.c_str(), 0444);
    const std::string expected = fmt::format("cannot write {}: Permission denied", path);
    CHECK(message_of<FileError>([&] { write_file(path, "new"); }) == expected);
    CHECK(message_of<FileError>([&] { require_writable(path); }) == expected);
    CHECK(read_file(path) == "old");
    CHECK(folder.file_count() == 1);
}

TEST_CASE("output file: symbolic links stay, also to a file that is not there yet") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "b");
    std::filesystem::create_symlink("b/file", folder / "near");
    std::filesystem::create_symlink("near", folder / "far");
    for (const char* const content : {"first", "second"}) {
        write_file(folder / "far", content);
        CHECK(read_file(folder / "b/file") == content);
        CHECK(std::filesystem::is_symlink(folder / "far"));
        CHECK(std::filesystem::is_symlink(folder / "near"));
    }
    CHECK(folder.file_count() == 3);
}

TEST_CASE("output file: a link to itself is refused") {
    const TemporaryFolder folder;
    std::filesystem::create_symlink("a", folder / "a");
    CHECK(
        message_of<FileError>([&] { write_file(folder / "a", "x"); }) ==
        fmt::format("cannot write {}: Too many levels of symbolic links", (folder / "a").string()));
}

TEST_CASE("output file: a file of several names changes under all of them") {
    const TemporaryFolder folder;
    write_file(folder / "a", "old and longer");
    std::filesystem::create_hard_link(folder / "a", folder / "b");
    write_file(folder / "a", "new");
    CHECK(read_file(folder / "b") == "new");
    CHECK(status_of(folder / "a").st_ino == status_of(folder / "b").st_ino);
    CHECK(folder.file_count() == 2);
}

TEST_CASE("output file: a file in a folder that is closed to the user is written over") {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "a";
    write_file(path, "old");
    chmod(path.c_str(), 0666);
    chmod(folder.path().c_str(), 0555);
    CHECK(succeeds_as_nobody([&] { write_file(path, "new"); }));
    CHECK(read_file(path) == "new");
    CHECK_FALSE(succeeds_as_nobody([&] { write_file(folder / "b", "new"); }));
    chmod(folder.path().c_str(), 0755);
}

TEST_CASE("output file: a pipe stays one and gets the content") {
    const TemporaryFolder folder;
    const std::filesystem::path pipe = folder / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    require_writable(pipe);                   // does not wait for a reader
    const std::string content(200'000, 'x');  // more than a pipe holds
    std::string received;
    std::thread reader([&] { received = read_file(pipe); });
    write_file(pipe, content);
    reader.join();
    CHECK(received == content);
    CHECK(S_ISFIFO(status_of(pipe).st_mode));
}

TEST_CASE("output file: a device stays one") {
    const TemporaryFolder folder;
    const std::filesystem::path device = folder / "null";
    // A node of our own: nothing here may go wrong for the system's.
    if (mknod(device.c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0) return;
    write_file(device, "x");
    CHECK(S_ISCHR(status_of(device).st_mode));
    CHECK(folder.file_count() == 1);
}

TEST_CASE("output file: a socket is refused before there is anything to write") {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "socket";
    REQUIRE(mknod(path.c_str(), S_IFSOCK | 0600, 0) == 0);
    CHECK(message_of<FileError>([&] { require_writable(path); }) ==
          fmt::format("cannot write {}: No such device or address", path.string()));
}

TEST_CASE("output file: a folder for temporary files that is not there is done without") {
    const char* const before = std::getenv("TMPDIR");
    const std::string kept = before != nullptr ? before : "";
    setenv("TMPDIR", "/no/such/folder", 1);
    CHECK(std::filesystem::is_directory(folder_for_temporary_files()));
    if (before != nullptr)
        setenv("TMPDIR", kept.c_str(), 1);
    else
        unsetenv("TMPDIR");
    CHECK(folder_for_temporary_files() == std::filesystem::temp_directory_path());
}

TEST_CASE("output file: a process that is killed before commit leaves nothing behind") {
    const TemporaryFolder folder;
    const int nameless = open(folder.path().c_str(), O_TMPFILE | O_RDWR, 0600);
    if (nameless < 0) return;  // this file system knows no files without a name
    close(nameless);
    const pid_t child = fork();
    REQUIRE(child != -1);
    if (child == 0) {
        const OutputFile output(folder / "a");
        std::ofstream(output.temporary()) << "half";
        raise(SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK(folder.file_count() == 0);
}

TEST_CASE("output file: what a killed process has left is removed by the next of that name") {
    const TemporaryFolder folder;
    const pid_t gone = fork();
    REQUIRE(gone != -1);
    if (gone == 0) _exit(0);
    waitpid(gone, nullptr, 0);
    const auto file_of = [&](std::string_view name, std::string_view process) {
        return folder / fmt::format("{}.revolute-{}", name, process);
    };
    const std::string dead = std::to_string(gone), alive = std::to_string(getpid());
    const std::vector<std::filesystem::path> left{file_of("a", dead + "-0"),
                                                  file_of("a", dead + "-12")};
    const std::vector<std::filesystem::path> others{
        file_of("a", alive + "-999"),     file_of("b", dead + "-0"),
        file_of("ba", dead + "-0"),       file_of("a", dead),
        file_of("a", dead + "-"),         file_of("a", dead + "-0x"),
        file_of("a", "-" + dead + "-0"),  file_of("a", "0-0"),
        file_of("a", "99999999999999-0"), folder / ("a." + dead + "-0")};
    for (const auto* const files : {&left, &others})
        for (const auto& path : *files) std::ofstream(path) << "half";
    std::filesystem::create_directory(file_of("a", dead + "-1"));
    std::filesystem::create_symlink("nothing", file_of("a", dead + "-2"));
    const auto locked = file_of("a", dead + "-3");
    std::ofstream(locked) << "half";
    const int descriptor = open(locked.c_str(), O_RDWR);
    REQUIRE(flock(descriptor, LOCK_EX) == 0);

    write_file(folder / "a", "whole");
    CHECK(read_file(folder / "a") == "whole");
    for (const auto& path : left) CHECK_FALSE(std::filesystem::exists(path));
    for (const auto& path : others) CHECK(std::filesystem::exists(path));
    CHECK(std::filesystem::is_directory(file_of("a", dead + "-1")));
    CHECK(std::filesystem::is_symlink(file_of("a", dead + "-2")));
    CHECK(std::filesystem::exists(locked));
    close(descriptor);
    require_writable(folder / "a");  // as a training does when it starts
    CHECK_FALSE(std::filesystem::exists(locked));
}

TEST_CASE("output file: names may be as long as the system lets them be, and no longer") {
    const TemporaryFolder folder;
    for (const std::size_t length : {63U, 64U, 65U, 230U, 240U, 254U, 255U})
        for (const std::string letter : {"a", "\xC3\xA9", "\xE6\xB8\xA9"}) {
            std::string name;
            while (name.size() + letter.size() <= length) name += letter;
            name.resize(length, 'z');
            CAPTURE(name);
            for (const char* const content : {"new", "again"}) {
                require_writable(folder / name);
                write_file(folder / name, content);
                CHECK(read_file(folder / name) == content);
            }
            CHECK(folder.file_count() == 1);
            std::filesystem::remove(folder / name);
        }
    const std::string longer(256, 'a');
    CHECK(message_of<FileError>([&] {
              require_writable(folder / longer);
          }).ends_with(": File name too long"));
}

TEST_CASE("output file: what is no regular file may be written to twice") {
    require_distinct({"-", "-"});
    require_distinct({"/dev/null", "/dev/null"});
}

TEST_CASE("output file: a folder that is not there is named with the reason") {
    const TemporaryFolder folder;
    const std::string path = (folder / "no/a.txt").string();
    const std::string expected = fmt::format("cannot write {}: No such file or directory", path);
    CHECK(message_of<FileError>([&] { write_file(path, "x"); }) == expected);
    CHECK(message_of<FileError>([&] { require_writable(path); }) == expected);
}

TEST_CASE("output file: a folder is not written over") {
    const TemporaryFolder folder;
    const std::string path = folder.path().string();
    CHECK(message_of<FileError>([&] { write_file(path, "x"); }) ==
          fmt::format("cannot write {}: Is a directory", path));
}

TEST_CASE("output file: a rename that fails leaves nothing behind") {
    const TemporaryFolder folder;
    const std::string path = (folder / "a").string();
    {
        OutputFile output(path);
        std::filesystem::create_directory(path);
        CHECK(message_of<FileError>([&] { output.commit(); }) ==
              fmt::format("cannot write {}: Is a directory", path));
    }
    CHECK(folder.file_count() == 1);
}

TEST_CASE("output file: require_writable leaves no trace") {
    const TemporaryFolder folder;
    require_writable(folder / "a.txt");
    CHECK(folder.file_count() == 0);
}

TEST_CASE("output file: a path that is there twice is found, however it is written") {
    const TemporaryFolder folder;
    const auto path = folder / "a.txt";
    const auto again = folder / "b/../a.txt";
    const auto link = folder / "link";
    require_distinct({path, folder / "b.txt"});
    CHECK(message_of<FileError>([&] {
              require_distinct({path, again});
          }) == fmt::format("cannot write {}: it would be written over {}, choose another name",
                            again.string(), path.string()));
    write_file(path, "");
    std::filesystem::create_symlink(path, link);
    CHECK(message_of<FileError>([&] {
              require_distinct({path, folder / "b.txt", link});
          }) == fmt::format("cannot write {}: it would be written over {}, choose another name",
                            link.string(), path.string()));
}

TEST_CASE("output file: reading a folder names the reason") {
    const TemporaryFolder folder;
    CHECK(message_of<FileError>([&] { read_file(folder.path()); }) ==
          fmt::format("cannot read {}: Is a directory", folder.path().string()));
}
