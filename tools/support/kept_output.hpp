#pragma once

/// @file
/// Where the output of long work goes that is a pipe or a device.

#include <filesystem>
#include <functional>

namespace revolute {

/// What a file of long work goes to, where that is a pipe or a device: it is open from the
/// beginning, as where a shell had opened it, so that a reader which has left is noticed at once,
/// and one that waits is not told of an end before. Of other files nothing is opened.
class KeptOutput {
 public:
    /// Waits for a reader of a pipe that has a name, and calls `before_waiting` where there is none
    /// yet. Throws FileError naming the path and the system's reason, also for a device that takes
    /// nothing, such as /dev/full.
    explicit KeptOutput(
        const std::filesystem::path& path, const std::function<void()>& before_waiting = [] {});
    KeptOutput(const KeptOutput&) = delete;
    KeptOutput& operator=(const KeptOutput&) = delete;
    /// Closes it.
    ~KeptOutput();

    /// Throws FileError where whoever read the pipe has left.
    void require_reader() const;

 private:
    std::filesystem::path path_;
    int descriptor_ = -1;
};

}  // namespace revolute
