#include <revolute/tools/equations/detail/writing/latex_brackets.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace revolute::detail {

namespace {

constexpr std::string_view large_open = "\\left(", large_close = "\\right)";

bool is_tall(std::string_view latex) {
    constexpr std::array tall{"\\frac", "\\sum", "\\sqrt", "\\begin", "\\left"};
    return std::ranges::any_of(
        tall, [&](const char* sign) { return latex.find(sign) != std::string_view::npos; });
}

/// Whether a bracket behind this text is that of a function.
bool ends_with_function(std::string_view latex) {
    return !latex.empty() &&
           (std::isalpha(static_cast<unsigned char>(latex.back())) != 0 || latex.back() == '}');
}

}  // namespace

std::string with_fitting_brackets(std::string_view latex) {
    std::string text;
    std::vector<std::size_t> open;  // places in the text behind what stands before a bracket
    while (!latex.empty()) {
        if (latex.starts_with(large_open)) {
            open.push_back(text.size());
            text += large_open;
            latex.remove_prefix(large_open.size());
        } else if (latex.starts_with(large_close) && !open.empty()) {
            const std::size_t place = open.back();
            open.pop_back();
            const std::string inside = text.substr(place + large_open.size());
            text.resize(place);
            if (!is_tall(inside)) {
                text += "(" + inside + ")";
            } else {
                if (ends_with_function(text)) text += "\\!";
                text.append(large_open).append(inside).append(large_close);
            }
            latex.remove_prefix(large_close.size());
        } else {
            text += latex.front();
            latex.remove_prefix(1);
        }
    }
    return text;
}

}  // namespace revolute::detail
