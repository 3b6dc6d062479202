#include <revolute/tools/support/progress.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <sys/ioctl.h>
#include <unistd.h>

namespace revolute {

ProgressStyle style_of_standard_error() {
    return isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::lines;
}

std::string samples_per_second(std::size_t samples, std::chrono::duration<double> time) {
    return fmt::format("{:.0f} samples/s", static_cast<double>(samples) / time.count());
}

std::size_t terminal_columns() {
    constexpr std::size_t usual = 80;
    winsize size{};
    const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return is_known ? size.ws_col : usual;
}

std::string bar_line(std::string_view title, int done, int total, std::string_view note,
                     std::size_t columns) {
    constexpr std::size_t widest = 30, narrowest = 5;
    // Where the last column is written to, terminals may go on in the next line.
    const std::size_t room = std::max<std::size_t>(columns, 2) - 1;
    const std::string count = fmt::format("{}/{}", done, total);
    const std::size_t others =
        title.size() + count.size() + note.size() + 6;  // and what parts them
    const std::size_t width = std::clamp(room - std::min(room, others), narrowest, widest);
    const auto full = static_cast<std::size_t>(static_cast<long>(width) * done / total);
    std::string text = fmt::format("{} [{}{}] {}  {}", title, std::string(full, '#'),
                                   std::string(width - full, '.'), count, note);
    if (text.size() > room) text.resize(room);
    return text;
}

Progress::Progress(std::ostream& out, ProgressStyle style, std::string title, int total,
                   std::chrono::steady_clock::duration patience, std::size_t columns)
    : out_(out),
      style_(style),
      title_(std::move(title)),
      total_(total),
      columns_(columns),
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
    const std::size_t columns = columns_ > 0 ? columns_ : terminal_columns();
    const std::string text = bar_line(title_, done, total_, note, columns);
    // Blanks wipe out what is left of a longer text, but do not go beyond a terminal that was made
    // narrower.
    drawn_width_ = std::max(std::min(drawn_width_, columns - 1), text.size());
    out_ << fmt::format("\r{:<{}}", text, drawn_width_) << std::flush;
}

}  // namespace revolute
