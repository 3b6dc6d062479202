#include <revolute/graph/values/bytes_in_words.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/figures/dot.hpp>
#include <revolute/tools/figures/layout/layout.hpp>
#include <revolute/tools/figures/render.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>

#ifdef REVOLUTE_HAVE_GRAPHVIZ
#include <gvc.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <sys/mman.h>
#include <system_error>
#endif

namespace revolute {

namespace {

constexpr std::array<std::string_view, 4> format_names{"dot", "svg", "pdf", "png"};

std::string_view name_of(FigureFormat format) {
    return format_names[static_cast<std::size_t>(format)];
}

#ifdef REVOLUTE_HAVE_GRAPHVIZ

/// What Graphviz says goes here instead of to the standard error.
std::string& messages() {
    static std::string text;
    return text;
}

int keep_message(char* text) {
    messages() += text;
    return 0;
}

[[noreturn]] void fail_to_draw() {
    throw Error(fmt::format("draw: Graphviz failed\n  {}", messages()));
}

constexpr double dots_per_inch = 72;

double pixels_of(const Box& box) {
    const double to_a_point = pixels_per_point(box);
    return to_a_point * to_a_point * box.width() * box.height();
}

std::string draw(const std::string& dot, const char* engine, const char* format) {
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    messages().clear();
    agseterrf(keep_message);
    // One context for ever: the text plugin keeps pointers into the first one and reads them later.
    static GVC_t* const context = gvContext();
    const std::unique_ptr<Agraph_t, int (*)(Agraph_t*)> graph(agmemread(dot.c_str()), agclose);
    if (context == nullptr || !graph) fail_to_draw();
    if (gvLayout(context, graph.get(), engine) != 0) fail_to_draw();
    char* data = nullptr;
    unsigned size = 0;
    const bool failed = gvRenderData(context, graph.get(), format, &data, &size) != 0;
    std::string content = failed ? std::string{} : std::string(data, size);
    if (data != nullptr) gvFreeRenderData(data);
    gvFreeLayout(context, graph.get());
    if (failed) fail_to_draw();
    return content;
}

/// Throws CapacityError where the system would refuse the memory of a picture of so many pixels:
/// Graphviz, Pango and Cairo end the process then.
void require_room_to_draw(double pixels, FigureFormat format) {
    // Libraries, and two threads that look for fonts, each with its stack and what it allocates
    // from.
    constexpr std::size_t of_libraries = std::size_t{224} << 20;
    constexpr double bytes_a_pixel = 4;
    const auto bytes = of_libraries + static_cast<std::size_t>(bytes_a_pixel * pixels);
    void* const probe =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        throw CapacityError(fmt::format(
            "figure: Graphviz must have about {} of memory to draw it as .{} (the system says: "
            "{})\n"
            "  a limit on the process, such as that of `ulimit -v`, leaves too little memory; .dot "
            "needs none of it",
            bytes_in_words(bytes), name_of(format), std::generic_category().message(errno)));
    munmap(probe, bytes);
}

/// The text with each `from` replaced; in time that grows evenly with it.
std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string result;
    std::size_t done = 0;
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, done)) {
        result.append(text, done, at - done).append(to);
        done = at + from.size();
    }
    return result.append(text, done);
}

/// Browsers do not follow baseline-shift on a text, and Graphviz leaves scripts at full size there:
/// each becomes a text of the size and height that PNG and PDF show.
std::string with_settled_scripts(const std::string& svg) {
    std::string result;
    std::size_t done = 0;
    constexpr std::string_view shift = " baseline-shift=\"", size_name = " font-size=\"";
    for (std::size_t at = svg.find(shift); at != std::string::npos; at = svg.find(shift, done)) {
        const bool is_below = svg.compare(at + shift.size(), 3, "sub") == 0;
        const std::size_t begin = svg.find(size_name, at) + size_name.size();
        double size = 0;
        const char* const end =
            std::from_chars(svg.data() + begin, svg.data() + svg.size(), size).ptr;
        result.append(svg, done, at - done);
        result += fmt::format(" dy=\"{:.2f}\" font-size=\"{:.2f}", size * (is_below ? 0.25 : -0.45),
                              size * 5 / 6);
        done = static_cast<std::size_t>(end - svg.data());
    }
    return result.append(svg, done);
}

#endif

}  // namespace

FigureFormat figure_format(const std::filesystem::path& path) {
    const std::string ending = path.extension().string();
    for (std::size_t i = 0; i < format_names.size(); ++i)
        if (ending == fmt::format(".{}", format_names[i])) return static_cast<FigureFormat>(i);
    if (is_stream(path)) return FigureFormat::dot;
    throw Error(fmt::format(
        "figure: the name of its file must end in .dot, .svg, .pdf or .png ({})", path.string()));
}

bool can_render() {
#ifdef REVOLUTE_HAVE_GRAPHVIZ
    return true;
#else
    return false;
#endif
}

double pixels_per_point(const Box& box) {
    constexpr double good_pixels = 16e6, most_pixels = 128e6, most_on_a_side = 32767;  // Cairo's
    const double width = std::max(1, box.width()), height = std::max(1, box.height());
    const double points = width * height;
    const double good = std::clamp(std::sqrt(good_pixels / points), 1.0, 2.0);
    return std::min(
        {good, std::sqrt(most_pixels / points), most_on_a_side / std::max(width, height)});
}

std::string render(const Figure& figure, FigureFormat format) {
    Figure placed = figure;
    if (!placed.is_laid_out) lay_out(placed);
    std::ostringstream dot;
    write_dot(dot, placed, {.positions = placed.is_laid_out});
    if (format == FigureFormat::dot) return dot.str();
#ifdef REVOLUTE_HAVE_GRAPHVIZ
    const char* const engine = placed.is_laid_out ? "nop2" : "dot";
    std::string source = dot.str();
    if (format == FigureFormat::png)
        source.insert(
            source.find('\n') + 1,
            fmt::format("  graph [dpi={:.6g}];\n", dots_per_inch * pixels_per_point(placed.box)));
    require_room_to_draw(format == FigureFormat::png ? pixels_of(placed.box) : 0, format);
    std::string content = draw(source, engine, name_of(format).data());
    if (format != FigureFormat::svg) return content;
    content = with_settled_scripts(content);
    // Else spaces at the ends of runs are lost.
    return replaced(content, "<text ", "<text xml:space=\"preserve\" ");
#else
    throw Error(fmt::format(
        "draw: this build has no Graphviz and writes .dot only\n  write FIGURE.dot, then run: "
        "dot -T{0} FIGURE.dot -o FIGURE.{0}",
        name_of(format)));
#endif
}

void write_figure(const std::filesystem::path& path, const Figure& figure,
                  std::optional<FigureFormat> format) {
    if (!format) format = figure_format(path);
    require_writable(path);
    write_file(path, render(figure, *format));
}

}  // namespace revolute
