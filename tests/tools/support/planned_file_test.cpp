#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/planned_file.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <sys/resource.h>

using namespace revolute;
using test::message_of;
using test::TemporaryFolder;

namespace {

/// While it lives, no file may have more bytes.
class FileSizeLimit {
 public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

 private:
    void (*handler_)(int);
    rlimit before_{};
};

}  // namespace

TEST_CASE("planned file: where there is room there is no trace") {
    const TemporaryFolder folder;
    require_room({{folder / "a", 5000}, {folder / "b", 0}});
    CHECK(folder.file_count() == 0);
}

TEST_CASE("planned file: where a file is written in place, there must be room there too") {
    const TemporaryFolder folder;
    const std::string a = (folder / "a").string();
    write_file(a, "old");
    std::filesystem::create_hard_link(a, folder / "b");
    const FileSizeLimit limit(10'000);
    CHECK(message_of<FileError>([&] {
              require_room({{a, 20'000}});
          }) == fmt::format("cannot write {}: File too large\n  it will take about 20 kB", a));
    require_room({{a, 9'000}});
    CHECK(read_file(a) == "old");
    // What does not fit leaves what is there.
    CHECK(message_of<FileError>([&] { write_file(a, std::string(20'000, 'x')); }) ==
          fmt::format("cannot write {}: File too large", a));
    CHECK(read_file(a) == "old");
}

TEST_CASE("planned file: too little room, or a place that cannot be written, is named") {
    const TemporaryFolder folder;
    const std::string a = (folder / "a").string(), b = (folder / "no/b").string();
    {
        const FileSizeLimit limit(10'000);
        CHECK(message_of<FileError>([&] {
                  require_room({{a, 20'000}});
              }) == fmt::format("cannot write {}: File too large\n  it will take about 20 kB", a));
    }
    CHECK(message_of<FileError>([&] {
              require_room({{a, 100}, {b, 100}});
          }) == fmt::format("cannot write {}: No such file or directory", b));
    CHECK(folder.file_count() == 0);
}
