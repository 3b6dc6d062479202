#include <revolute/tools/figures/typeset.hpp>

#include <doctest/doctest.h>

namespace revolute {

namespace {

std::string plain(std::string_view notation) { return to_plain(typeset(notation)); }

}  // namespace

TEST_CASE("typeset: operators become the signs that books use") {
    CHECK(plain("a o b") == "a ∘ b");
    CHECK(plain("a - b") == "a − b");
    CHECK(plain("-a") == "−a");
    CHECK(plain("a * b") == "a · b");
    CHECK(plain("x'") == "x^T");
    CHECK(plain("(a b)' c") == "(a b)^T c");
    CHECK(plain("x^2") == "x^2");
    CHECK(plain("x^-1") == "x^{−1}");
    CHECK(plain("x^(-2)") == "x^{−2}");
    CHECK(plain("x^2.5 y") == "x^{2.5} y");
    CHECK(plain("x^0.123456789") == "x^{0.1235}");
    CHECK(plain("(x^(-0.5))^3") == "(x^{−0.5})^3");
    CHECK(plain("e^s") == "e^s");
    CHECK(plain("1/2 mean |y - Y|^2") == "½ mean |y − Y|^2");
    CHECK(plain("W x + U h + b") == "W x + U h + b");
}

TEST_CASE("typeset: all of an exponent is raised") {
    CHECK(plain("x^(1 / N)") == "x^{1 / N}");
    CHECK(plain("x^(-(N-1) / N) y") == "x^{−(N−1) / N} y");
    CHECK(plain("x^((N-1) / (N+1))") == "x^{(N−1) / (N+1)}");
    CHECK(plain("x^(1/2)") == "x^½");
    CHECK(plain("(x^(1 / N))'") == "(x^{1 / N})^T");
    RichText step;
    step.add(StepMention{{{"t"}}, Step{0, 4}, 1});
    for (const std::string& exponent : {atom_mark(0), "(" + atom_mark(0) + " / N)"}) {
        const RichText power = typeset("x^" + exponent, std::span(&step, 1));
        CHECK(power.mentions == step.mentions);
        CHECK(to_plain(with_steps(power)) == (exponent == atom_mark(0) ? "x^t" : "x^{t / N}"));
    }
}

TEST_CASE("typeset: words keep their letters") {
    CHECK(plain("foo(bar)") == "foo(bar)");
    CHECK(plain("broadcast_columns(b, 3)") == "broadcast_columns(b, 3)");
    CHECK(plain("a1/2") == "a1/2");
    CHECK(plain("x3 + 11/2") == "x3 + 11/2");
}

TEST_CASE("typeset: long decimals are cut to four digits") {
    CHECK(plain("(1 / 3) x") == "(1 / 3) x");
    CHECK(plain("0.33333334 x") == "0.3333 x");
    CHECK(plain("0.25 x") == "0.25 x");
    CHECK(plain("1e-300") == "1e-300");
    CHECK(plain("12345678") == "1.235e+07");
}

TEST_CASE("typeset: atoms are taken as they are") {
    const std::vector<RichText> atoms{typeset_name("a'b - c", "2"), typeset_name("h", "-1")};
    CHECK(to_plain(typeset(atom_mark(0) + " o " + atom_mark(1) + "'", atoms)) ==
          "a'b - c_2 ∘ h_{−1}^T");
}

TEST_CASE("typeset: an atom is a subscript run where its name has a step") {
    const RichText h = typeset_name("h", "12");
    CHECK(h.runs == std::vector<TextRun>{{"h", Script::normal}, {"12", Script::subscript}});
    CHECK(to_plain(typeset_name("h", "s=4")) == "h_{s=4}");
    CHECK(to_plain(typeset_name("T_", "t-1")) == "T_(t−1)");
    CHECK(to_plain(typeset_name("T_")) == "T_");
    CHECK(to_plain(typeset_name("W_f_", "2")) == "W_f_(2)");
    CHECK(to_plain(typeset_name("W")) == "W");
}

TEST_CASE("typeset: a name set by its letters looks like no index") {
    const RichText letters = typeset_letters("h_0"), index = typeset_name("h", "0");
    CHECK(letters.runs == std::vector<TextRun>{{"h_0", Script::letters}});
    CHECK(to_plain(letters) == "h\\_0");
    CHECK(to_plain(index) == "h_0");
    RichText text;
    text.add("h_0");
    CHECK(text_width(letters, 1000) == text_width(text, 1000));
}

TEST_CASE("typeset: powers of the entries of a matrix have a ring") {
    CHECK(to_plain(typeset("U^2 + U^-1", {}, "∘")) == "U^{∘2} + U^{∘−1}");
}

TEST_CASE("typeset: text that is put together keeps its runs") {
    RichText text;
    text.add("a").add("b").add("2", Script::superscript).add("");
    CHECK(text.runs == std::vector<TextRun>{{"ab", Script::normal}, {"2", Script::superscript}});
    CHECK(glyph_count(text) == 3);
}

TEST_CASE("typeset: printable text is valid UTF-8 without control characters") {
    CHECK(printable("h\xC3\xA4\n\tb") == "h\xC3\xA4  b");
    CHECK(printable("a\xFF"
                    "b") == "a\uFFFDb");
    CHECK(printable("a\xC3") == "a\uFFFD");
    CHECK(printable("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");  // half of a surrogate pair
    CHECK(printable("\xC0\xAF") == "\uFFFD\uFFFD");            // a slash in too many bytes
    CHECK(printable("\xF0\x9F\x8C\xBF") == "\xF0\x9F\x8C\xBF");
    CHECK(printable("\xC2\x85") == " ");
    CHECK(printable("\xEF\xBF\xBF") == "\uFFFD");
}

TEST_CASE("typeset: widths are the font's") {
    RichText text;
    text.add("W");
    CHECK(text_width(text, 1000) == 990);
    text.add("x");
    CHECK(text_width(text, 1000) == 1582);
    text.add("2", Script::subscript);
    CHECK(text_width(text, 1000) == 1582 + 637 * 818 / 1000);
    CHECK(text_width({}, 11) == 1);
}

TEST_CASE("typeset: bold text is wider") {
    RichText text;
    text.add("Simple RNN");
    RichText bold = text;
    bold.bold = true;
    CHECK(text_width(bold, 13) > text_width(text, 13));
}

}  // namespace revolute
