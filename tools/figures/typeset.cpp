#include <revolute/tools/figures/typeset.hpp>

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <utility>

namespace revolute {

namespace {

constexpr char mark_begin = '\x1A';
constexpr char mark_end = '\x1B';

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Reads notation from left to right, a token at a time.
class Typesetter {
 public:
    Typesetter(std::string_view text, std::span<const RichText> atoms,
               std::string_view before_powers)
        : text_(text), atoms_(atoms), before_powers_(before_powers) {}

    RichText run() {
        while (at_ < text_.size()) token();
        return std::move(result_);
    }

 private:
    bool starts_with(std::string_view prefix) const {
        return text_.substr(at_).starts_with(prefix);
    }
    bool after_word() const {
        return at_ > 0 && (is_word(text_[at_ - 1]) || text_[at_ - 1] == '.');
    }

    void token() {
        if (text_[at_] == mark_begin) return atom();
        if (text_[at_] == '^') return power();
        if (starts_with("1/2") && !after_word()) return replace(3, "½");
        if (is_digit(text_[at_]) && !after_word()) return number();
        if (starts_with(" o ")) return replace(3, " ∘ ");
        if (starts_with(" * ")) return replace(3, " · ");
        if (text_[at_] == '-') return replace(1, "−");
        if (text_[at_] == '\'') {
            result_.add("T", Script::superscript);
            ++at_;
            return;
        }
        replace(1, text_.substr(at_, 1));
    }

    void replace(std::size_t length, std::string_view by, Script script = Script::normal) {
        result_.add(by, script);
        at_ += length;
    }

    void atom() {
        const std::size_t end = text_.find(mark_end, at_);
        std::size_t number = 0;
        std::from_chars(text_.data() + at_ + 1, text_.data() + end, number);
        result_.add(atoms_[number]);
        at_ = end + 1;
    }

    /// ^2, ^-1, ^2.5, ^n, ^(-2), ^((N-1) / N), or an atom
    void power() {
        ++at_;
        result_.add(before_powers_, Script::superscript);
        if (starts_with("(")) {
            const std::size_t inside = at_ + 1;
            at_ = end_of_parentheses();
            return raise(text_.substr(inside, at_ - 1 - inside));
        }
        if (starts_with({&mark_begin, 1})) {
            const std::size_t begin = std::exchange(at_, text_.find(mark_end, at_) + 1);
            return raise(text_.substr(begin, at_ - begin));
        }
        if (starts_with("-")) replace(1, "−", Script::superscript);
        if (at_ < text_.size() && is_digit(text_[at_]))
            number(Script::superscript);
        else
            while (at_ < text_.size() && is_word(text_[at_]))
                replace(1, text_.substr(at_, 1), Script::superscript);
    }

    /// Behind the parenthesis that closes the one here.
    std::size_t end_of_parentheses() const {
        int open = 0;
        for (std::size_t i = at_; i < text_.size(); ++i) {
            if (text_[i] == '(') ++open;
            if (text_[i] == ')' && --open == 0) return i + 1;
        }
        return text_.size() + 1;
    }

    void raise(std::string_view exponent) {
        const RichText text = Typesetter(exponent, atoms_, {}).run();
        for (const TextRun& run : text.runs) result_.add(run.text, Script::superscript);
        result_.mentions.insert(result_.mentions.end(), text.mentions.begin(), text.mentions.end());
    }

    void number(Script script = Script::normal) {
        double value = 0;
        const char* const begin = text_.data() + at_;
        const auto [end, status] = std::from_chars(begin, text_.data() + text_.size(), value);
        const std::string_view written(begin, static_cast<std::size_t>(end - begin));
        result_.add(written.size() > 6 ? fmt::format("{:.4g}", value) : written, script);
        at_ += written.size();
    }

    std::string_view text_;
    std::span<const RichText> atoms_;
    std::string_view before_powers_;
    std::size_t at_ = 0;
    RichText result_;
};

std::string with_escaped_underlines(const std::string& text) {
    std::string plain;
    for (const char c : text) plain += c == '_' ? "\\_" : std::string(1, c);
    return plain;
}

std::string plain_script(const std::string& text, char mark) {
    return mark + (glyph_count({{{text}}}) == 1 ? text : fmt::format("{{{}}}", text));
}

}  // namespace

RichText& RichText::add(std::string_view text, Script script) {
    if (text.empty()) return *this;
    if (!runs.empty() && runs.back().script == script)
        runs.back().text += text;
    else
        runs.push_back({std::string(text), script});
    return *this;
}

RichText& RichText::add(const RichText& text) {
    for (const TextRun& run : text.runs) add(run.text, run.script);
    mentions.insert(mentions.end(), text.mentions.begin(), text.mentions.end());
    return *this;
}

RichText& RichText::add(StepMention mention, Script script) {
    mentions.push_back(std::move(mention));
    return add(std::string_view(&step_mark, 1), script);
}

RichText with_steps(const RichText& text) {
    RichText written;
    written.bold = text.bold;
    std::size_t next = 0;
    for (const TextRun& run : text.runs)
        for (const char c : run.text) {
            if (c != step_mark) {
                written.add(std::string_view(&c, 1), run.script);
                continue;
            }
            for (const TextRun& part : text.mentions[next++].runs)
                written.add(part.text, is_on_line(run.script) ? part.script : run.script);
        }
    return written;
}

std::string with_minus(std::string_view step) {
    std::string written;
    for (const char c : step) written += c == '-' ? "−" : std::string_view(&c, 1);
    return written;
}

RichText typeset_name(std::string_view name, std::string_view step, std::optional<Step> mentioned) {
    const std::string written = with_minus(step);
    const std::size_t end = name.find_last_not_of('_') + 1;
    if (end > 0 && end < name.size() && !step.empty()) {
        // A step that stood below behind an underline would read as that and a minus sign.
        RichText text = typeset_name(name.substr(0, end));
        text.add(name.substr(end)).add("(");
        if (mentioned)
            text.add(StepMention{{{written}}, *mentioned});
        else
            text.add(written);
        return text.add(")");
    }
    // What stands behind the first underline goes below, as in W_f, unless nothing stands before
    // it.
    const std::size_t line = name.find('_');
    const bool has_index = line != 0 && line != std::string_view::npos && line + 1 < name.size();
    RichText text;
    text.add(printable(has_index ? name.substr(0, line) : name));
    std::string below = has_index ? printable(name.substr(line + 1)) : "";
    if (has_index && !step.empty()) below += ',';
    if (!mentioned) return text.add(below + written, Script::subscript);
    return text.add(below, Script::subscript)
        .add(StepMention{{{written}}, *mentioned}, Script::subscript);
}

RichText typeset_letters(std::string_view name) {
    RichText text;
    return text.add(printable(name), Script::letters);
}

std::string atom_mark(std::size_t number) { return mark_begin + std::to_string(number) + mark_end; }

RichText typeset(std::string_view notation, std::span<const RichText> atoms,
                 std::string_view before_powers) {
    return Typesetter(notation, atoms, before_powers).run();
}

std::string to_plain(const RichText& text) {
    if (!text.mentions.empty()) return to_plain(with_steps(text));
    std::string plain;
    for (const TextRun& run : text.runs) {
        if (run.script == Script::normal) plain += run.text;
        if (run.script == Script::letters) plain += with_escaped_underlines(run.text);
        if (run.script == Script::subscript) plain += plain_script(run.text, '_');
        if (run.script == Script::superscript) plain += plain_script(run.text, '^');
    }
    return plain;
}

}  // namespace revolute
