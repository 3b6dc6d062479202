#include <revolute/graph/program/detail/machine/team.hpp>

#include <hwy/cache_control.h>

#include <utility>

namespace revolute::detail {

namespace {

/// Returns the value, when it is another one.
int wait_while(const std::atomic<int>& word, int value) {
    // Some 50 microseconds. What is cut for several threads takes less between two meetings, so
    // that nobody is put to sleep, from which one wakes as late; a team without work must not take
    // a processor.
    for (int i = 0; i < 2000; ++i) {
        if (const int now = word.load(std::memory_order_acquire); now != value) return now;
        hwy::Pause();
    }
    word.wait(value, std::memory_order_acquire);
    return word.load(std::memory_order_acquire);
}

}  // namespace

Team::Team(std::size_t size) : size_(size) {
    for (std::size_t lane = 1; lane < size; ++lane)
        threads_.emplace_back([this, lane] { serve(lane); });
}

Team::~Team() {
    ends_ = true;
    ++task_;
    task_.notify_all();
}

void Team::serve(std::size_t lane) {
    for (int task = 0;;) {
        task = wait_while(task_, task);
        if (ends_) return;
        carry_out(lane);
        if (--busy_ == 0) busy_.notify_one();
    }
}

void Team::run(const Work& work) {
    work_ = work;
    arrived_ = 0;
    is_abandoned_ = false;
    busy_ = static_cast<int>(size_ - 1);
    ++task_;
    task_.notify_all();
    carry_out(0);
    for (int busy = busy_; busy != 0;) busy = wait_while(busy_, busy);
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Team::carry_out(std::size_t lane) {
    try {
        work_.call(work_.object, lane);
    } catch (const Abandoned&) {  // another one threw
    } catch (...) {
        {
            const std::scoped_lock lock(thrown_mutex_);
            if (!thrown_) thrown_ = std::current_exception();
        }
        is_abandoned_ = true;
        ++meeting_;
        meeting_.notify_all();
    }
}

void Team::meet() {
    const int before = meeting_;  // first: whoever abandons the work changes it last
    if (is_abandoned_) throw Abandoned{};
    if (++arrived_ == size_) {
        arrived_ = 0;
        ++meeting_;
        meeting_.notify_all();
    } else {
        wait_while(meeting_, before);
    }
    if (is_abandoned_) throw Abandoned{};
}

}  // namespace revolute::detail
