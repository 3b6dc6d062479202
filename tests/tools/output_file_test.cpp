#include <revolute/graph/error.hpp>
#include <revolute/tools/output_file.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sys/stat.h>

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
        CHECK(output.temporary().parent_path() == folder.path());
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
