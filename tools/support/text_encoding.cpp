#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/text_encoding.hpp>

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace revolute {

namespace {

struct ByteOrderMark {
    std::string_view bytes;
    std::string_view encoding;
};

using namespace std::string_view_literals;

// Those of UTF-32 first: that of UTF-16LE begins one of them.
constexpr ByteOrderMark byte_order_marks[] = {
    {"\xFF\xFE\0\0"sv, "UTF-32LE"}, {"\0\0\xFE\xFF"sv, "UTF-32BE"}, {"\xEF\xBB\xBF"sv, "UTF-8"},
    {"\xFF\xFE"sv, "UTF-16LE"},     {"\xFE\xFF"sv, "UTF-16BE"},
};

/// A converter of iconv.
class Converter {
 public:
    explicit Converter(const std::string& from) : handle_(iconv_open("UTF-8", from.c_str())) {}
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    ~Converter() {
        if (is_open()) iconv_close(handle_);
    }

    // The error value of iconv_open is (iconv_t)-1.
    bool is_open() const {
        return handle_ != reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr)
    }

    /// What could be converted; `bytes` is shortened to the rest.
    std::string convert(std::string_view& bytes) const {
        std::string result;
        std::array<char, 65536> buffer{};
        while (!bytes.empty()) {
            char* from = const_cast<char*>(bytes.data());  // iconv does not write there
            char* to = buffer.data();
            std::size_t rest = bytes.size(), room = buffer.size();
            const bool failed = iconv(handle_, &from, &rest, &to, &room) == std::size_t(-1);
            const bool is_full = failed && errno == E2BIG;
            result.append(buffer.data(), buffer.size() - room);
            bytes.remove_prefix(bytes.size() - rest);
            if (failed && !is_full) break;
        }
        return result;
    }

 private:
    iconv_t handle_;
};

std::size_t lines_in(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

/// UTF-16 or UTF-32 without a byte order mark: of text in the main in ASCII, most bytes of one kind
/// are zero. None for other bytes.
std::optional<std::string> wide_encoding(std::string_view bytes) {
    const std::string_view begin = bytes.substr(0, 4096);
    std::array<std::size_t, 4> zeros{};
    for (std::size_t i = 0; i < begin.size(); ++i)
        if (begin[i] == '\0') ++zeros.at(i % 4);
    const auto most = [&](std::size_t place) { return 8 * zeros.at(place) > begin.size(); };
    if (begin.size() < 4) return std::nullopt;
    if (most(1) && most(2) && most(3)) return "UTF-32LE";
    if (most(0) && most(1) && most(2)) return "UTF-32BE";
    if (most(1) && most(3)) return "UTF-16LE";
    if (most(0) && most(2)) return "UTF-16BE";
    return std::nullopt;
}

/// The encoding of text with one byte a character.
std::string narrow_encoding(std::string_view bytes) {
    const bool is_latin1 = std::ranges::none_of(bytes, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 && byte < 0xA0;
    });
    return is_latin1 ? "ISO-8859-1" : "WINDOWS-1252";
}

std::string detected_encoding(std::string_view bytes) {
    for (const ByteOrderMark& mark : byte_order_marks)
        if (bytes.starts_with(mark.bytes)) return std::string(mark.encoding);
    if (const auto wide = wide_encoding(bytes)) return *wide;
    return first_invalid_utf8(bytes) ? narrow_encoding(bytes) : "UTF-8";
}

/// Common encodings in which the bytes are text, as options.
std::string options_that_decode(std::string_view bytes) {
    std::string options;
    for (const char* const encoding :
         {"UTF-8", "ISO-8859-1", "WINDOWS-1252", "SHIFT_JIS", "GB18030"}) {
        std::string_view rest = bytes;
        const std::string text = Converter(encoding).convert(rest);
        if (rest.empty() && text.find('\0') == text.npos)
            options += fmt::format("--encoding {}, ", encoding);
    }
    return (options.empty() ? "--encoding NAME" : options + "...") + " (`iconv --list` lists them)";
}

void require_text(std::string_view text, std::string_view source) {
    const auto zero = text.find('\0');
    if (zero == text.npos) return;
    throw ParseError(
        fmt::format("{}: is not a text file: line {} holds a zero byte\n"
                    "  a table of another program must be saved as CSV first",
                    source, 1 + lines_in(text.substr(0, zero))));
}

}  // namespace

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
    std::string_view rest = text;
    Converter("UTF-8").convert(rest);
    if (rest.empty()) return std::nullopt;
    return text.size() - rest.size();
}

bool is_encoding(const std::string& name) {
    // An empty name is that of the locale, for iconv, also before "//IGNORE".
    return !name.empty() && name.front() != '/' && Converter(name).is_open();
}

DecodedText decode_text(std::string_view bytes, std::string_view source,
                        const std::optional<std::string>& encoding) {
    DecodedText result{{}, encoding ? *encoding : detected_encoding(bytes)};
    if (!is_encoding(result.encoding))
        throw ParseError(fmt::format("{}: no encoding is called \"{}\"\n  {}", source,
                                     result.encoding, advice_on_encodings));
    const Converter converter(result.encoding);
    std::string_view rest = bytes;
    result.text = converter.convert(rest);
    if (!rest.empty())
        throw ParseError(
            fmt::format("{}: the byte 0x{:02x} in line {} is no text in {}{}\n"
                        "  say which encoding it is: {}",
                        source, static_cast<unsigned char>(rest.front()), 1 + lines_in(result.text),
                        result.encoding, encoding ? "" : ", the encoding that it seems to be in",
                        options_that_decode(bytes)));
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (result.text.starts_with(mark)) result.text.erase(0, mark.size());
    require_text(result.text, source);
    return result;
}

}  // namespace revolute
