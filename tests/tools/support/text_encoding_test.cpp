#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/text_encoding.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace revolute;
using test::message_of;

namespace {

/// ASCII with so many zero bytes around each character.
std::string widened(std::string_view text, std::size_t before, std::size_t after) {
    std::string result;
    for (const char c : text) {
        result.append(before, '\0');
        result += c;
        result.append(after, '\0');
    }
    return result;
}

std::string refused(std::string_view bytes, const std::optional<std::string>& encoding = {}) {
    return message_of<ParseError>([&] { decode_text(bytes, "data.csv", encoding); });
}

const std::string text = "year,v\n1900,20.5\n";

}  // namespace

TEST_CASE("text encoding: UTF-8 stays as it is, without its mark") {
    CHECK(decode_text("Gr\xC3\xB6\xC3\x9F"
                      "e",
                      "x")
              .encoding == "UTF-8");
    CHECK(decode_text("Gr\xC3\xB6\xC3\x9F"
                      "e",
                      "x")
              .text ==
          "Gr\xC3\xB6\xC3\x9F"
          "e");
    CHECK(decode_text("\xEF\xBB\xBF" + text, "x").text == text);
    CHECK(decode_text("", "x").text.empty());
}

TEST_CASE("text encoding: UTF-16 and UTF-32 are told with and without a mark") {
    using namespace std::string_literals;
    struct Case {
        std::string mark, bytes, name;
    };
    for (const Case& c : {Case{"\xFF\xFE"s, widened(text, 0, 1), "UTF-16LE"},
                          Case{"\xFE\xFF"s, widened(text, 1, 0), "UTF-16BE"},
                          Case{"\xFF\xFE\0\0"s, widened(text, 0, 3), "UTF-32LE"},
                          Case{"\0\0\xFE\xFF"s, widened(text, 3, 0), "UTF-32BE"}}) {
        CAPTURE(c.name);
        for (const std::string& bytes : {c.bytes, c.mark + c.bytes}) {
            const DecodedText decoded = decode_text(bytes, "x");
            CHECK(decoded.text == text);
            CHECK(decoded.encoding == c.name);
        }
    }
}

TEST_CASE(
    "text encoding: what is no UTF-8 is Latin-1 or Windows-1252, and may be told to be another") {
    CHECK(decode_text("Gr\xF6\xDF"
                      "e",
                      "x")
              .text ==
          "Gr\xC3\xB6\xC3\x9F"
          "e");
    CHECK(decode_text("Gr\xF6\xDF"
                      "e",
                      "x")
              .encoding == "ISO-8859-1");
    CHECK(decode_text("\x80", "x").text == "\xE2\x82\xAC");  // the euro sign
    CHECK(decode_text("\x80", "x").encoding == "WINDOWS-1252");
    CHECK(decode_text("\xC3\xEE\xE4", "x", "CP1251").text == "\xD0\x93\xD0\xBE\xD0\xB4");
    CHECK(decode_text(std::string(70000, '\xF6'), "x").text.size() == 140000);
}

TEST_CASE("text encoding: bytes that are no text are refused with their line") {
    using namespace std::string_literals;
    CHECK(
        refused("a\nb\x81\n") ==
        "data.csv: the byte 0x81 in line 2 is no text in WINDOWS-1252, the encoding that it seems "
        "to be in\n  say which encoding it is: --encoding ISO-8859-1, ... (`iconv --list` lists "
        "them)");
    CHECK(refused("a\nb\xF6\n", "UTF-8") ==
          "data.csv: the byte 0xf6 in line 2 is no text in UTF-8\n"
          "  say which encoding it is: --encoding ISO-8859-1, --encoding WINDOWS-1252, ... (`iconv "
          "--list` lists them)");
    CHECK(refused("\xFF\xFE"
                  "a\0b"s) ==
          "data.csv: the byte 0x62 in line 1 is no text in UTF-16LE, the encoding that it seems to "
          "be in\n  say which encoding it is: --encoding NAME (`iconv --list` lists them)");
    CHECK(refused("PK\3\4\0\0"s) ==
          "data.csv: is not a text file: line 1 holds a zero byte\n"
          "  a table of another program must be saved as CSV first");
    CHECK(refused("a", "UTF-9") ==
          "data.csv: no encoding is called \"UTF-9\"\n"
          "  `iconv --list` lists them; common ones are UTF-8, UTF-16, ISO-8859-1, WINDOWS-1252, "
          "SHIFT_JIS");
}

TEST_CASE("text encoding: the first byte that is no UTF-8 is found") {
    CHECK(
        !first_invalid_utf8("Gr\xC3\xB6\xC3\x9F"
                            "e"));
    CHECK(first_invalid_utf8("ab\xF6") == 2);
    CHECK(first_invalid_utf8("\xC3\xB6\xC0\x80") == 2);  // an overlong zero
    CHECK(first_invalid_utf8("\xED\xA0\x80") == 0);      // half of a pair
}
