#pragma once

/// @file
/// Bytes of files as text.

#include <optional>
#include <string>
#include <string_view>

namespace revolute {

/// Text as UTF-8, and what it was before.
struct DecodedText {
    std::string text;      ///< valid UTF-8 without a byte order mark
    std::string encoding;  ///< as iconv calls it: "UTF-8", "UTF-16LE", "ISO-8859-1"
};

/// Turns the bytes of a file into text, by iconv. Without a name, the encoding is that of the byte
/// order mark; else UTF-16 or UTF-32 where zero bytes stand as in them; else UTF-8 where the bytes
/// are valid UTF-8; else Windows-1252, called ISO-8859-1 where the two agree. Throws ParseError,
/// naming `source` and the line, for bytes that are not of the encoding, an encoding that iconv
/// does not know, and what is no text.
DecodedText decode_text(std::string_view bytes, std::string_view source,
                        const std::optional<std::string>& encoding = std::nullopt);

/// Whether iconv knows an encoding by this name.
bool is_encoding(const std::string& name);
/// What may stand for an encoding.
inline constexpr std::string_view advice_on_encodings =
    "`iconv --list` lists them; common ones are UTF-8, UTF-16, ISO-8859-1, WINDOWS-1252, SHIFT_JIS";

/// Number of the first byte that does not belong to valid UTF-8; none when all do.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

}  // namespace revolute
