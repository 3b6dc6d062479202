#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/kept_output.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <thread>
#include <unistd.h>

using namespace revolute;
using test::message_of;
using test::TemporaryFolder;

namespace {

std::filesystem::path pipe_in(const TemporaryFolder& folder) {
    const std::filesystem::path pipe = folder / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    return pipe;
}

int reader_of(const std::filesystem::path& pipe) {
    const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(reader >= 0);
    return reader;
}

}  // namespace

TEST_CASE("kept output: a reader that has left is noticed") {
    const TemporaryFolder folder;
    const auto pipe = pipe_in(folder);
    const int reader = reader_of(pipe);
    const KeptOutput kept(pipe, [] { FAIL("it need not wait"); });
    kept.require_reader();
    close(reader);
    const std::string reason = fmt::format("cannot write {}: Broken pipe", pipe.string());
    CHECK(message_of<FileError>([&] { kept.require_reader(); }) == reason);
    // Nor does it end the process later.
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    close(ends[0]);
    CHECK(message_of<FileError>([&] {
              write_file(fmt::format("/dev/fd/{}", ends[1]), "x");
          }).ends_with(": Broken pipe"));
    close(ends[1]);
}

TEST_CASE("kept output: a reader that comes later is waited for, and sees one end") {
    const TemporaryFolder folder;
    const auto pipe = pipe_in(folder);
    std::string received;
    bool waited = false;
    std::thread reader;
    {
        const KeptOutput kept(pipe, [&] {
            waited = true;
            reader = std::thread([&] { received = read_file(pipe); });
        });
        kept.require_reader();
        write_file(pipe, "one");
        write_file(pipe, ", two");
    }
    reader.join();
    CHECK(waited);
    CHECK(received == "one, two");
}

TEST_CASE("kept output: a device that takes nothing is refused, others and files are not touched") {
    const TemporaryFolder folder;
    // Nodes of our own: nothing here may go wrong for the system's.
    const auto full = folder / "full", null = folder / "null";
    if (mknod(full.c_str(), S_IFCHR | 0600, makedev(1, 7)) == 0 &&
        access(full.c_str(), W_OK) == 0) {
        const int opened = open(full.c_str(), O_WRONLY | O_CLOEXEC);
        if (opened < 0) return;  // a file system without devices
        close(opened);
        CHECK(message_of<FileError>([&] { const KeptOutput kept(full); }) ==
              fmt::format("cannot write {}: No space left on device", full.string()));
        REQUIRE(mknod(null.c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0);
        const KeptOutput kept(null);
        kept.require_reader();
    }
    write_file(folder / "file", "x");
    KeptOutput(folder / "file").require_reader();
    KeptOutput(folder / "new").require_reader();
    CHECK(read_file(folder / "file") == "x");
    CHECK_FALSE(std::filesystem::exists(folder / "new"));
}
