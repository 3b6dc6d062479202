#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace revolute::detail {

/// Threads that do one piece of work together, the caller among them. Between pieces of work they
/// wait.
class Team {
 public:
    /// Starts size - 1 threads.
    explicit Team(std::size_t size);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    /// Calls work(lane) in each thread, lane 0 in the caller's, and returns when all have ended.
    /// When one throws, the others leave at the next `meet`, and this rethrows the first that was
    /// thrown.
    template <class Work>
    void run(Work& work) {
        run({[](void* object, std::size_t lane) { (*static_cast<Work*>(object))(lane); }, &work});
    }

    /// For the work to call: returns when all have called it, and sees all that they wrote before.
    void meet();

 private:
    /// A function that is somebody else's.
    struct Work {
        void (*call)(void*, std::size_t) = nullptr;
        void* object = nullptr;
    };
    struct Abandoned {};

    void run(const Work& work);
    void serve(std::size_t lane);
    void carry_out(std::size_t lane);

    std::size_t size_;
    Work work_;
    std::atomic<int> task_ = 0;  ///< changes when there is work
    std::atomic<int> busy_ = 0;  ///< threads that have not ended it, but the caller's
    std::atomic<bool> ends_ = false;
    std::atomic<int> meeting_ = 0;  ///< changes when all have come
    std::atomic<std::size_t> arrived_ = 0;
    std::atomic<bool> is_abandoned_ = false;
    std::mutex thrown_mutex_;
    std::exception_ptr thrown_;
    std::vector<std::jthread> threads_;  // last: they use what stands above
};

}  // namespace revolute::detail
