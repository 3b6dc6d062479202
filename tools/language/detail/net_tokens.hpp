#pragma once

#include <revolute/tools/language/detail/net_source.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace revolute::detail {

/// A word, a number or a sign of a net's text.
struct NetToken {
    enum class Kind : std::uint8_t { word, number, sign, line_end };

    Kind kind = Kind::line_end;
    std::string_view text;  ///< as it stands in the source; empty at the end of a line
    bool is_glued = false;  ///< nothing stands between it and the token before it
    TextPlace place{};

    bool is(std::string_view other) const { return kind != Kind::number && text == other; }
};

using TokenKind = NetToken::Kind;

/// The tokens of one line up to its comment, with the end of the line as the last one. The source
/// must outlive them. Throws ParseError for a character that the language has no use for.
std::vector<NetToken> tokens_of(const NetSource& source, int line);

/// The comment of a line without its sign; empty where there is none.
std::string_view comment_of(const NetSource& source, int line);

}  // namespace revolute::detail
