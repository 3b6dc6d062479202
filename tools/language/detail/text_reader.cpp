#include <revolute/tools/language/detail/expression_reader.hpp>
#include <revolute/tools/language/detail/text_reader.hpp>

#include <fmt/format.h>

#include <utility>

namespace revolute::detail {

namespace {

/// A size of a value is at most this.
constexpr int most_rows = 1'000'000;

/// Reads one line after another.
class TextReader {
 public:
    TextReader(const NetSource& source, const NetFunctions& functions, const TextKind& kind)
        : source_(source), functions_(functions), kind_(kind), names_(kind.known) {
        names_.has_partials = kind.is_derivation;
    }

    NetSyntax read() {
        const int lines = static_cast<int>(source_.lines().size());
        for (int line = 1; line <= lines; ++line) note_names(line);
        for (int line = 1; line <= lines; ++line) {
            std::vector<NetToken> tokens = tokens_of(source_, line);
            if (line == 1) read_head(line);
            if (is_heading(tokens)) {
                if (!kind_.is_derivation && !tokens.front().is("forward")) break;
            } else if (tokens.size() > 1) {
                read_line(std::move(tokens));
            }
        }
        return std::move(syntax_);
    }

 private:
    static bool is_heading(const std::vector<NetToken>& tokens) {
        if (tokens.size() != 2) return false;
        const NetToken& word = tokens.front();
        return word.is("forward") || word.is("backward") || word.is("gradients");
    }

    /// Whether the line is "t = 1..T".
    static bool is_range(const LineCursor& cursor) {
        if (!axis_of(cursor.now().text) || !cursor.at(1).is("=")) return false;
        for (std::size_t ahead = 2; cursor.at(ahead).kind != TokenKind::line_end; ++ahead)
            if (cursor.at(ahead).is("..")) return true;
        return false;
    }

    /// What the line says of names that must be known before terms are read.
    void note_names(int line) {
        LineCursor cursor(source_, tokens_of(source_, line));
        if (cursor.now().is("given")) {
            while (!cursor.is_at_end()) {
                cursor.advance();
                if (cursor.now().kind == TokenKind::word) note(cursor);
            }
            return;
        }
        while (cursor.now().kind == TokenKind::word && cursor.at(1).is(":") &&
               cursor.at(2).kind == TokenKind::number) {
            names_.declared.insert(std::string(cursor.now().text));
            cursor.advance(3);
            if (cursor.now().is("x") && !cursor.at(1).is(":")) cursor.advance(2);
        }
        if (cursor.now().kind == TokenKind::word && !is_range(cursor)) note(cursor);
    }

    void note(LineCursor& cursor) {
        KnownNames none;
        none.has_partials = kind_.is_derivation;
        const WrittenName name = read_name(cursor, none);
        (name.step ? names_.with_steps : names_.declared).insert(name.name);
        if (name.step && name.step->axis) names_.axes.insert(*name.step->axis);
    }

    /// "# t = 1..T, N = T steps; B columns", the first line that `derive` prints.
    void read_head(int line) {
        const std::string_view comment = comment_of(source_, line);
        if (comment.substr(0, 5) != " t = " && comment.substr(0, 5) != " s = ") return;
        std::size_t begin = 1;
        while (begin < comment.size()) {
            const std::size_t end = std::min(comment.find(';', begin), comment.size());
            const std::string_view part = comment.substr(begin, end - begin);
            read_steps(part.substr(0, part.find(',')), line);
            begin = end + 2;
        }
    }

    /// "t = 0..T" of the head.
    void read_steps(std::string_view part, int line) {
        const NetSource alone(part, source_.name());
        if (alone.lines().empty()) return;
        LineCursor cursor(alone, tokens_of(alone, 1));
        const auto axis = axis_of(cursor.now().text);
        if (!axis || !cursor.at(1).is("=")) return;
        cursor.advance(2);
        WrittenSteps steps = cursor.steps(*axis);
        steps.place = {
            line, 1, static_cast<int>(source_.lines()[static_cast<std::size_t>(line - 1)].size())};
        syntax_.steps.push_back(steps);
    }

    void read_line(std::vector<NetToken> tokens) {
        LineCursor cursor(source_, std::move(tokens));
        if (cursor.now().is("given") && cursor.at(1).kind == TokenKind::word)
            return read_given(cursor);
        if (cursor.at(1).is(":")) return read_sizes(cursor);
        if (is_range(cursor)) {
            const std::int32_t axis = *axis_of(cursor.now().text);
            cursor.advance(2);
            syntax_.steps.push_back(cursor.steps(axis));
            return expect_end(cursor, "behind the steps");
        }
        const WrittenName left = read_name(cursor, names_);
        if (cursor.now().is("given") || cursor.now().is("trainable")) {
            const bool is_trainable = cursor.now().is("trainable");
            cursor.advance();
            syntax_.leaves.push_back({left.name, left.step, is_trainable, left.place});
            return expect_end(cursor, "behind what is said of a leaf");
        }
        const bool is_meaning = cursor.now().is(":=");
        if (!is_meaning && !cursor.now().is("="))
            cursor.fail("expected =, given or trainable behind the name that a line begins with");
        cursor.advance();
        read_equation(cursor, left, is_meaning);
    }

    void read_equation(LineCursor& cursor, const WrittenName& left, bool is_meaning) {
        WrittenEquation equation{left.name, left.step, {}, {}, left.place, is_meaning};
        if (left.step && left.step->is_variable() && left.step->offset != 0)
            source_.fail(left.place,
                         "a line defines the value at the step t itself, or at a fixed one");
        equation.right = ExpressionReader(cursor, functions_, names_).read();
        const auto axis = axis_of(cursor.now().text);
        if (axis && cursor.at(1).is("=")) {
            if (!left.step || !left.step->is_variable() || *left.step->axis != *axis)
                cursor.fail("steps are said of a line that defines a value at each of them");
            cursor.advance(2);
            equation.steps = cursor.steps(*axis);
        }
        expect_end(cursor, "behind the term");
        syntax_.equations.push_back(std::move(equation));
    }

    /// "given W, A".
    void read_given(LineCursor& cursor) {
        do {
            cursor.advance();
            const WrittenName name = read_name(cursor, names_);
            syntax_.leaves.push_back({name.name, name.step, false, name.place});
        } while (cursor.now().is(","));
        expect_end(cursor, "or a comma behind a name");
    }

    /// "x: 4   h: 16   E: 4 x 6   Y: 3 x B".
    void read_sizes(LineCursor& cursor) {
        while (!cursor.is_at_end()) {
            if (cursor.now().kind != TokenKind::word)
                cursor.fail("expected a name and its rows, such as h: 16");
            WrittenSize size{std::string(cursor.now().text), 0, {}, false, cursor.now().place};
            cursor.advance();
            cursor.expect(":", "and the number of rows behind the name");
            size.rows = read_size(cursor);
            if (cursor.now().is("x") && !cursor.at(1).is(":")) {
                cursor.advance();
                size.is_batch = cursor.take("B");
                if (!size.is_batch) size.columns = read_size(cursor);
            }
            size.place = from_to(size.place, cursor.before().place);
            syntax_.sizes.push_back(std::move(size));
        }
    }

    static int read_size(LineCursor& cursor) {
        if (cursor.now().kind != TokenKind::number)
            cursor.fail("expected a number of rows or columns");
        const TextPlace place = cursor.now().place;
        const WrittenStep number = cursor.step();
        if (number.offset < 1 || number.offset > most_rows)
            cursor.source().fail(place, fmt::format("a size is from 1 to {}", most_rows));
        return number.offset;
    }

    static void expect_end(const LineCursor& cursor, std::string_view where) {
        if (!cursor.is_at_end()) cursor.fail(fmt::format("expected the end of the line {}", where));
    }

    const NetSource& source_;
    const NetFunctions& functions_;
    const TextKind& kind_;
    KnownNames names_;
    NetSyntax syntax_;
};

}  // namespace

NetSyntax read_text(const NetSource& source, const NetFunctions& functions, const TextKind& kind) {
    return TextReader(source, functions, kind).read();
}

}  // namespace revolute::detail
