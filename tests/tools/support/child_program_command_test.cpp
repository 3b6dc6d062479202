// gnuplot as the program runs it.

#include <support/run_program.hpp>

#include <doctest/doctest.h>

namespace revolute {

namespace {

using test::Ran;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;

/// With a table, and a stand-in for gnuplot in the folder `bin`.
struct FolderWithGnuplot : TemporaryFolder {
    explicit FolderWithGnuplot(const std::string& script) {
        std::filesystem::create_directory(*this / "bin");
        write_file(*this / "bin/gnuplot", "#!/bin/sh\n" + script);
        std::filesystem::permissions(*this / "bin/gnuplot", std::filesystem::perms::owner_all);
        write_file(*this / "data.csv", "t,v\n1,5\n2,3.5\n3,6\n4,2\n5,7\n6,3\n7,8\n8,2.5\n");
    }
};

const std::string training =
    fmt::format("PATH=\"$PWD/bin:$PATH\" '{}' train data.csv --window 2 --hidden 2 --epochs 1",
                REVOLUTE_PROGRAM);

}  // namespace

TEST_CASE("gnuplot: what it says on its standard output is the plot, and not the program's") {
    const FolderWithGnuplot folder("echo '<svg>'; cat; echo '</svg>'\n");
    const Ran ran = run_shell(training, folder.path());
    CHECK(ran.status == 0);
    CHECK(ran.output.starts_with("model.json  the model"));
    CHECK(ran.output.find("svg>") == std::string::npos);
    CHECK(read_file(folder / "out.svg").starts_with("<svg>\nset terminal svg"));
}

TEST_CASE("gnuplot: where the disk is full the old plot stays, and the status says so") {
    const FolderWithGnuplot folder("cat > commands; head -c 30000 /dev/zero; echo '</svg>'\n");
    REQUIRE(run_shell(training, folder.path()).status == 0);
    const std::string old = read_file(folder / "out.svg");
    // It draws more at the end than when training began.
    write_file(folder / "bin/gnuplot",
               "#!/bin/sh\ncat > commands\n"
               "[ -e begun ] && head -c 3000000 /dev/zero\ntouch begun; echo '</svg>'\n");
    const Ran ran = run_shell("ulimit -f 1000\n" + training + " --overwrite", folder.path());
    CHECK(ran.status == 1);
    CHECK(ran.says("cannot write out.svg: File too large\n"));
    CHECK(read_file(folder / "out.svg") == old);
    CHECK(std::filesystem::exists(folder / "model.json"));
}

TEST_CASE("gnuplot: it ends with the program, however that ends") {
    for (const std::string signal : {"TERM", "HUP", "KILL"}) {
        CAPTURE(signal);
        const FolderWithGnuplot folder("cat > commands; echo $$ > number; exec sleep 60\n");
        // The stand-in's number is gone or, where nobody has asked for its status, that of a
        // process that has ended.
        const Ran ran = run_shell(
            training + " & program=$!\nwhile [ ! -s number ]; do sleep 0.02; done\nkill -" +
                signal +
                " $program\nwait $program\ni=0\nwhile grep -q '^State:[[:blank:]]*[^ZX[:blank:]]' "
                "/proc/$(cat number)/status && [ $i -lt 250 ]; do sleep 0.02; i=$((i + 1)); "
                "done\n[ $i -lt 250 ] && echo ended",
            folder.path());
        CHECK(ran.output == "ended\n");
    }
}

TEST_CASE("train: a signal when the model is saved ends it with its status and a word") {
    // The first run is before training, the second draws the forecasts.
    const std::string script =
        "cat > commands; [ -e begun ] && echo > drawing && exec sleep 60\n"
        "touch begun; echo '</svg>'\n";
    for (const auto& [name, status] : {std::pair{"INT", 130}, {"TERM", 143}, {"HUP", 129}}) {
        const std::string signal = name;
        CAPTURE(signal);
        const FolderWithGnuplot folder(script);
        // In the foreground: a shell's background commands ignore SIGINT.
        write_file(folder / "run", "echo $$ > number\nexec env " + training);
        const Ran ran = run_shell(
            fmt::format(
                "{{ while [ ! -e drawing ]; do sleep 0.02; done; kill -{} $(cat number); }} "
                "& sh run",
                signal),
            folder.path());
        CHECK(ran.status == status);
        CHECK(
            ran.says("interrupted: model.json holds the model after epoch 1 of 1; its forecasts "
                     "were not written\n"));
        CHECK(run_program("weights model.json", folder).status == 0);
    }
}

TEST_CASE("gnuplot: one that a signal ends leaves no plot, and the status says so") {
    const FolderWithGnuplot folder("cat > commands; kill -KILL $$\n");
    const Ran ran = run_shell(training, folder.path());
    CHECK(ran.status == 1);
    CHECK(ran.says("cannot draw out.svg: gnuplot failed (status 137)\n"));
    CHECK_FALSE(std::filesystem::exists(folder / "model.json"));
}

}  // namespace revolute
