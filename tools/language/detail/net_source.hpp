#pragma once

#include <revolute/graph/values/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace revolute::detail {

/// A stretch of one line of a text, in bytes.
struct TextPlace {
    int line = 0;    ///< counted from 1
    int column = 0;  ///< counted from 1
    int length = 1;  ///< at least 1
};

/// From the beginning of one to the end of the other, which stand in one line.
TextPlace from_to(TextPlace first, TextPlace last);

/// What an error says, without the operands and places behind it.
std::string first_line_of(const Error& error);

/// The text of a net by its lines, and how errors show a place in it.
class NetSource {
 public:
    /// `name` is what errors call the text: the file's name.
    NetSource(std::string_view text, std::string name);

    const std::string& name() const { return name_; }
    /// Each without its line end, which may be LF or CR LF.
    const std::vector<std::string>& lines() const { return lines_; }
    /// A line, counted from 1, without its comment and the blanks around it.
    std::string_view bare_line(int line) const;
    /// Whether the place is in a line of the text: terms that nobody wrote have none.
    bool has(TextPlace place) const;
    /// What stands at the place; empty where that is in no line.
    std::string_view at(TextPlace place) const;

    /// "mgu.rec:3:8: message", the line, and a mark below the place.
    std::string message(TextPlace place, std::string_view text) const;
    /// The line with a mark below the place, which the text must have.
    std::string marked(TextPlace place) const;
    /// Throws ParseError with that message.
    [[noreturn]] void fail(TextPlace place, std::string_view text) const;

 private:
    std::string name_;
    std::vector<std::string> lines_;
};

}  // namespace revolute::detail
