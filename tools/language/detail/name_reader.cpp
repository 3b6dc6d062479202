#include <revolute/tools/language/detail/expression_reader.hpp>

#include <fmt/format.h>

#include <cstddef>

namespace revolute::detail {

namespace {

/// "h_t" as the name h and the step t.
std::optional<WrittenName> with_lowered_step(std::string_view word, TextPlace place,
                                             const KnownNames& names) {
    const std::size_t underline = word.rfind('_');
    if (underline == 0 || underline == std::string_view::npos) return std::nullopt;
    const std::string_view below = word.substr(underline + 1);
    WrittenName name{std::string(word.substr(0, underline)), {}, place};
    if (const auto axis = names.running(below))
        name.step = WrittenStep{WrittenStep::From::variable, axis, 0};
    else if (const auto last = names.last(below))
        name.step = WrittenStep{WrittenStep::From::last, last, 0};
    else
        return std::nullopt;
    return name;
}

/// The step between brackets or parentheses that the cursor has before it.
WrittenStep closed_step(LineCursor& cursor, std::string_view closing) {
    cursor.advance();
    const WrittenStep step = cursor.step();
    cursor.expect(closing, "behind a step");
    return step;
}

/// "h_{t-1}" as a step, "W_{hh}" as the name W_hh.
WrittenName in_braces(LineCursor& cursor, std::string_view word, TextPlace place) {
    WrittenName name{std::string(word.substr(0, word.size() - 1)), {}, place};
    if (const auto step = cursor.step_ahead(1, "}"); step && step->has_letter) {
        name.step = closed_step(cursor, "}");
    } else {
        name.name += '_';
        cursor.advance();
        while (!cursor.now().is("}")) {
            if (cursor.now().kind == TokenKind::sign || cursor.is_at_end())
                cursor.fail("expected letters, digits and } below a name");
            name.name += cursor.now().text;
            cursor.advance();
        }
        cursor.advance();
    }
    name.place = from_to(place, cursor.before().place);
    return name;
}

}  // namespace

std::optional<std::int32_t> KnownNames::running(std::string_view letter) const {
    const auto axis = axis_of(letter);
    return axis && axes.contains(*axis) ? axis : std::nullopt;
}

std::optional<std::int32_t> KnownNames::last(std::string_view letter) const {
    const auto axis = axis_of_last(letter);
    return axis && axes.contains(*axis) ? axis : std::nullopt;
}

WrittenName read_name(LineCursor& cursor, const KnownNames& names) {
    if (cursor.now().kind != TokenKind::word) cursor.fail("expected a name");
    const bool is_partial = names.has_partials && cursor.now().is("dL") && cursor.at(1).is("/") &&
                            cursor.at(2).kind == TokenKind::word &&
                            cursor.at(2).text.front() == 'd';
    if (is_partial) cursor.advance(2);
    const std::string word(cursor.now().text);
    const TextPlace place = cursor.now().place;
    cursor.advance();
    const NetToken& next = cursor.now();
    if (next.is_glued && next.is("{") && word.size() > 1 && word.back() == '_')
        return in_braces(cursor, word, place);
    const std::string_view closing = next.is("(") ? ")" : next.is("[") ? "]" : "";
    WrittenName name{word, {}, place};
    if (!closing.empty() && next.is_glued && cursor.step_ahead(1, closing)) {
        name.step = closed_step(cursor, closing);
        name.place = from_to(place, cursor.before().place);
    } else if (!names.declared.contains(word)) {
        if (auto lowered = with_lowered_step(word, place, names)) return *lowered;
    }
    return name;
}

}  // namespace revolute::detail
