#include <revolute/graph/values/error.hpp>
#include <revolute/tools/tables/csv_rows.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace revolute {

namespace {

class CsvSplitter {
 public:
    CsvSplitter(std::string_view text, char delimiter, std::string_view source)
        : text_(text),
          delimiters_(delimiter == blanks ? std::string(" \t") : std::string(1, delimiter)),
          merges_(delimiter == blanks),
          source_(source) {}

    std::vector<CsvRow> rows(std::size_t most) {
        std::vector<CsvRow> result;
        while (!text_.empty() && result.size() < most) result.push_back(row());
        const auto is_empty = [](const CsvRow& row) {
            return row.cells.size() == 1 && row.cells.front().empty();
        };
        while (!result.empty() && is_empty(result.back())) result.pop_back();
        return result;
    }

 private:
    CsvRow row() {
        CsvRow result{line_, {}};
        if (merges_) take_delimiter();  // blanks at the beginning of a line
        result.begins_quoted = is_at_quote();
        do result.cells.push_back(is_at_quote() ? quoted_cell() : plain_cell());
        while (take_delimiter());
        if (merges_ && result.cells.size() > 1 && result.cells.back().empty())
            result.cells.pop_back();  // blanks at the end
        if (!take("\r\n") && !take("\n") && !take("\r") && !text_.empty())
            throw ParseError(fmt::format(
                "{}: a closing quote must be followed by {} or the end of the line\n  line {}",
                source_, sign_in_words(delimiters_.front()), line_));
        ++line_;
        return result;
    }

    /// Whether the next cell is quoted; blanks may stand before the quote.
    bool is_at_quote() const { return text_.substr(blanks_ahead()).starts_with('"'); }

    std::size_t blanks_ahead() const {
        return std::min(text_.find_first_not_of(' '), text_.size());
    }

    std::string plain_cell() {
        const auto end = std::ranges::find_if(text_, [&](char c) { return ends_cell(c); });
        return std::string(take_first(static_cast<std::size_t>(end - text_.begin())));
    }

    std::string quoted_cell() {
        const int first_line = line_;
        std::string cell;
        take_first(blanks_ahead());
        take("\"");
        while (true) {
            const std::size_t end = text_.find('"');
            if (end == text_.npos)
                throw ParseError(fmt::format("{}: the quote opened in line {} is never closed",
                                             source_, first_line));
            const std::string_view part = take_first(end);
            line_ += line_ends(part);
            cell += part;
            take("\"");
            if (!take("\"")) break;
            cell += '"';  // doubled: stands for one
        }
        const std::string_view behind = text_.substr(blanks_ahead());
        if (!merges_ && (behind.empty() || ends_cell(behind.front()))) text_ = behind;
        return cell;
    }

    bool ends_cell(char c) const { return c == '\n' || c == '\r' || is_delimiter(c); }
    bool is_delimiter(char c) const { return delimiters_.find(c) != std::string::npos; }

    static int line_ends(std::string_view text) {
        int count = 0;
        for (std::size_t i = 0; i < text.size(); ++i)
            if (text[i] == '\n' ||
                (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')))
                ++count;
        return count;
    }

    /// Takes one delimiter, or a run of them.
    bool take_delimiter() {
        if (text_.empty() || !is_delimiter(text_.front())) return false;
        do text_.remove_prefix(1);
        while (merges_ && !text_.empty() && is_delimiter(text_.front()));
        return true;
    }

    std::string_view take_first(std::size_t count) {
        const std::string_view taken = text_.substr(0, count);
        text_.remove_prefix(count);
        return taken;
    }

    bool take(std::string_view token) {
        if (!text_.starts_with(token)) return false;
        text_.remove_prefix(token.size());
        return true;
    }

    std::string_view text_;
    std::string delimiters_;
    bool merges_;
    std::string_view source_;
    int line_ = 1;
};

}  // namespace

std::vector<CsvRow> csv_rows(std::string_view text, char delimiter, std::string_view source,
                             std::size_t most) {
    return CsvSplitter(text, delimiter, source).rows(most);
}

std::string sign_in_words(char sign) {
    switch (sign) {
        case ',':
            return "a comma";
        case ';':
            return "a semicolon";
        case '\t':
            return "a tab";
        case blanks:
            return "blanks";
        case '.':
            return "a point";
        default:
            return fmt::format("\"{}\"", sign);
    }
}

std::string_view without_blanks(std::string_view text) {
    const auto is_plain = [](char c) { return c > ' ' && c <= '~'; };
    if (!text.empty() && is_plain(text.front()) && is_plain(text.back()))
        return text;  // nearly all
    // Also those that do not break, narrow and thin ones, and those as wide as a digit.
    constexpr std::string_view all[] = {
        " ", "\t", "\r", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", "\xe2\x80\x87"};
    const auto size_of = [&](const auto& is_at_end) {
        const auto* const found = std::ranges::find_if(all, is_at_end);
        return found == std::end(all) ? 0 : found->size();
    };
    const auto is_in_front = [&](std::string_view blank) { return text.starts_with(blank); };
    const auto is_behind = [&](std::string_view blank) { return text.ends_with(blank); };
    while (const std::size_t size = size_of(is_in_front)) text.remove_prefix(size);
    while (const std::size_t size = size_of(is_behind)) text.remove_suffix(size);
    return text;
}

}  // namespace revolute
