// mutate rules|logic FILE        lists the mutants of a source file, a line each:
//                                number <tab> line <tab> original <tab> mutated
// mutate rules|logic FILE N      writes the file as mutant N has it
//
// `rules` mutates the derivative rules: what stands behind .pullback and .pushforward, and
// functions that take a RuleSite, a Pullback, a Pushforward or an Expr. Kernels and shape rules are
// left alone. `logic` mutates all the code of a file.

#include "source_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// A mutant: the part replaced by another text.
struct Mutant {
    Span at;
    std::string text;
};

class Mutator {
 public:
    explicit Mutator(const std::string& text) : text_(text), code_(blanked(text)) {}

    std::vector<Mutant> rules() {
        for (const std::size_t at : all_of(".pullback =")) mutate_list(at, "Pullback");
        for (const std::size_t at : all_of(".pushforward =")) mutate_list(at, "Pushforward");
        for (const Span& body : rule_functions()) mutate_rule(body);
        return finished();
    }

    std::vector<Mutant> logic() {
        for (const Span& body : function_bodies()) {
            mutate_conditions(body);
            for (const auto& [from, to] : logic_words) replace_all(body, from, to);
            mutate_loops(body);
            mutate_statements(body);
            mutate_indices(body);
        }
        return finished();
    }

 private:
    using Words = std::array<std::string_view, 2>;
    static constexpr Words rule_words[] = {
        {" + ", " - "},
        {" - ", " + "},
        {"p.input(0)", "p.input(1)"},
        {"p.input(1)", "p.input(0)"},
        {"p.input()", "p.output"},
        {"p.output", "p.input(0)"},
        {".rows", ".columns"},
        {".columns", ".rows"},
        {" += ", " -= "},
        {"p.attribute(0)", "(p.attribute(0) + 1.0)"},
        {"p.attribute(1)", "(p.attribute(1) + 1.0)"},
    };
    static constexpr Words logic_words[] = {
        {" + ", " - "},          {" - ", " + "},
        {" == ", " != "},        {" != ", " == "},
        {" <= ", " < "},         {" > ", " >= "},
        {" && ", " || "},        {" || ", " && "},
        {"front()", "back()"},   {"back()", "front()"},
        {".first", ".last"},     {".last", ".first"},
        {"continue;", "break;"}, {"return false;", "return true;"},
    };

    std::string piece(Span s) const { return text_.substr(s.begin, s.end - s.begin); }
    std::string text_of(Span s) const { return squeezed(text_, s.begin, s.end); }
    void add(Span at, std::string text) { mutants_.push_back({at, std::move(text)}); }

    std::vector<std::size_t> all_of(std::string_view word) const {
        std::vector<std::size_t> found;
        for (std::size_t i = code_.find(word); i != std::string::npos; i = code_.find(word, i + 1))
            found.push_back(i);
        return found;
    }

    void replace_all(Span s, std::string_view from, std::string_view to) {
        for (const std::size_t i : all_of(from)) {
            if (i < s.begin || i + from.size() > s.end) continue;
            const bool is_part = is_word(from.back()) && is_word(code_[i + from.size()]);
            if (!is_part) add({i, i + from.size()}, std::string(to));
        }
    }

    /// Bodies of all functions, the outermost braces that follow a parameter list.
    std::vector<Span> function_bodies() const {
        std::vector<Span> bodies;
        for (std::size_t i = code_.find('{'); i != std::string::npos; i = code_.find('{', i + 1)) {
            const std::size_t before = code_.find_last_not_of(" \n", i - 1);
            const bool is_const = code_.compare(before - 5, 6, " const") == 0;
            if (code_[before] != ')' && !is_const) continue;
            bodies.push_back({i + 1, closing(code_, i)});
            i = bodies.back().end;
        }
        return bodies;
    }

    /// Bodies of the functions at namespace level that make or serve derivative rules.
    std::vector<Span> rule_functions() const {
        std::vector<Span> bodies;
        for (std::size_t line = 0; line < code_.size(); line = code_.find('\n', line) + 1) {
            const std::size_t open = code_.find('(', line), newline = code_.find('\n', line);
            if (newline == std::string::npos) break;
            if (open > newline || !is_word(code_[line])) continue;
            const std::size_t close = closing(code_, open);
            const std::string parameters = code_.substr(open, close - open);
            const std::size_t body = code_.find_first_not_of(' ', close + 1);
            if (code_[body] != '{') continue;
            const auto takes = [&](const char* type) {
                return parameters.find(type) != std::string::npos;
            };
            if (takes("RuleSite&") || takes("Pullback&") || takes("Pushforward&") ||
                takes("(Expr "))
                bodies.push_back({body + 1, closing(code_, body)});
        }
        return bodies;
    }

    /// The rules of a record, from ".pullback = {" or "= PerOperand<...>::every(".
    void mutate_list(std::size_t at, const std::string& kind) {
        const std::size_t open = code_.find_first_of("{(", at);
        const std::size_t close = closing(code_, open);
        const std::vector<Span> rules = split(code_, {open + 1, close}, ",");
        for (const Span& rule : rules) {
            const std::string text = piece(rule);
            const bool is_mark = text == "zero_derivative" || text == "shape_only";
            const std::string lambda = "[](const " + kind + "& p) { return ";
            if (is_mark)
                add(rule, lambda + "p.input(); }");
            else if (kind == "Pullback")
                add(rule, "zero_derivative");
            if (!is_mark && text.front() != '[') add(rule, lambda + "-(" + text + ")(p); }");
            if (text.front() == '[') mutate_rule({code_.find('{', rule.begin) + 1, rule.end - 1});
        }
        if (rules.size() == 2 && text_of(rules[0]) != text_of(rules[1]))
            add({rules[0].begin, rules[1].end}, piece(rules[1]) + ", " + piece(rules[0]));
    }

    void mutate_rule(Span body) {
        for (const std::size_t at : all_of("return ")) {
            if (at < body.begin || at >= body.end) continue;
            const Span value{at + 7, code_.find(';', at)};
            add(value, "-(" + piece(value) + ")");
            mutate_operators(value);
        }
        for (const std::size_t at : all_of(" = "))
            if (at >= body.begin && at < body.end) mutate_operators({at + 3, code_.find(';', at)});
        for (std::size_t i = body.begin; i < body.end; ++i)
            if (code_[i] == '(') mutate_brackets(i);
        for (const auto& [from, to] : rule_words) replace_all(body, from, to);
        mutate_numbers(body);
        mutate_conditions(body);
    }

    /// f(a, b) -> a, b, f(b, a);  (a * b) -> a, b
    void mutate_brackets(std::size_t open) {
        const std::size_t close = closing(code_, open);
        std::size_t name = open;
        while (is_word(code_[name - 1])) --name;
        const std::string called = code_.substr(name, open - name);
        if (called == "if" || called == "for" || close == open + 1 || is_member(name)) return;
        const std::vector<Span> values = split(code_, {open + 1, close}, ",");
        for (const Span& value : values) mutate_operators(value);
        if (called.empty()) return;
        const Span whole{name, close + 1};
        const bool two = values.size() == 2 && is_expression(values[1]);
        if (is_expression(values[0])) add(whole, "(" + piece(values[0]) + ")");
        if (two) add(whole, "(" + piece(values[1]) + ")");
        if (two && is_expression(values[0]) && called != "hadamard")  // it commutes
            add(whole, called + "(" + piece(values[1]) + ", " + piece(values[0]) + ")");
    }

    /// Whether what begins at `name` is no call of a function for expressions: p.f(), f<T>(),
    /// std::f(), or the declaration `T f(...)`.
    bool is_member(std::size_t name) const {
        if (std::string_view(".>:").find(code_[name - 1]) != std::string_view::npos) return true;
        const std::size_t before = code_.find_last_not_of(" \n", name - 1);
        const bool follows_word = is_word(code_[before]) || code_[before] == '>';
        return follows_word && code_.compare(before - 5, 6, "return") != 0;
    }

    /// Whether an argument is an Expr, as far as its text tells.
    bool is_expression(Span argument) const {
        const std::string text = piece(argument);
        const auto contains = [&](const char* word) {
            return text.find(word) != std::string::npos;
        };
        const bool is_size = text.ends_with("rows") || text.ends_with("columns") ||
                             text.starts_with("static_cast") || text.starts_with("first_") ||
                             text.starts_with("p.attribute") || text.starts_with("-p.attribute");
        return !text.empty() && text != "p" && !is_size && !contains(".begin()") &&
               std::isdigit(static_cast<unsigned char>(text[0])) == 0;
    }

    /// a * b -> a, b, b * a; likewise for the other operators of two operands.
    void mutate_operators(Span value) {
        for (const char* sign : {" + ", " - ", " * ", " / "}) {
            const std::vector<Span> sides = split(code_, value, sign);
            if (sides.size() != 2) continue;
            const std::string left = piece(sides[0]), right = piece(sides[1]);
            add(value, left);
            add(value, right);
            const bool commutes =
                sign[1] == '+' || (sign[1] == '*' && (left.find("p.") == std::string::npos ||
                                                      right.find("p.") == std::string::npos));
            if (!commutes) add(value, right + sign + left);
        }
    }

    /// 0.5 -> (0.5 + 1.0)
    void mutate_numbers(Span body) {
        for (std::size_t i = body.begin; i < body.end; ++i) {
            if (std::isdigit(static_cast<unsigned char>(code_[i])) == 0 || is_word(code_[i - 1]))
                continue;
            std::size_t end = i;
            while (is_word(code_[end]) || code_[end] == '.') ++end;
            const std::string number = piece({i, end});
            if (number.find('.') != std::string::npos) add({i, end}, "(" + number + " + 1.0)");
            i = end;
        }
    }

    /// if (c) -> if (!(c)), unless another mutant does the same;  c ? a : b -> c ? b : a
    void mutate_conditions(Span s) {
        for (const std::size_t at : all_of("if (")) {
            if (at < s.begin || at >= s.end) continue;
            const Span inside{at + 4, closing(code_, at + 3)};
            const std::string condition = piece(split(code_, inside, ";").back());
            const bool is_turned = condition.find("= ") != std::string::npos || condition[0] == '!';
            if (!is_turned)
                add({inside.end - condition.size(), inside.end}, "!(" + condition + ")");
        }
        for (const std::size_t at : all_of("? ")) {
            if (at < s.begin || at >= s.end) continue;
            const std::size_t middle = code_.find(" : ", at);
            std::size_t end = middle;
            for (; std::string_view(";,)}").find(code_[end]) == std::string_view::npos; ++end)
                if (code_[end] == '(' || code_[end] == '{') end = closing(code_, end);
            const std::string yes = piece({at + 2, middle}), no = piece({middle + 3, end});
            add({at, end}, "? " + no + " : " + yes);
        }
    }

    /// a < b -> a <= b; in the head of a loop that would read past an end: there the last round is
    /// left out.
    void mutate_loops(Span s) {
        for (const std::size_t at : all_of(" < ")) {
            if (at < s.begin || at >= s.end) continue;
            const std::size_t line = code_.rfind('\n', at) + 1;
            const bool is_loop = code_.substr(line, at - line).find("for (") != std::string::npos;
            add({at, at + 3}, is_loop ? " + 1 < " : " <= ");
        }
    }

    /// Every statement of one line that is neither a return nor a throw is left out.
    void mutate_statements(Span body) {
        for (std::size_t line = body.begin; line < body.end;) {
            const std::size_t newline = std::min(code_.find('\n', line), body.end);
            const Span s = trimmed(code_, {line, newline});
            if (is_statement(s)) add(s, ";");
            line = newline + 1;
        }
    }

    bool is_statement(Span s) const {
        if (s.begin == s.end || code_[s.end - 1] != ';') return false;
        const std::size_t before = code_.find_last_not_of(" \n", s.begin - 1);
        if (s.begin == 0 || std::string_view(";{})").find(code_[before]) == std::string_view::npos)
            return false;
        const std::string text = code_.substr(s.begin, s.end - s.begin);
        if (text.find('(') == std::string::npos && text.find('=') == std::string::npos)
            return false;
        if (std::count(text.begin(), text.end(), '(') != std::count(text.begin(), text.end(), ')'))
            return false;
        for (const char* word : {"return", "throw", "for ", "if ", "std::", "auto "})
            if (text.starts_with(word)) return false;
        if (text.starts_with("const ")) return text.starts_with("const Scope ");
        // A declaration: two words before '=', or a type's name in front.
        const std::size_t first = text.find_first_of(" (.");
        return text[first] != ' ' || text.compare(first, 2, " =") == 0;
    }

    /// x[t] -> the neighbour's;  0 -> 1, 1 -> 2;  ++ -> += 2;  !c -> c
    void mutate_indices(Span body) {
        for (std::size_t i = body.begin; i < body.end; ++i) {
            const char c = code_[i];
            if (c == '[' && is_word(code_[i - 1]) && is_word(code_[i + 1])) {
                const Span inside{i + 1, closing(code_, i)};
                const std::string name = piece(inside);
                if (std::all_of(name.begin(), name.end(), is_word))
                    add(inside, name + " == 0 ? " + name + " : " + name + " - 1");
            }
            if ((c == '0' || c == '1') && !is_word(code_[i - 1]) && !is_word(code_[i + 1]) &&
                code_[i - 1] != '.' && code_[i + 1] != '.')
                add({i, i + 1}, c == '0' ? "1" : "2");
            if (c == '!' && code_[i + 1] != '=') add({i, i + 1}, "");
        }
    }

    /// In the order of the file, without those that stand twice or change nothing.
    std::vector<Mutant> finished() {
        std::stable_sort(mutants_.begin(), mutants_.end(),
                         [](const Mutant& a, const Mutant& b) { return a.at.begin < b.at.begin; });
        std::vector<Mutant> result;
        for (const Mutant& m : mutants_) {
            const auto is_same = [&](const Mutant& other) {
                return other.at.begin == m.at.begin && other.at.end == m.at.end &&
                       other.text == m.text;
            };
            if (m.text != piece(m.at) && std::none_of(result.begin(), result.end(), is_same))
                result.push_back(m);
        }
        return result;
    }

    const std::string& text_;
    std::string code_;
    std::vector<Mutant> mutants_;
};

std::string mutated(const std::string& text, const Mutant& m) {
    return text.substr(0, m.at.begin) + m.text + text.substr(m.at.end);
}

void list(const std::string& text, const std::vector<Mutant>& mutants) {
    for (std::size_t i = 0; i < mutants.size(); ++i) {
        const Mutant& m = mutants[i];
        const std::size_t begin = text.rfind('\n', m.at.begin) + 1;
        const std::size_t end = std::min(text.find('\n', m.at.end), text.size());
        const auto line =
            1 + std::count(text.begin(), text.begin() + static_cast<long>(begin), '\n');
        const std::string after = mutated(text, m);
        std::cout << i << '\t' << line << '\t' << squeezed(text, begin, end) << '\t'
                  << squeezed(after, begin, end + after.size() - text.size()) << '\n';
    }
}

int run(int argc, char** argv) {
    if (argc < 3 || argc > 4) throw std::runtime_error("usage: mutate rules|logic FILE [N]");
    std::ifstream in(argv[2], std::ios::binary);
    if (!in) throw std::runtime_error(std::string("mutate: cannot read ") + argv[2]);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    Mutator mutator(text);
    const std::vector<Mutant> mutants =
        std::string_view(argv[1]) == "rules" ? mutator.rules() : mutator.logic();
    if (argc == 3)
        list(text, mutants);
    else
        std::cout << mutated(text, mutants.at(std::stoul(argv[3])));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
