#include <revolute/tools/verification/derivation_check.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

namespace revolute {

namespace {

std::string_view words_of(LineVerdict verdict) {
    switch (verdict) {
        case LineVerdict::right:
            return "right";
        case LineVerdict::right_in_part:
            return "WRONG";
        case LineVerdict::wrong:
            return "WRONG";
        case LineVerdict::definition:
            break;
    }
    return "own name";
}

}  // namespace

std::string to_text(const DerivationCheck& check) {
    std::string text;
    for (const CheckedLine& line : check.lines) {
        text += fmt::format("{:<8}  {}\n", words_of(line.verdict), line.text);
        if (line.verdict == LineVerdict::right_in_part)
            text += fmt::format("          wrong at {}, right at the other steps\n",
                                fmt::join(line.wrong_at, ", "));
        if (!line.mistake.empty())
            text += fmt::format("          what is wrong: {}\n", line.mistake);
        for (const std::string& right : line.right_lines)
            text += fmt::format("          right: {}\n", right);
        for (const std::string& made : line.made_lines)
            text += fmt::format("          where  {}\n", made);
    }
    if (!check.missing.empty())
        text += fmt::format("missing   {}\n", fmt::join(check.missing, ", "));
    return text;
}

}  // namespace revolute
