#pragma once

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// C++ as text: as much of its grammar as finding brackets, arguments and statements needs.

/// A part of the file: [begin, end).
struct Span {
    std::size_t begin;
    std::size_t end;
};

inline bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The text with comments, preprocessor lines and the insides of literals replaced by spaces.
inline std::string blanked(const std::string& text) {
    std::string code = text;
    const auto blank = [&](std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < std::min(to, code.size()); ++i)
            if (code[i] != '\n') code[i] = ' ';
        return std::min(to, code.size());
    };
    for (std::size_t i = 0; i < text.size();) {
        const bool starts_line = i == 0 || text[i - 1] == '\n';
        if (text.compare(i, 2, "//") == 0 || (starts_line && text[i] == '#')) {
            i = blank(i, text.find('\n', i));
        } else if (text.compare(i, 3, "R\"(") == 0) {
            i = blank(i, text.find(")\"", i) + 2);
        } else if (text[i] == '"') {
            std::size_t end = i + 1;
            while (text[end] != '"') end += text[end] == '\\' ? 2 : 1;
            i = blank(i, end + 1);
        } else {
            ++i;
        }
    }
    return code;
}

/// Where the bracket that opens at `open` closes.
inline std::size_t closing(const std::string& code, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < code.size(); ++i) {
        if (std::string_view("([{").find(code[i]) != std::string_view::npos) ++depth;
        if (std::string_view(")]}").find(code[i]) != std::string_view::npos && --depth == 0)
            return i;
    }
    throw std::runtime_error("mutate: unbalanced brackets");
}

inline Span trimmed(const std::string& code, Span s) {
    while (s.begin < s.end && std::isspace(static_cast<unsigned char>(code[s.begin])) != 0)
        ++s.begin;
    while (s.begin < s.end && std::isspace(static_cast<unsigned char>(code[s.end - 1])) != 0)
        --s.end;
    return s;
}

/// The span cut at every `separator` outside of brackets.
inline std::vector<Span> split(const std::string& code, Span s, std::string_view separator) {
    std::vector<Span> parts;
    std::size_t begin = s.begin;
    for (std::size_t i = s.begin; i < s.end; ++i) {
        if (std::string_view("([{").find(code[i]) != std::string_view::npos) {
            i = closing(code, i);
        } else if (code.compare(i, separator.size(), separator) == 0) {
            parts.push_back(trimmed(code, {begin, i}));
            begin = i + separator.size();
        }
    }
    parts.push_back(trimmed(code, {begin, s.end}));
    return parts;
}

/// Words of [begin, end) with one space between.
inline std::string squeezed(const std::string& text, std::size_t begin, std::size_t end) {
    std::string result;
    for (const char c : text.substr(begin, end - begin)) {
        const bool is_space = std::isspace(static_cast<unsigned char>(c)) != 0;
        if (!is_space || (!result.empty() && result.back() != ' ')) result += is_space ? ' ' : c;
    }
    while (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}
