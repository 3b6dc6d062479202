#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace revolute {

/// Where a piece of text stands on its line.
enum class Script : std::uint8_t { normal, subscript, superscript };

/// A piece of text of one script.
struct TextRun {
    std::string text;
    Script script = Script::normal;

    friend bool operator==(const TextRun&, const TextRun&) = default;
};

/// A line of text with subscripts and superscripts, valid UTF-8 without control characters.
struct RichText {
    std::vector<TextRun> runs;
    bool bold = false;

    bool empty() const { return runs.empty(); }
    /// Appends text; it becomes a part of the last run where the scripts are equal.
    RichText& add(std::string_view text, Script script = Script::normal);
    RichText& add(const RichText& text);
    friend bool operator==(const RichText&, const RichText&) = default;
};

/// A name with its step, as `StepNames` writes it, below: h and 2 are h₂, h and t-1 hₜ₋₁. What a name
/// holds behind an underline goes below as well: W_f is W with a lowered f.
RichText typeset_name(std::string_view name, std::string_view step = {});

/// Stands for `atoms[number]` in the text handed to `typeset`.
std::string atom_mark(std::size_t number);

/// Operators' text notation as a book prints it: " o " is a ring, ' a raised T, ^2 a raised 2, * a
/// raised dot, - a minus sign, 1/2 one glyph; long decimals are cut to four digits. Marks made by
/// `atom_mark` are replaced by the atoms, which are taken as they are.
RichText typeset(std::string_view notation, std::span<const RichText> atoms = {});

/// The text with h_2 and x^T for subscripts and superscripts: for tooltips and messages.
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
