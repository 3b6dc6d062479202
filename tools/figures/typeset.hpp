#pragma once

/// @file
/// Lines of text with subscripts and superscripts, made of names and formulas, and their width.

#include <revolute/graph/step.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// Where a piece of text stands on its line. `letters` stand where normal text does, but an
/// underline among them is the sign that it is, also where plain text has underlines before
/// subscripts.
enum class Script : std::uint8_t {
    normal,       ///< on the line, as notation
    letters,      ///< on the line, as it is
    subscript,    ///< lowered
    superscript,  ///< raised
};

/// Whether text of the script stands on the line itself.
constexpr bool is_on_line(Script script) {
    return script == Script::normal || script == Script::letters;
}

/// A piece of text of one script.
struct TextRun {
    std::string text;                ///< in UTF-8
    Script script = Script::normal;  ///< where it stands

    friend bool operator==(const TextRun&, const TextRun&) = default;
};

/// A step that a text names, or a number in it that depends on one: what is written for it, and
/// what it is.
struct StepMention {
    std::vector<TextRun> runs;  ///< what is written
    Step step;                  ///< which step is meant
    std::uint64_t number = 0;   ///< 0: the step itself

    friend bool operator==(const StepMention&, const StepMention&) = default;
};

/// A line of text with subscripts and superscripts, valid UTF-8 without control characters but
/// `step_mark`.
struct RichText {
    std::vector<TextRun> runs;  ///< from left to right
    bool bold = false;          ///< whether all of it is bold
    /// Those that are not written yet, in order: each has its place in the text, a `step_mark`.
    std::vector<StepMention> mentions{};

    /// Whether nothing is written.
    bool empty() const { return runs.empty(); }
    /// Appends text; it becomes a part of the last run where the scripts are equal.
    RichText& add(std::string_view text, Script script = Script::normal);
    ///@{
    /// Appends other text, or a mention.
    RichText& add(const RichText& text);
    RichText& add(StepMention mention, Script script = Script::normal);
    ///@}
    friend bool operator==(const RichText&, const RichText&) = default;
};

/// A step, as `StepNames` writes it, with the sign of mathematics: T−1.
std::string with_minus(std::string_view step);

/// A name with its step, as `StepNames` writes it, below: h and 2 are h₂, h and t-1 hₜ₋₁. What a
/// name holds behind an underline goes below as well: W_f is W with a lowered f. Behind a name that
/// ends in an underline the step is in parentheses, T_(t-1). Where the step is given, its name is a
/// mention of it.
RichText typeset_name(std::string_view name, std::string_view step = {},
                      std::optional<Step> mentioned = {});
/// A name as it is, with its underlines: h_0 where h has steps.
RichText typeset_letters(std::string_view name);

/// Stands for a mention in the text of a run; one glyph.
inline constexpr char step_mark = '\x1C';

/// The text with what its mentions say in their places.
RichText with_steps(const RichText& text);

/// Stands for `atoms[number]` in the text handed to `typeset`.
std::string atom_mark(std::size_t number);

/// Operators' text notation as a book prints it: " o " is a ring, ' a raised T, ^2 a raised 2, * a
/// raised dot, - a minus sign, 1/2 one glyph; long decimals are cut to four digits. Marks made by
/// `atom_mark` are replaced by the atoms, which are taken as they are. `before_powers` is put
/// before what is raised.
RichText typeset(std::string_view notation, std::span<const RichText> atoms = {},
                 std::string_view before_powers = {});

/// The text with h_2 and x^T for subscripts and superscripts, and h\_2 for letters: for tooltips
/// and messages.
std::string to_plain(const RichText& text);
/// Number of glyphs.
std::size_t glyph_count(const RichText& text);

/// Width in points in DejaVu Sans, from the font's own advance widths, rounded up. It depends on no
/// installed font, so figures have the same bytes everywhere.
int text_width(const RichText& text, int font_size);
/// Size of scripts, in points, beside text of `font_size`.
int script_size(int font_size);

/// Valid UTF-8 without control characters: what is damaged becomes U+FFFD, what controls a space.
std::string printable(std::string_view text);

}  // namespace revolute
