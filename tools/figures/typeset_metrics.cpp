#include <revolute/tools/figures/typeset.hpp>
#include <revolute/tools/support/detail/utf8.hpp>

#include <array>

// Measures of text: the advance widths of DejaVu Sans 2.37 in thousandths of the font's size.

namespace revolute {

namespace {

constexpr std::array<int, 95> ascii_widths{
    318,  401, 460, 838, 637, 951, 780, 275, 391, 391, 501, 838, 318, 361, 318, 337,  //   to /
    637,  637, 637, 637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 531,  // 0 to ?
    1001, 685, 687, 699, 771, 632, 576, 775, 752, 295, 295, 656, 558, 863, 749, 788,  // @ to O
    604,  788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391, 337, 391, 838, 501,  // P to _
    501,  613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612,  // ` to o
    635,  635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838};      // p to ~

/// Glyphs that figures use have their width; of others, a width that hardly any exceeds.
int width_of(char32_t code) {
    if (code >= 32 && code < 127) return ascii_widths[code - 32];
    switch (code) {
        case U'·':
            return 318;
        case U'′':
            return 227;
        case U'…':
            return 1000;
        case U'∂':
            return 517;
        case U'½':
            return 970;
        case U'∘':
            return 626;
        case U'×':
            return 838;
        case U'−':
            return 838;
        case U'Σ':
            return 632;
        default:
            return code < 0x1100 ? 900 : 1100;
    }
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const char32_t code = detail::take_code_point(text, at);
        if (code == detail::replacement_character)
            result += "\uFFFD";
        else if (code < 0x20 || (code >= 0x7F && code < 0xA0))
            result += ' ';
        else
            result += text.substr(begin, at - begin);
    }
    return result;
}

std::size_t glyph_count(const RichText& text) {
    std::size_t count = 0;
    for (const TextRun& run : text.runs)
        for (std::size_t at = 0; at < run.text.size(); ++count)
            detail::take_code_point(run.text, at);
    return count;
}

// Graphviz draws scripts at five sixths of the size they are given.
int script_size(int font_size) { return font_size * 9 / 11; }

int text_width(const RichText& text, int font_size) {
    int width = 0;  // thousandths of a point
    for (const TextRun& run : text.runs) {
        const int size = is_on_line(run.script) ? font_size : script_size(font_size);
        for (std::size_t at = 0; at < run.text.size();)
            width += width_of(detail::take_code_point(run.text, at)) * size;
    }
    // Bold letters are wider by an eighth at most.
    return (text.bold ? width / 8 * 9 : width) / 1000 + 1;
}

}  // namespace revolute
