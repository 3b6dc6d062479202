#include <revolute/tools/support/detail/small_letters.hpp>
#include <revolute/tools/tables/date.hpp>
#include <revolute/tools/tables/time_words.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace revolute {

namespace {

/// By language: English, German, French, Spanish, Italian, Portuguese, Dutch. In small letters as
/// far as these are of ASCII.
constexpr std::string_view names_of_times[] = {
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep",
    "sept", "oct", "nov", "dec", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun",
    //
    "januar", "februar", "m\xC3\xA4rz", "m\xC3\xA4r", "mrz", "mai", "juni", "juli", "oktober",
    "dezember", "okt", "dez", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag",
    "sonnabend", "sonntag",
    //
    "janvier", "f\xC3\xA9vrier", "mars", "avril", "juin", "juillet", "ao\xC3\xBBt", "septembre",
    "octobre", "novembre", "d\303\251cembre", "janv", "f\xC3\xA9vr", "avr", "juil", "d\303\251c",
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
    //
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre", "ene", "abr", "ago", "dic", "lunes", "martes",
    "mi\xC3\xA9rcoles", "jueves", "viernes", "s\303\241bado", "domingo",
    //
    "gennaio", "febbraio", "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre",
    "dicembre", "gen", "mag", "giu", "lug", "ott", "luned\xC3\xAC", "marted\xC3\xAC",
    "mercoled\xC3\xAC", "gioved\xC3\xAC", "venerd\xC3\xAC", "sabato", "domenica",
    //
    "janeiro", "fevereiro", "mar\xC3\xA7o", "maio", "junho", "julho", "setembro", "outubro",
    "novembro", "dezembro", "fev", "out",
    //
    "januari", "februari", "maart", "mei", "augustus", "maandag", "dinsdag", "woensdag",
    "donderdag", "vrijdag", "zaterdag", "zondag"};

bool is_digit_of_word(char c) { return c >= '0' && c <= '9'; }

/// Of a word, also in UTF-8.
bool is_letter_of_word(char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_likely_year(std::string_view digits) {
    return digits.size() == 4 && digits >= "1500" && digits < "2200";
}

/// The characters of a kind that a text begins with.
template <class IsOne>
std::string_view run_at_begin(std::string_view text, const IsOne& is_one) {
    const auto end = std::ranges::find_if_not(text, is_one);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

}  // namespace

bool speaks_of_time(std::string_view text) {
    const std::string small = detail::in_small_letters(text);
    std::string_view rest = small;
    while (!rest.empty()) {
        const std::string_view digits = run_at_begin(rest, is_digit_of_word);
        if (is_likely_year(digits)) return true;
        rest.remove_prefix(digits.size());
        const std::string_view word = run_at_begin(rest, is_letter_of_word);
        if (std::ranges::find(names_of_times, word) != std::end(names_of_times)) return true;
        rest.remove_prefix(word.size());
        if (digits.empty() && word.empty()) rest.remove_prefix(1);
    }
    return false;
}

bool is_time_of_day(std::string_view text) {
    return text.find(':') != text.npos &&
           std::ranges::any_of(
               std::initializer_list<const char*>{"%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p"},
               [&](const char* format) { return DateFormat(format).parse(text).has_value(); });
}

}  // namespace revolute
