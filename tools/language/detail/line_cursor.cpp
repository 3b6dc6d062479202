#include <revolute/graph/step.hpp>
#include <revolute/tools/equations/equation_term.hpp>
#include <revolute/tools/language/detail/line_cursor.hpp>

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace revolute::detail {

namespace {

/// The letters t, s, r and q.
constexpr std::int32_t axes_with_letter = 4;

}  // namespace

std::optional<std::int32_t> axis_of(std::string_view letter) {
    for (std::int32_t axis = 0; axis < axes_with_letter; ++axis)
        if (axis_name(axis) == letter) return axis;
    return std::nullopt;
}

std::optional<std::int32_t> axis_of_last(std::string_view letter) {
    for (std::int32_t axis = 0; axis < axes_with_letter; ++axis)
        if (last_step_name(axis) == letter) return axis;
    return std::nullopt;
}

bool LineCursor::take(std::string_view text) {
    if (!now().is(text)) return false;
    advance();
    return true;
}

void LineCursor::expect(std::string_view text, std::string_view why) {
    if (!take(text)) fail(fmt::format("expected \"{}\" {}", text, why));
}

std::optional<LineCursor::StepAhead> LineCursor::step_ahead(std::size_t ahead,
                                                            std::string_view closing) const {
    StepAhead step;
    std::size_t i = ahead;
    if (axis_of(at(i).text) && at(i + 1).is("=")) {
        step.has_letter = true;
        i += 2;
    }
    if (axis_of(at(i).text) || axis_of_last(at(i).text)) {
        step.has_letter = true;
        ++i;
        if ((at(i).is("+") || at(i).is("-")) && at(i + 1).kind == TokenKind::number) i += 2;
    } else {
        if (at(i).is("-")) ++i;
        if (at(i).kind != TokenKind::number) return std::nullopt;
        ++i;
    }
    if (!at(i).is(closing)) return std::nullopt;
    return step;
}

std::int32_t LineCursor::whole_number() {
    std::int32_t value = 0;
    const std::string_view text = now().text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    constexpr std::int32_t most = 100'000'000;
    if (now().kind != TokenKind::number || error != std::errc{} ||
        end != text.data() + text.size() || value > most)
        fail(fmt::format("expected a whole number of at most {}", most));
    advance();
    return value;
}

std::int32_t LineCursor::offset() {
    if (take("+")) return whole_number();
    if (take("-")) return -whole_number();
    return 0;
}

WrittenStep LineCursor::step() {
    std::optional<std::int32_t> axis = axis_of(now().text);
    if (axis && at(1).is("=")) {
        advance(2);
        WrittenStep fixed = step();
        if (fixed.is_variable()) fail("expected a number or a last step behind \"=\"");
        fixed.axis = axis;
        return fixed;
    }
    if (axis) {
        advance();
        return {WrittenStep::From::variable, axis, offset()};
    }
    if ((axis = axis_of_last(now().text))) {
        advance();
        return {WrittenStep::From::last, axis, offset()};
    }
    if (now().is("-") || now().kind == TokenKind::number) {
        const bool is_negative = take("-");
        const std::int32_t number = whole_number();
        return {WrittenStep::From::zero, std::nullopt, is_negative ? -number : number};
    }
    fail("expected a step, such as t-1, 0 or T");
}

WrittenSteps LineCursor::steps(std::int32_t axis) {
    WrittenSteps steps{axis, {}, {}, 1, now().place};
    const auto fixed_step = [&] {
        WrittenStep limit = step();
        if (limit.is_variable() || (limit.axis && *limit.axis != axis))
            source_.fail(before().place, fmt::format("expected a number, or {} and a number",
                                                     last_step_name(axis)));
        return limit;
    };
    steps.first = fixed_step();
    if (steps.first.from == WrittenStep::From::zero && take(",")) {
        steps.stride = step().offset - steps.first.offset;
        if (steps.stride < 1 || !now().is(".."))
            fail("expected a greater number and a last step behind the comma, such as 1,3..T");
    }
    steps.last = take("..") ? fixed_step() : steps.first;
    steps.place = from_to(steps.place, before().place);
    return steps;
}

}  // namespace revolute::detail
