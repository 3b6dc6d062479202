// What a folded figure says of steps, read back from what it prints, against the figure of all steps.

#include "figure_models.hpp"
#include "graphviz_program.hpp"
#include <revolute/graph/roll.hpp>
#include <revolute/graph/simplify.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lstm.hpp>
#include <revolute/rnn/read_out.hpp>
#include <revolute/rnn/truncate.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace revolute {

namespace {

using test::architectures;
using test::StackedNet;

/// Steps from first to last, some of them left out.
using Steps = std::set<std::int32_t>;

std::string text_of(const RichText& label) {
    std::string text;
    for (const TextRun& run : label.runs) text += run.text;
    return text;
}

/// The texts of a figure: those of its model, or those of its DOT.
struct Texts {
    std::vector<std::string> nodes, edges, panels;
};

Texts texts_of(const Figure& figure) {
    Texts texts;
    for (const FigureNode& node : figure.nodes) texts.nodes.push_back(text_of(node.label));
    for (const FigureEdge& edge : figure.edges) texts.edges.push_back(text_of(edge.label));
    for (const FigurePanel& panel : figure.panels) texts.panels.push_back(text_of(panel.title));
    return texts;
}

/// Between label=< and the > that ends it, without tags; empty where there is no label.
std::string label_in(const std::string& line) {
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
Texts texts_in(const std::string& dot, const Figure& figure) {
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

Steps common(const Steps& a, const Steps& b) {
    Steps steps;
    std::ranges::set_intersection(a, b, std::inserter(steps, steps.end()));
    return steps;
}

/// A node of the figure of all steps: the family and the step that it stands at, or, where it stands at none,
/// itself.
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
        : figure_(figure), texts_(texts), reader_(last), part_of_(part_of) {
        for (const std::string& title : texts.panels) frames_.push_back(reader_.frame(title));
        for (std::size_t i = 0; i < figure.nodes.size(); ++i) steps_.push_back(steps_at(i));
    }

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
            claims.edges.emplace(end_at(from, 0), end_at(to, 0), said(i));
            return;
        }
        const StepReader::Note note = reader_.note(texts_.edges[i]);
        Steps steps = *steps_[is_general(to) ? to : from];
        if (is_general(from) && is_general(to) && note.reach == 0) {
            if (!note.when) CHECK(*steps_[from] == *steps_[to]);
            steps = common(*steps_[from], *steps_[to]);
        }
        if (note.when) steps = common(steps, *note.when);
        for (const std::int32_t t : steps)
            claims.edges.emplace(end_at(from, t + note.reach), end_at(to, t), said(i));
    }

    /// The label of an edge without its note, and without what stands below, where steps do.
    std::string said(std::size_t edge) const {
        std::string text;
        for (const TextRun& run : figure_.edges[edge].label.runs)
            if (run.script != Script::subscript) text += run.text;
        return reader_.without_note(text);
    }

    const Figure& figure_;
    const Texts& texts_;
    StepReader reader_;
    const std::map<NodeId, std::uint32_t>& part_of_;
    std::vector<std::optional<Steps>> frames_;  // by panel
    std::vector<std::optional<Steps>> steps_;   // by node; none: it stands outside the steps
};

/// A view of a derivative, and what it is a figure of.
struct View {
    std::string name;
    std::vector<Expr> outputs;
    std::function<Figure(const FigureOptions&)> draw;
};

std::vector<View> views_of(const Derivative& derivative) {
    const auto gradients = derivative.gradients();
    const Expr loss = derivative.loss();
    return {{"forward", {loss}, [=](const FigureOptions& o) { return forward(loss, o); }},
            {"backward",
             {gradients.begin(), gradients.end()},
             [&derivative](const FigureOptions& o) { return backward(derivative, o); }},
            {"joint", derivative.loss_and_gradients(),
             [&derivative](const FigureOptions& o) { return joint(derivative, o); }},
            {"local", {loss}, [&derivative](const FigureOptions& o) {
                 return local_derivatives(derivative, o);
             }}};
}

std::map<NodeId, std::uint32_t> parts_of(const View& view) {
    const Rolled rolled = roll(view.outputs);
    std::map<NodeId, std::uint32_t> part_of;
    for (std::uint32_t part = 0; part < rolled.nodes.size(); ++part)
        for (const NodeId node : rolled.nodes[part]) part_of[node] = part;
    return part_of;
}

/// Sums say over which steps they go: those of their terms.
void check_sums(const Figure& figure, const Texts& texts, const Figure& all, std::int32_t last) {
    std::map<NodeId, Steps> steps_of;
    const StepReader reader(last);
    std::vector<std::optional<Steps>> frames;
    for (const FigurePanel& panel : all.panels)
        frames.push_back(reader.frame(text_of(panel.title)));
    for (const FigureEdge& edge : all.edges)
        if (const auto& at = frames[all.nodes[edge.from].panel])
            steps_of[all.nodes[edge.to].node].insert(at->begin(), at->end());
    for (std::size_t i = 0; i < figure.nodes.size(); ++i) {
        CAPTURE(texts.nodes[i]);
        if (const auto limits = reader.limits(texts.nodes[i]))
            CHECK(*limits == steps_of[figure.nodes[i].node]);
    }
}

enum class Written : std::uint8_t { model, dot };

/// Checks all views of a net of `count` steps; whether any could be folded.
bool check_steps(const Derivative& derivative, std::int32_t count, Written written) {
    bool is_folded = false;
    for (const View& view : views_of(derivative)) {
        CAPTURE(view.name);
        Figure folded;
        try {
            folded = view.draw({.title = "", .steps = ShownSteps::folded});
        } catch (const GraphError& error) {
            CHECK(std::string(error.what()).starts_with("figure: steps that are not alike"));
            continue;
        }
        is_folded = true;
        const Figure all = view.draw({.title = ""});
        Texts texts = texts_of(folded);
        if (written == Written::dot) {
            const Texts model = texts;
            texts = texts_in(test::dot_of(folded), folded);
            REQUIRE(texts.edges.size() == model.edges.size());
            // Edges of one source that say the same and run past one label share it.
            for (std::size_t i = 0; i < texts.edges.size(); ++i)
                if (texts.edges[i].empty()) texts.edges[i] = model.edges[i];
        }
        const auto part_of = parts_of(view);
        const Claims claimed = ClaimReader(folded, texts, count - 1, part_of).read();
        const Claims right = ClaimReader(all, texts_of(all), count - 1, part_of).read();
        CHECK(claimed.nodes == right.nodes);
        CHECK(claimed.edges == right.edges);
        check_sums(folded, texts, all, count - 1);
    }
    return is_folded;
}

enum class Drawn : std::uint8_t { as_built, simplified };

void check_net(const Architecture& architecture, std::int32_t count, Drawn drawn, Written written) {
    CAPTURE(name_of(architecture.cell));
    CAPTURE(architecture.layers);
    CAPTURE(architecture.is_bidirectional);
    CAPTURE(static_cast<int>(architecture.initial));
    CAPTURE(count);
    CAPTURE(static_cast<int>(drawn));
    const StackedNet net(architecture, count);
    if (drawn == Drawn::as_built) {
        CHECK(check_steps(*net.derivative, count, written));
        return;
    }
    Graph simpler;
    const auto simplified = simplify(*net.derivative, simpler, simplification_rules());
    CHECK(check_steps(simplified.derivative, count, written));
}

}  // namespace

TEST_CASE("folded figure: the steps that it says are those of the families and of their edges") {
    for (const Architecture& architecture : architectures()) {
        check_net(architecture, 8, Drawn::as_built, Written::model);
        const bool is_small = architecture.layers == 1 && !architecture.is_bidirectional;
        for (const std::int32_t count : {9, is_small ? 20 : 8})
            check_net(architecture, count, Drawn::simplified, Written::model);
    }
}

TEST_CASE("folded figure: so are those that stand in its DOT") {
    for (const Architecture& architecture : architectures())
        check_net(architecture, 8, Drawn::simplified, Written::dot);
}

TEST_CASE("folded figure: the steps that it says are right where gradients are cut") {
    int folded = 0;
    for (const std::int32_t count : {8, 15, 16, 24})
        for (const Truncation cuts :
             {Truncation{count, 2}, {count, count - 2}, {count, 1}, {4, 4}, {4, 2}, {2, 3}}) {
            CAPTURE(count);
            CAPTURE(cuts.every);
            CAPTURE(cuts.window);
            Graph graph;
            const Lstm cell(graph, 2, 3);
            const auto x = input_sequence(graph, "x", {2, 1}, count, 0);
            const Unrolled net = truncate(
                cell, x, initial_state(graph, cell.state_tensors(), 1, InitialState::given), cuts);
            const Expr loss = sum(net.states.back()[0]).named("L");
            const Derivative derivative =
                differentiate(loss, cell.parameters(), Unreachable::zeros);
            folded += check_steps(derivative, count, Written::model) ? 1 : 0;
        }
    CHECK(folded > 4);
}

namespace {

/// Keeps m, which the last step does not hand on: dm(T-1) is a term of dm(t) at other steps.
struct Keeper {
    Expr W, U, a;

    Keeper(Graph& graph, int input, int hidden)
        : W(graph.parameter("W", {hidden, input})),
          U(graph.parameter("U", {hidden, hidden})),
          a(graph.parameter("a", {hidden, 1})) {}

    std::vector<StateTensor> state_tensors() const {
        return {{"h", U.shape().rows}, {"m", U.shape().rows}};
    }
    std::vector<Expr> parameters() const { return {W, U, a}; }
    State step(Expr x, const State& previous) const {
        const Expr input = W * x;
        const Expr k = sigmoid(scale_rows(a, previous[1]) + input).named("k");
        const Expr h = tanh(U * hadamard(k, previous[0]) + input).named("h");
        return {h, (hadamard(k, previous[1]) + hadamard(1.0 - k, square(h))).named("m")};
    }
};

}  // namespace

TEST_CASE("folded figure: what is called otherwise at one step stands beside the loop") {
    Graph graph;
    const Keeper cell(graph, 2, 3);
    const Layer layer = unidirectional(cell, input_sequence(graph, "x", {2, 1}, 8));
    Expr largest = layer.outputs[0];  // its adjoint is no dm, and is made as those are
    for (std::int32_t t = 1; t < 8; ++t) {
        const Scope at(graph, Step{0, t});
        largest = maximum(largest, layer.outputs[static_cast<std::size_t>(t)]).named("m");
    }
    for (const Expr& answered : {layer.outputs.back(), largest}) {
        const Derivative derivative =
            differentiate(read_out(std::array{answered}, 1).loss, cell.parameters());
        CHECK(check_steps(derivative, 8, Written::model));
        Graph simpler;
        const auto simple = simplify(derivative, simpler, simplification_rules());
        CHECK(check_steps(simple.derivative, 8, Written::model));
        CHECK(check_steps(simple.derivative, 8, Written::dot));
    }
}

}  // namespace revolute
