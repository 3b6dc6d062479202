#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <support/program_check.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <ostream>

namespace revolute::test {

namespace {

std::vector<Expr> given_leaves(std::span<const Expr> outputs) {
    Graph& graph = common_graph("given_leaves", outputs);
    const std::vector<bool> needed = ancestors(graph, ids_of(outputs));
    std::vector<Expr> leaves;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (needed[i] && is_given(graph.op(NodeId{i}))) leaves.push_back(graph.at(NodeId{i}));
    return leaves;
}

/// Runs the program and copies what it gives.
std::vector<Matrix> run(Program& program, std::size_t outputs) {
    program.run();
    std::vector<Matrix> results;
    for (std::size_t i = 0; i < outputs; ++i) {
        const ConstMatrixView value = program.value(i);
        const auto entries = value.values();
        results.emplace_back(value.rows, value.columns,
                             std::vector<double>(entries.begin(), entries.end()));
    }
    return results;
}

std::vector<Matrix> run_with(Program& program, const MemberValues& values, std::size_t outputs) {
    for (const auto& [leaf, value] : values) program.bind(leaf, *value);
    return run(program, outputs);
}

std::vector<Matrix> evaluated_with(std::span<const Expr> outputs, const LeafValues& values) {
    Bindings bindings;
    for (const auto& [leaf, value] : values) bindings.bind(leaf, value);
    return evaluate(outputs, bindings);
}

constexpr std::array pass_names{"sink", "begin",   "gather", "merge",  "fuse",
                                "keep", "combine", "pack",   "replace"};

std::string text_of(const CompileOptions& options) {
    if (options.subnormals == Subnormals::keep) return "keeping subnormals";
    if (options.check_finite) return "watched";
    if (!options.without) return "with all passes";
    return fmt::format("without {}", pass_names.at(static_cast<std::size_t>(*options.without)));
}

/// Whether the program may sum in another order than with all passes, as what is sunk into a loop
/// is not added before it, or may have other numbers where they are subnormal.
bool may_change_bits(const CompileOptions& options) {
    return options.without == Pass::sink || options.without == Pass::begin ||
           options.without == Pass::gather || options.without == Pass::merge ||
           options.without == Pass::pack || options.subnormals == Subnormals::keep;
}

/// Programs make zero of numbers below 1.2e-38 in float, 2.2e-308 in double: of gradients that
/// vanish over many steps, what is smaller by all digits than other terms of a sum is exact only
/// where the sum is above this.
double smallest_exact(Precision precision) {
    return precision == Precision::float32 ? 1e-30 : 1e-292;
}

/// Relative to the largest entry of each matrix, or to `smallest`.
double difference(std::span<const Matrix> found, std::span<const Matrix> expected,
                  double smallest) {
    double worst = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        double largest = 0;
        for (const double entry : expected[i].values()) largest = larger(largest, std::abs(entry));
        const double share = largest < smallest ? largest / smallest : 1;
        worst = larger(worst, share * relative_difference(found[i], expected[i]));
    }
    return worst;
}

}  // namespace

LeafValues random_leaf_values(std::span<const Expr> outputs, Random& random) {
    LeafValues values;
    for (const Expr& leaf : given_leaves(outputs))
        values.emplace_back(leaf, random.matrix(leaf.shape()));
    return values;
}

LeafValues bound_leaf_values(std::span<const Expr> outputs, const Bindings& bindings) {
    LeafValues values;
    for (const Expr& leaf : given_leaves(outputs)) values.emplace_back(leaf, *bindings.find(leaf));
    return values;
}

std::vector<Matrix> computed_by_program(std::span<const Expr> outputs, const Bindings& values,
                                        Precision precision) {
    Program program = compile(outputs, {.precision = precision, .subnormals = Subnormals::keep});
    for (const auto& [leaf, value] : bound_leaf_values(outputs, values)) program.bind(leaf, value);
    return run(program, outputs.size());
}

MemberValues by_member(const Rolled& rolled, const LeafValues& values) {
    MemberValues found;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        if (!is_given(*rolled.parts[i].op)) continue;
        for (std::size_t place = 0; place < rolled.parts[i].size(); ++place) {
            const auto value = std::ranges::lower_bound(
                values, rolled.nodes[i][place], {},
                [](const auto& leaf_and_value) { return leaf_and_value.first.id; });
            found.emplace_back(Member{PartId{i}, rolled.parts[i].step_of(place)}, &value->second);
        }
    }
    return found;
}

LeafValues of_copies(const LeafValues& values, std::span<const Expr> outputs) {
    const std::vector<Expr> leaves = given_leaves(outputs);
    LeafValues copies;
    for (std::size_t i = 0; i < leaves.size(); ++i)
        copies.emplace_back(leaves[i], values[i].second);
    return copies;
}

std::string not_described(const Graph& graph, const NonFiniteError& error) {
    std::vector<std::string> all{"node is " + graph.describe(error.node())};
    for (std::uint32_t slot = 0; slot < error.operands().size(); ++slot)
        all.push_back(fmt::format("operand {} is {}", slot,
                                  graph.describe(graph.operand(error.node(), slot))));
    const std::string_view text = error.what();
    for (const std::string& some : all)
        if (text.find(fmt::format("\n  {}, ", some)) == std::string_view::npos) return some;
    return "";
}

LeafValues changed(LeafValues values) {
    for (auto& [leaf, value] : values)
        for (double& entry : value.values())
            if (entry != std::round(entry)) entry = 0.75 * entry + 0.0625;
    return values;
}

std::vector<CompileOptions> ways_to_compile(Precision precision) {
    std::vector<CompileOptions> ways{{.precision = precision},
                                     {.precision = precision, .check_finite = true},
                                     {.precision = precision, .subnormals = Subnormals::keep}};
    for (const Pass pass : {Pass::sink, Pass::begin, Pass::gather, Pass::merge, Pass::fuse,
                            Pass::keep, Pass::combine, Pass::pack, Pass::replace})
        ways.push_back({.precision = precision, .without = pass});
    return ways;
}

std::ostream& operator<<(std::ostream& out, const ProgramDifference& found) {
    return out << found.largest << " " << found.way;
}

ProgramDifference program_difference(std::span<const Expr> outputs, const LeafValues& values,
                                     Precision precision) {
    constexpr double never = std::numeric_limits<double>::infinity();
    const double smallest = smallest_exact(precision);
    const Rolled rolled = roll(outputs);
    const LeafValues others = changed(values);
    const MemberValues first = by_member(rolled, values), second = by_member(rolled, others);
    const std::vector<Matrix> first_expected = evaluated_with(outputs, values);
    const std::vector<Matrix> second_expected = evaluated_with(outputs, others);
    ProgramDifference worst;
    std::vector<Matrix> plain;  // of the first way, with all passes
    for (const CompileOptions& options : ways_to_compile(precision)) {
        Program program = compile(rolled, options);
        const std::vector<Matrix> found = run_with(program, first, outputs.size());
        const std::vector<Matrix> then = run_with(program, second, outputs.size());
        if (plain.empty()) plain = found;
        if (run_with(program, first, outputs.size()) != found)
            return {never, text_of(options) + ", other bits when it is run again"};
        if (!may_change_bits(options) && found != plain)
            return {never, text_of(options) + ", other bits than with all passes"};
        const double difference_found = larger(difference(found, first_expected, smallest),
                                               difference(then, second_expected, smallest));
        if (!(difference_found <= worst.largest)) worst = {difference_found, text_of(options)};
    }
    return worst;
}

}  // namespace revolute::test
