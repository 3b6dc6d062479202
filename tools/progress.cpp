#include <revolute/tools/progress.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>

namespace revolute {

ProgressStyle style_of_standard_error() {
    return isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::lines;
}

std::string samples_per_second(std::size_t samples, std::chrono::duration<double> time) {
    return fmt::format("{:.0f} samples/s", static_cast<double>(samples) / time.count());
}

Progress::Progress(std::ostream& out, ProgressStyle style, std::string title, int total,
                   std::chrono::steady_clock::duration patience)
    : out_(out),
      style_(style),
      title_(std::move(title)),
      total_(total),
      first_showing_(std::chrono::steady_clock::now() + patience) {}

Progress::~Progress() {
    if (drawn_width_ > 0) out_ << '\n' << std::flush;
}

void Progress::update(int done, std::string_view note) {
    if (std::chrono::steady_clock::now() < first_showing_) return;
    if (style_ == ProgressStyle::bar) {
        draw_bar(done, note);
        return;
    }
    // A line whenever another tenth is done, and not more often.
    const auto tenths = [&](int count) { return static_cast<long>(count) * 10 / total_; };
    if (tenths(done) > tenths(done - 1))
        out_ << fmt::format("{} {}/{}  {}\n", title_, done, total_, note) << std::flush;
}

void Progress::draw_bar(int done, std::string_view note) {
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_drawing_ && done < total_) return;
    next_drawing_ = now + 50ms;
    constexpr int width = 30;
    const int full = static_cast<int>(static_cast<long>(width) * done / total_);
    const std::string text =
        fmt::format("{} [{}{}] {}/{}  {}", title_, std::string(static_cast<std::size_t>(full), '#'),
                    std::string(static_cast<std::size_t>(width - full), '.'), done, total_, note);
    // Blanks wipe out what is left of a longer text.
    drawn_width_ = std::max(drawn_width_, text.size());
    out_ << fmt::format("\r{:<{}}", text, drawn_width_) << std::flush;
}

}  // namespace revolute
