#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/child_program.hpp>
#include <revolute/tools/support/detail/ignore_broken_pipe.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace revolute {

namespace {

constexpr int not_run = 127;  // as shells say it

[[noreturn]] void refuse_to_run(const std::string& program, int reason) {
    throw FileError(fmt::format("cannot run {}: {}", program,
                                std::error_code(reason, std::generic_category()).message()));
}

/// One end of a pipe, closed at the end or before.
class PipeEnd {
 public:
    explicit PipeEnd(int descriptor) : descriptor_(descriptor) {}
    PipeEnd(const PipeEnd&) = delete;
    PipeEnd& operator=(const PipeEnd&) = delete;
    ~PipeEnd() { shut(); }

    int descriptor() const { return descriptor_; }
    bool is_open() const { return descriptor_ >= 0; }
    void shut() {
        if (is_open()) close(std::exchange(descriptor_, -1));
    }

 private:
    int descriptor_;
};

struct Pipe {
    PipeEnd out, in;
};

Pipe make_pipe(const std::string& program) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) refuse_to_run(program, errno);
    return {PipeEnd(ends[0]), PipeEnd(ends[1])};
}

/// What the child does: nothing that another thread of ours may have locked. Never returns.
[[noreturn]] void become(const char* program, int input, int output, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(not_run);  // it ended before
    std::signal(SIGPIPE, SIG_DFL);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    execlp(program, program, static_cast<char*>(nullptr));
    _exit(not_run);
}

/// Writes as much of the text as the pipe takes, which must not block, and closes it behind the
/// last of it.
void feed(PipeEnd& pipe, std::string_view& text) {
    const ssize_t written = write(pipe.descriptor(), text.data(), text.size());
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (written < 0)
        text = {};  // the child has ended, and its status says how
    else
        text.remove_prefix(static_cast<std::size_t>(written));
    if (text.empty()) pipe.shut();
}

/// Adds what there is to read, and closes the pipe at its end.
void drain(PipeEnd& pipe, std::string& text) {
    std::array<char, 65536> buffer;
    const ssize_t count = read(pipe.descriptor(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) return;
    if (count <= 0) return pipe.shut();
    text.append(buffer.data(), static_cast<std::size_t>(count));
}

/// What the child writes while it is given a text: whoever did one after the other would wait for
/// it for ever, where it does not read on before what it wrote is taken.
std::string exchange(PipeEnd& to, std::string_view text, PipeEnd& from) {
    std::string taken;
    fcntl(to.descriptor(), F_SETFL, O_WRONLY | O_NONBLOCK);
    if (text.empty()) to.shut();
    while (to.is_open() || from.is_open()) {
        // A number below 0 is not looked at.
        std::array<pollfd, 2> ends{{{to.descriptor(), POLLOUT, 0}, {from.descriptor(), POLLIN, 0}}};
        if (poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR) break;
        if (ends[0].revents != 0) feed(to, text);
        if (ends[1].revents != 0) drain(from, taken);
    }
    return taken;
}

int status_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return not_run;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ChildResult run_child(const std::string& program, std::string_view input) {
    const detail::IgnoreBrokenPipe ignore;
    Pipe to = make_pipe(program), from = make_pipe(program);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) become(program.c_str(), to.out.descriptor(), from.in.descriptor(), parent);
    if (child < 0) refuse_to_run(program, errno);
    to.out.shut();
    from.in.shut();
    std::string output = exchange(to.in, input, from.out);
    return {status_of(child), std::move(output)};
}

}  // namespace revolute
