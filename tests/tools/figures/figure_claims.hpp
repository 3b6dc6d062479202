// What figures say of steps, read back from what they print.

#pragma once

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/tools/figures/figure.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

namespace revolute::test {

/// Steps from first to last, some of them left out.
using Steps = std::set<std::int32_t>;

inline std::string text_of(const RichText& label) {
    std::string text;
    for (const TextRun& run : label.runs) text += run.text;
    return text;
}

/// The text that a net of so many steps has, where a label is read at step t: "h_{t−1}" is "h_2".
/// Sums do not say where they begin and end.
inline std::string at_step(const std::string& label, std::int32_t t, std::int32_t last) {
    static const std::regex step("_(\\{([^{}]*,)?)?([tT])(−|\\+)?([0-9]+)?\\}?"),
        sum("Σ_(\\{[^}]*\\}|t)");
    const std::string plain = std::regex_replace(label, sum, "Σ");
    std::string text;
    auto begin = plain.cbegin();
    std::smatch found;
    while (std::regex_search(begin, plain.cend(), found, step)) {
        text.append(begin, found[0].first);
        begin = found[0].second;
        std::int32_t number = found[3] == "t" ? t : last;
        if (found[5].matched) number += (found[4] == "+" ? 1 : -1) * std::stoi(found[5]);
        const std::string written = (number < 0 ? "−" : "") + std::to_string(std::abs(number)),
                          before = found[2];
        text += before.empty() && number >= 0 && number < 10
                    ? "_" + written
                    : fmt::format("_{{{}{}}}", before, written);
    }
    return text.append(begin, plain.cend());
}

/// The texts of a figure: those of its model, or those of its DOT.
struct Texts {
    std::vector<std::string> nodes, edges, panels;
};

inline Texts texts_of(const Figure& figure) {
    Texts texts;
    for (const FigureNode& node : figure.nodes) texts.nodes.push_back(text_of(node.label));
    for (const FigureEdge& edge : figure.edges) texts.edges.push_back(text_of(edge.label));
    for (const FigurePanel& panel : figure.panels) texts.panels.push_back(text_of(panel.title));
    return texts;
}

/// Between label=< and the > that ends it, without tags; empty where there is no label.
inline std::string label_in(const std::string& line) {
    const std::size_t begin = line.find("label=<");
    if (begin == std::string::npos) return {};
    std::string text;
    int depth = 1;
    for (std::size_t i = begin + 7; depth > 0; ++i) {
        if (line[i] == '<') ++depth;
        if (depth == 1 && line[i] != '>') text += line[i];
        if (line[i] == '>') --depth;
    }
    for (const auto& [code, sign] :
         {std::pair("&#160;", " "), {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}})
        for (std::size_t at = 0; (at = text.find(code)) != std::string::npos;)
            text.replace(at, std::string(code).size(), sign);
    return text;
}

/// The texts that stand in the DOT of a figure, a line for each node, edge and frame.
inline Texts texts_in(const std::string& dot, const Figure& figure) {
    Texts texts{std::vector<std::string>(figure.nodes.size()), {}, {}};
    texts.panels.resize(figure.panels.size());
    std::map<std::string, std::size_t> node_of;
    for (std::size_t i = 0; i < figure.nodes.size(); ++i) node_of[figure.nodes[i].id] = i;
    static const std::regex panel(R"re(\s*subgraph "cluster_(\d+)".*)re");
    static const std::regex node(R"re(\s*"([^"]+)" \[.*)re");
    std::istringstream lines(dot);
    std::smatch found;
    for (std::string line; std::getline(lines, line);) {
        if (line.find("\" -> \"") != std::string::npos) {
            texts.edges.push_back(label_in(line));
        } else if (std::regex_match(line, found, panel)) {
            const std::size_t number = std::stoul(found[1]);
            std::getline(lines, line);
            texts.panels[number] = label_in(line);
        } else if (std::regex_match(line, found, node)) {
            texts.nodes[node_of.at(found[1])] = label_in(line);
        }
    }
    return texts;
}

/// Reads what is said of steps, for a net whose last step is T.
class StepReader {
 public:
    explicit StepReader(std::int32_t last) : last_(last) {}

    struct Note {
        std::int32_t reach = 0;
        std::optional<Steps> when{};  ///< none: nothing is said of it
    };

    /// "for t = T..0", "t = T-1"; none without a frame.
    std::optional<Steps> frame(const std::string& title) const {
        static const std::regex loop(R"((?:for )?t = (\S+)\.\.(\S+))"), one(R"(t = (\S+))");
        const std::string text = plain(title);
        std::smatch found;
        if (text.empty()) return std::nullopt;
        if (std::regex_match(text, found, loop)) {
            const std::int32_t a = step(found[1]), b = step(found[2]);
            return range(std::min(a, b), std::max(a, b));
        }
        REQUIRE(std::regex_match(text, found, one));
        return Steps{step(found[1])};
    }

    /// "t-1, t > 0", "t = T", as all of a label or in parentheses at its end.
    Note note(const std::string& label) const {
        const std::string text = plain(label);
        if (const auto whole = parts(text)) return *whole;
        const std::size_t begin = text.rfind('(');
        if (begin == std::string::npos || text.back() != ')') return {};
        const auto inside = parts(text.substr(begin + 1, text.size() - begin - 2));
        return inside.value_or(Note{});
    }

    std::string without_note(const std::string& label) const {
        if (parts(plain(label))) return {};
        const std::size_t begin = label.rfind(" (");
        if (begin == std::string::npos || label.back() != ')') return label;
        const std::string inside = label.substr(begin + 2, label.size() - begin - 3);
        return parts(plain(inside)) ? label.substr(0, begin) : label;
    }

    /// "Σt = 0..T" at the end of a label.
    std::optional<Steps> limits(const std::string& label) const {
        static const std::regex sum(R"(.*Σt = (\S+)\.\.(\S+))");
        std::smatch found;
        const std::string text = plain(label);
        if (!std::regex_match(text, found, sum)) return std::nullopt;
        return range(step(found[1]), step(found[2]));
    }

 private:
    static std::string plain(std::string text) {
        for (std::size_t at = 0; (at = text.find("−")) != std::string::npos;)
            text.replace(at, std::string("−").size(), "-");
        return text;
    }

    /// Throws for a step counted from t, which says nothing by itself.
    std::int32_t step(const std::string& text) const {
        if (text.front() != 'T') return std::stoi(text);
        return last_ + (text.size() > 1 ? std::stoi(text.substr(1)) : 0);
    }

    static Steps range(std::int32_t low, std::int32_t high) {
        Steps steps;
        for (std::int32_t t = low; t <= high; ++t) steps.insert(t);
        return steps;
    }

    std::optional<Note> parts(const std::string& text) const {
        static const std::regex comma(", ");
        Note note;
        for (std::sregex_token_iterator part(text.begin(), text.end(), comma, -1), end; part != end;
             ++part)
            if (!read(*part, note)) return std::nullopt;
        return note;
    }

    bool read(const std::string& part, Note& note) const {
        static const std::regex reach(R"(t([+-]\d+))"), equal("t = (\\S+)"), after("t > (\\S+)"),
            before("t < (\\S+)"), between("(\\S+) < t < (\\S+)");
        std::smatch found;
        const std::int32_t far = last_ + 10;
        if (std::regex_match(part, found, reach)) {
            note.reach = std::stoi(found[1]);
            return true;
        }
        Steps steps;
        if (std::regex_match(part, found, equal))
            steps = {step(found[1])};
        else if (std::regex_match(part, found, between))
            steps = range(step(found[1]) + 1, step(found[2]) - 1);
        else if (std::regex_match(part, found, after))
            steps = range(step(found[1]) + 1, far);
        else if (std::regex_match(part, found, before))
            steps = range(-10, step(found[1]) - 1);
        else
            return false;
        if (!note.when) note.when.emplace();
        note.when->insert(steps.begin(), steps.end());
        return true;
    }

    std::int32_t last_;
};

inline Steps common(const Steps& a, const Steps& b) {
    Steps steps;
    std::ranges::set_intersection(a, b, std::inserter(steps, steps.end()));
    return steps;
}

/// A node of the figure of all steps: the family and the step that it stands at, or, where it
/// stands at none, itself.
using Place = std::tuple<std::uint32_t, std::optional<std::int32_t>, NodeId>;

/// What a figure claims: places of nodes, and of both ends of edges.
struct Claims {
    std::multiset<Place> nodes;
    std::multiset<std::tuple<Place, Place, std::string>> edges;  ///< with what the label says
};

class ClaimReader {
 public:
    ClaimReader(const Figure& figure, const Texts& texts, std::int32_t last,
                const std::map<NodeId, std::uint32_t>& part_of)
        : figure_(figure), texts_(texts), reader_(last), last_(last), part_of_(part_of) {
        for (const std::string& title : texts.panels) frames_.push_back(reader_.frame(title));
        for (std::size_t i = 0; i < figure.nodes.size(); ++i) steps_.push_back(steps_at(i));
    }

    /// At which steps it claims a node to be; none: it stands outside the steps.
    const std::optional<Steps>& steps_of(std::size_t node) const { return steps_[node]; }

    Claims read() const {
        Claims claims;
        for (std::size_t i = 0; i < figure_.nodes.size(); ++i) {
            if (!steps_[i]) claims.nodes.insert(place(i, std::nullopt));
            if (steps_[i])
                for (const std::int32_t t : *steps_[i]) claims.nodes.insert(place(i, t));
        }
        for (std::size_t i = 0; i < figure_.edges.size(); ++i) read_edge(i, claims);
        return claims;
    }

 private:
    std::optional<Steps> steps_at(std::size_t node) const {
        const auto& frame = frames_[figure_.nodes[node].panel];
        if (!frame || !is_general(node)) return frame;
        const auto when = reader_.note(texts_.nodes[node]).when;
        return when ? common(*frame, *when) : *frame;
    }
    bool is_general(std::size_t node) const {
        return texts_.panels[figure_.nodes[node].panel].starts_with("for ");
    }

    Place place(std::size_t node, std::optional<std::int32_t> step) const {
        const NodeId id = figure_.nodes[node].node;
        return {part_of_.at(id), step, step ? NodeId{} : id};
    }
    /// The place of an end that is read at step t of the other one.
    Place end_at(std::size_t node, std::int32_t t) const {
        if (is_general(node)) return place(node, t);
        return place(node, steps_[node] ? std::optional(*steps_[node]->begin()) : std::nullopt);
    }

    void read_edge(std::size_t i, Claims& claims) const {
        const std::size_t from = figure_.edges[i].from, to = figure_.edges[i].to;
        if (!is_general(from) && !is_general(to)) {
            claims.edges.emplace(end_at(from, 0), end_at(to, 0), said(i, 0));
            return;
        }
        const StepReader::Note note = reader_.note(texts_.edges[i]);
        Steps steps = *steps_[is_general(to) ? to : from];
        if (note.when) steps = common(steps, *note.when);
        for (const std::int32_t t : steps)
            claims.edges.emplace(end_at(from, t + note.reach), end_at(to, t), said(i, t));
    }

    /// What the label of an edge says of step t, without its note.
    std::string said(std::size_t edge, std::int32_t t) const {
        const std::string text = to_plain(figure_.edges[edge].label);
        return at_step(reader_.without_note(text), t, last_);
    }

    const Figure& figure_;
    const Texts& texts_;
    StepReader reader_;
    std::int32_t last_;
    const std::map<NodeId, std::uint32_t>& part_of_;
    std::vector<std::optional<Steps>> frames_;  // by panel
    std::vector<std::optional<Steps>> steps_;   // by node; none: it stands outside the steps
};

/// A view of a derivative, and what is rolled for it: all of the derivative, so that views agree.
struct View {
    std::string name;
    std::vector<Expr> outputs;
    std::function<Figure(const FigureOptions&)> draw;
};

inline std::vector<View> views_of(const Derivative& derivative) {
    const std::vector<Expr> all = derivative.outputs();
    const Expr loss = derivative.loss();
    return {
        {"forward", {loss}, [=](const FigureOptions& o) { return forward(loss, o); }},
        {"backward", all, [&](const FigureOptions& o) { return backward(derivative, o); }},
        {"joint", all, [&](const FigureOptions& o) { return joint(derivative, o); }},
        {"local", all, [&](const FigureOptions& o) { return local_derivatives(derivative, o); }}};
}

inline std::map<NodeId, std::uint32_t> parts_of(const View& view) {
    const Rolled rolled = roll(view.outputs);
    std::map<NodeId, std::uint32_t> part_of;
    for (std::uint32_t part = 0; part < rolled.nodes.size(); ++part)
        for (const NodeId node : rolled.nodes[part]) part_of[node] = part;
    return part_of;
}

}  // namespace revolute::test
