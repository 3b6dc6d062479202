#pragma once

#include <revolute/tools/language/detail/net_syntax.hpp>
#include <revolute/tools/language/detail/net_tokens.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace revolute::detail {

/// A place among the tokens of a line, and what steps look like there.
class LineCursor {
 public:
    LineCursor(const NetSource& source, std::vector<NetToken> tokens)
        : source_(source), tokens_(std::move(tokens)) {}

    const NetSource& source() const { return source_; }
    const NetToken& now() const { return at(0); }
    /// The token so many places on; the last one is the end of the line.
    const NetToken& at(std::size_t ahead) const {
        return tokens_[std::min(place_ + ahead, tokens_.size() - 1)];
    }
    /// The token before this one.
    const NetToken& before() const { return tokens_[place_ == 0 ? 0 : place_ - 1]; }
    bool is_at_end() const { return now().kind == TokenKind::line_end; }
    void advance(std::size_t by = 1) { place_ = std::min(place_ + by, tokens_.size() - 1); }
    /// Whether the sign or word stands here, which is passed then.
    bool take(std::string_view text);
    /// Fails unless it does.
    void expect(std::string_view text, std::string_view why);
    [[noreturn]] void fail(std::string_view text) const { source_.fail(now().place, text); }

    /// Whether "t-1)" or the like stands `ahead`, up to the sign that closes it. `has_letter`: it
    /// names an axis, which no operand of a function does.
    struct StepAhead {
        bool has_letter = false;
    };
    std::optional<StepAhead> step_ahead(std::size_t ahead, std::string_view closing) const;
    /// "t-1", "3", "T-1", "s=0"; fails where none stands here.
    WrittenStep step();
    /// "0..T" of the axis; fails where none stands here.
    WrittenSteps steps(std::int32_t axis);

 private:
    std::int32_t whole_number();
    std::int32_t offset();

    const NetSource& source_;
    std::vector<NetToken> tokens_;
    std::size_t place_ = 0;
};

/// The axis whose steps the letter counts: 0 for "t".
std::optional<std::int32_t> axis_of(std::string_view letter);
/// The axis whose last step the letter is: 0 for "T".
std::optional<std::int32_t> axis_of_last(std::string_view letter);

}  // namespace revolute::detail
