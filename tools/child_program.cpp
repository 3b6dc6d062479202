#include <revolute/graph/error.hpp>
#include <revolute/tools/child_program.hpp>
#include <revolute/tools/detail/ignore_broken_pipe.hpp>

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace revolute {

namespace {

constexpr int not_run = 127;  // as shells say it

/// What the child does: nothing that another thread of ours may have locked. Never returns.
[[noreturn]] void become(const char* program, int input, int nowhere, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(not_run);  // it ended before
    std::signal(SIGPIPE, SIG_DFL);
    dup2(input, STDIN_FILENO);
    if (dup2(nowhere, STDOUT_FILENO) < 0) close(STDOUT_FILENO);
    execlp(program, program, static_cast<char*>(nullptr));
    _exit(not_run);
}

void write_and_close(int pipe, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(pipe, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) break;  // it has ended, and its status says how
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    close(pipe);
}

int status_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return not_run;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

[[noreturn]] void refuse_to_run(const std::string& program, int reason) {
    throw FileError(fmt::format("cannot run {}: {}", program,
                                std::error_code(reason, std::generic_category()).message()));
}

}  // namespace

int run_child(const std::string& program, std::string_view input) {
    const detail::IgnoreBrokenPipe ignore;
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) refuse_to_run(program, errno);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) become(program.c_str(), ends[0], nowhere, parent);
    const int reason = errno;
    close(ends[0]);
    if (nowhere >= 0) close(nowhere);
    if (child < 0) {
        close(ends[1]);
        refuse_to_run(program, reason);
    }
    write_and_close(ends[1], input);
    return status_of(child);
}

}  // namespace revolute
