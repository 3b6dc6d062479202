#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/kept_output.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace revolute {

namespace {

[[noreturn]] void refuse_output(const std::filesystem::path& path, int reason) {
    throw FileError(fmt::format("cannot write {}: {}", path.string(),
                                std::error_code(reason, std::generic_category()).message()));
}

}  // namespace

KeptOutput::KeptOutput(const std::filesystem::path& path,
                       const std::function<void()>& before_waiting)
    : path_(path) {
    struct stat status {};
    const bool is_standard = is_standard_output(path);
    const int known = is_standard ? fstat(STDOUT_FILENO, &status) : stat(path.c_str(), &status);
    if (known != 0 || (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))) return;
    if (is_standard) {
        descriptor_ = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    } else {
        constexpr int way = O_WRONLY | O_NOCTTY | O_CLOEXEC;
        descriptor_ = open(path.c_str(), way | O_NONBLOCK);
        if (descriptor_ < 0 && errno == ENXIO && S_ISFIFO(status.st_mode)) {
            before_waiting();
            descriptor_ = open(path.c_str(), way);
        }
    }
    if (descriptor_ < 0) refuse_output(path, errno);
    // No bytes are none too many for a device, but /dev/full refuses them.
    if (S_ISCHR(status.st_mode) && write(descriptor_, "", 0) < 0 && errno == ENOSPC) {
        close(descriptor_);
        refuse_output(path, ENOSPC);
    }
}

KeptOutput::~KeptOutput() {
    if (descriptor_ >= 0) close(descriptor_);
}

void KeptOutput::require_reader() const {
    if (descriptor_ < 0) return;
    pollfd end{descriptor_, POLLOUT, 0};
    if (poll(&end, 1, 0) == 1 && (end.revents & POLLERR) != 0) refuse_output(path_, EPIPE);
}

}  // namespace revolute
