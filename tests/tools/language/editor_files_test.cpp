// The colours that editors give texts: every sign of each net has the kind that the language says.

#include <revolute/tools/language/known_nets.hpp>
#include <revolute/tools/support/output_file.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <regex>
#include <string>
#include <utility>
#include <vector>

using namespace revolute;

namespace {

nlohmann::json json_of(const std::string& file) {
    return nlohmann::json::parse(read_file(REVOLUTE_SOURCE "/docs/editors/vscode/" + file));
}

/// A rule of a TextMate grammar: the kinds of its whole match, and of its groups.
struct Rule {
    std::regex pattern;
    std::vector<std::string> kinds;  ///< by group; empty where a group has none
};

std::vector<Rule> rules() {
    std::vector<Rule> result;
    const nlohmann::json grammar = json_of("syntaxes/recurrence.tmLanguage.json");
    for (const auto& pattern : grammar.at("patterns")) {
        Rule rule{std::regex(pattern.at("match").get<std::string>()),
                  {pattern.value("name", std::string())}};
        if (pattern.contains("captures"))
            for (const char* group : {"1", "2"})
                rule.kinds.push_back(pattern.at("captures").at(group).at("name"));
        result.push_back(std::move(rule));
    }
    return result;
}

/// Each piece of a line with its kind, as editors find them: the rule that matches first, and of
/// those that match at one place the first.
std::vector<std::pair<std::string, std::string>> coloured(const std::vector<Rule>& rules,
                                                          const std::string& line) {
    std::vector<std::pair<std::string, std::string>> pieces;
    for (auto begin = line.begin(); begin != line.end();) {
        std::smatch best;
        const Rule* of = nullptr;
        const auto flags = begin == line.begin() ? std::regex_constants::match_default
                                                 : std::regex_constants::match_prev_avail;
        for (const Rule& rule : rules)
            if (std::smatch found; std::regex_search(begin, line.end(), found, rule.pattern, flags))
                if (of == nullptr || found.position() < best.position()) best = found, of = &rule;
        if (of == nullptr) break;
        REQUIRE(best.length() > 0);
        if (of->kinds.size() == 1)
            pieces.emplace_back(best.str(), of->kinds[0]);
        else
            for (std::size_t group = 1; group < of->kinds.size(); ++group)
                pieces.emplace_back(best[group].str(), of->kinds[group]);
        begin += best.position() + best.length();
    }
    return pieces;
}

}  // namespace

TEST_CASE("editor files: pieces of a text have the kinds that the language gives them") {
    using Pieces = std::vector<std::pair<std::string, std::string>>;
    const std::vector<Rule> all = rules();
    const std::string member = "variable.other.member.recurrence",
                      step = "constant.other.step.recurrence", name = "variable.other.recurrence",
                      op = "keyword.operator.recurrence",
                      function = "entity.name.function.recurrence",
                      number = "constant.numeric.recurrence",
                      size = "entity.name.type.size.recurrence",
                      word = "keyword.control.recurrence",
                      range = "constant.other.range.recurrence";
    CHECK(coloured(all, "h(t) = tanh(W x(t-1)) o c[t]   # remark") ==
          Pieces{{"h", member},
                 {"(t)", step},
                 {"=", op},
                 {"tanh", function},
                 {"W", name},
                 {"x", member},
                 {"(t-1)", step},
                 {"o", "keyword.operator.word.recurrence"},
                 {"c", member},
                 {"[t]", step},
                 {"# remark", "comment.line.number-sign.recurrence"}});
    CHECK(
        coloured(all, "x: 4   E: 4 x 6") ==
        Pieces{{"x", size}, {"4", number}, {"E", size}, {"4", number}, {"x", name}, {"6", number}});
    CHECK(coloured(all, "h(-1) given") == Pieces{{"h", member}, {"(-1)", step}, {"given", word}});
    CHECK(coloured(all, "o(t) = 0.5 U'   t = T-1..0") == Pieces{{"o", member},
                                                                {"(t)", step},
                                                                {"=", op},
                                                                {"0.5", number},
                                                                {"U", name},
                                                                {"'", op},
                                                                {"t = T-1..0", range}});
    CHECK(coloured(all, "y := z") == Pieces{{"y", name}, {":=", op}, {"z", name}});
    CHECK(coloured(all, "backward") == Pieces{{"backward", "markup.heading.recurrence"}});
}

TEST_CASE("editor files: every net that comes as text is coloured but for blanks and brackets") {
    const std::vector<Rule> all = rules();
    for (const KnownNet& net : known_nets()) {
        CAPTURE(net.name);
        std::string line;
        for (const char c : std::string(net.text) + '\n') {
            if (c != '\n') {
                line += c;
                continue;
            }
            CAPTURE(line);
            std::string rest = line;
            for (const auto& [piece, kind] : coloured(all, line)) {
                const std::size_t at = rest.find(piece);
                REQUIRE(at != std::string::npos);
                CHECK(rest.substr(0, at).find_first_not_of(" ()[],;:") == std::string::npos);
                rest.erase(0, at + piece.size());
            }
            CHECK(rest.find_first_not_of(" ()[],;:") == std::string::npos);
            line.clear();
        }
    }
}

TEST_CASE("editor files: those of Visual Studio Code name each other") {
    const nlohmann::json package = json_of("package.json");
    const auto& language = package.at("contributes").at("languages").at(0);
    const auto& grammar = package.at("contributes").at("grammars").at(0);
    CHECK(language.at("id") == grammar.at("language"));
    CHECK(json_of(grammar.at("path").get<std::string>()).at("scopeName") ==
          grammar.at("scopeName"));
    CHECK(json_of(language.at("configuration").get<std::string>()).contains("comments"));
}
