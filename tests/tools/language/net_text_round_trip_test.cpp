#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rewriting/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/language/net_text.hpp>
#include <support/bindings.hpp>
#include <support/drawn_recurrence.hpp>
#include <support/nets.hpp>
#include <support/same_graph.hpp>
#include <support/sanitized.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace revolute;

namespace {

/// Rows of all that a graph and a text have names for.
std::map<std::string, int> rows_in(const Graph& graph, const NetText& text) {
    std::map<std::string, int> rows;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const std::string name(graph.name(NodeId{i}));
        if (!name.empty() && text.has_name(name)) rows[name] = graph.shape(NodeId{i}).rows;
    }
    return rows;
}

/// Makes the net of so many steps, and columns.
template <class Build>
Equations equations_of(const Build& build, int columns) {
    return general_equations(
        [&](std::int32_t steps, std::int32_t of_columns) {
            Graph graph;
            return rolled_up(build(graph, steps, of_columns));
        },
        columns);
}

std::string forward_text(const Equations& equations) {
    return to_text(equations, {.parts = {EquationPart::forward}});
}

/// The lines without the head, whose bound on N depends on how few steps were built.
std::string lines_of(const std::string& text) { return text.substr(text.find('\n')); }

std::vector<std::string> sorted_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    std::ranges::sort(lines);
    return lines;
}

/// The text that is printed of a net builds the same simplified graph, and prints itself again.
template <class Build>
void check_round_trip(const Build& build, int columns) {
    const std::string printed = forward_text(equations_of(build, columns));
    CAPTURE(printed);
    const NetText text = read_net(printed);
    Graph built_graph;
    const Derivative built = build(built_graph, 5, columns);
    const std::map<std::string, int> rows = rows_in(built_graph, text);
    const auto from_text = [&](Graph& graph, int steps, int of_columns) {
        return text.build(graph, {.steps = steps, .columns = of_columns, .rows = rows});
    };
    Graph text_graph;
    const TextNet read = from_text(text_graph, 5, columns);
    Graph built_simply, read_simply;
    const Expr loss = built.loss(), read_loss = read.loss;
    const Expr a = simplify(std::span(&loss, 1), built_simply, simplification_rules()).outputs[0];
    const Expr b =
        simplify(std::span(&read_loss, 1), read_simply, simplification_rules()).outputs[0];
    CHECK(test::first_difference(std::span(&a, 1), std::span(&b, 1), test::ValueNames::any) == "");
    const auto differentiated = [&](Graph& graph, int steps, int of_columns) {
        const TextNet net = from_text(graph, steps, of_columns);
        return differentiate(net.loss, net.variables());
    };
    const std::string again = forward_text(equations_of(differentiated, columns));
    // Where a trainable state of a batch is read at one step alone, the lines that repeat it may
    // change places with the lines between which they stand.
    if (printed.find("(T+1) trainable") == std::string::npos)
        CHECK(lines_of(again) == lines_of(printed));
    else
        CHECK(sorted_lines(lines_of(again)) == sorted_lines(lines_of(printed)));
}

/// The values of a graph's leaves, for those of the same names and steps that a text has made.
Bindings carried_over(Graph& from, const Bindings& values, const TextNet& net) {
    std::map<std::pair<std::string, std::optional<std::int32_t>>, Matrix> by_name;
    for (std::uint32_t i = 0; i < from.size(); ++i)
        if (const Matrix* value = values.find({&from, NodeId{i}})) {
            const auto step = from.step(NodeId{i});
            by_name[{std::string(from.name(NodeId{i})),
                     step ? std::optional(step->t) : std::nullopt}] = *value;
        }
    Bindings result;
    for (const auto* list : {&net.trained, &net.given, &net.targets})
        for (const NetValue& leaf : *list)
            result.bind(leaf.value, by_name.at({leaf.name, std::nullopt}));
    for (const NetSequence& input : net.inputs)
        for (const Expr& leaf : input.values)
            result.bind(leaf, by_name.at({input.name, leaf.step()->t}));
    return result;
}

/// "W: 2 x 2" for each leaf that the text reads.
std::string sizes_in(const Graph& graph, const std::string& text) {
    std::map<std::string, Shape> shapes;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const std::string name(graph.name(NodeId{i}));
        if (is_given(graph.op(NodeId{i})) && read_net(text).has_name(name))
            shapes[name] = graph.shape(NodeId{i});
    }
    std::string lines;
    for (const auto& [name, shape] : shapes)
        lines += fmt::format("{}: {} x {}\n", name, shape.rows, shape.columns);
    return lines;
}

/// A number that stands for a matrix, such as a state's, is told by its place from then on: `W 0.5`
/// is printed as `0.5 W`.
bool has_states_that_are_numbers(const Graph& graph) {
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (graph.name(NodeId{i}) == "h0" || graph.name(NodeId{i}) == "k0") return false;
    return true;
}

/// Whether the text of the drawn net has the net's loss and gradients, and is printed again.
void check_drawn(std::uint32_t seed, std::int32_t steps, Simplification simplification) {
    Graph graph;
    const Derivative derivative = test::drawn_recurrence(graph, seed, steps);
    const std::string printed = forward_text(equations(derivative, simplification));
    CAPTURE(printed);
    const NetText text = read_net(printed + sizes_in(graph, printed));
    Graph read_graph;
    const TextNet net = text.build(read_graph, {.steps = steps});
    const Bindings values = test::random_values(graph, 3),
                   read_values = carried_over(graph, values, net);
    const double loss = evaluate(derivative.loss(), values)(0, 0);
    CHECK(evaluate(net.loss, read_values)(0, 0) == doctest::Approx(loss).epsilon(1e-12));
    std::vector<Expr> variables, read_variables;
    for (const NetValue& leaf : net.trained)
        for (const Expr& variable : derivative.variables())
            if (graph.name(variable.id) == leaf.name) {
                variables.push_back(variable);
                read_variables.push_back(leaf.value);
            }
    const Derivative read = differentiate(net.loss, read_variables);
    for (std::size_t i = 0; i < variables.size(); ++i)
        CHECK(relative_difference(evaluate(read[read_variables[i]], read_values),
                                  evaluate(derivative[variables[i]], values)) < 1e-12);
    const std::string again = forward_text(equations(read, simplification));
    // Two steps alone may be written as a range, or each by itself.
    if (!has_states_that_are_numbers(graph) && steps != 2)
        CHECK(lines_of(again) == lines_of(printed));
}

}  // namespace

TEST_CASE("net texts: what derive prints of drawn nets is read as they are") {
    for (std::uint32_t seed = 0; seed < test::draws(200); ++seed)
        for (const std::int32_t steps : {1, 2, 5})
            for (const Simplification simplification : {Simplification::on, Simplification::off}) {
                CAPTURE(seed);
                CAPTURE(steps);
                CAPTURE(simplification == Simplification::on);
                check_drawn(seed, steps, simplification);
            }
}

TEST_CASE("net texts: what derive prints of every net of the library is read as that net") {
    for (Architecture architecture : test::architectures())
        for (const InitialState initial :
             {InitialState::zero, InitialState::given, InitialState::trainable})
            for (const bool answers_every_step : {false, true})
                for (const int columns : {1, 3}) {
                    architecture.initial = initial;
                    test::NetKind kind{architecture, answers_every_step, columns};
                    CAPTURE(kind.text());
                    CAPTURE(static_cast<int>(initial));
                    check_round_trip(
                        [kind](Graph& graph, int steps, int of_columns) {
                            test::NetKind of_batch = kind;
                            of_batch.batch = of_columns;
                            const RecurrentNet net = test::net_of(graph, of_batch, steps);
                            return differentiate(net.loss(), net.variables());
                        },
                        columns);
                }
}
