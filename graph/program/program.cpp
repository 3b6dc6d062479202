#include <revolute/graph/error.hpp>
#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/passes.hpp>
#include <revolute/graph/program/detail/program_state.hpp>
#include <revolute/graph/roll.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

using detail::Standing;

namespace {

using Machines = std::variant<detail::Machine<double>, detail::Machine<float>>;

Machines machine_for(Precision precision, const Rolled& rolled, const detail::Reads& reads,
                     const detail::Code& code) {
    detail::use_one_blas_thread();
    if (precision == Precision::float32)
        return Machines(std::in_place_type<detail::Machine<float>>, rolled, reads, code);
    return Machines(std::in_place_type<detail::Machine<double>>, rolled, reads, code);
}

}  // namespace

Program::State::State(Rolled rolled_graph, const CompileOptions& how)
    : rolled(std::move(rolled_graph)),
      options(how),
      reads(rolled),
      code(detail::optimized(rolled, reads)),
      machine(machine_for(how.precision, rolled, reads, code)),
      is_bound(rolled.parts.size()) {
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        if (reads.standing(PartId{i}) != Standing::given) continue;
        is_bound[i].resize(rolled.parts[i].size());
        missing += is_bound[i].size();
    }
}

void Program::State::know(std::span<const Expr> expressions) {
    graph = expressions.front().graph;
    outputs = ids_of(expressions);
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        for (std::size_t place = 0; place < is_bound[i].size(); ++place)
            leaves.emplace_back(rolled.nodes[i][place],
                                Member{PartId{i}, rolled.parts[i].step_of(place)});
    std::ranges::sort(leaves, {}, &std::pair<NodeId, Member>::first);
}

const Member* Program::State::find_leaf(Expr leaf) const {
    if (leaf.graph != graph) return nullptr;
    const auto found =
        std::ranges::lower_bound(leaves, leaf.id, {}, &std::pair<NodeId, Member>::first);
    return found != leaves.end() && found->first == leaf.id ? &found->second : nullptr;
}

Program::Program(std::unique_ptr<State> state) : state_(std::move(state)) {}
Program::Program(Program&& other) noexcept = default;
Program& Program::operator=(Program&& other) noexcept = default;
Program::~Program() = default;

void Program::bind(Expr leaf, ConstMatrixView value) {
    if (leaf.graph == nullptr) throw GraphError("bind: an empty expression cannot have a value");
    const std::string who = leaf.graph->describe(leaf.id);
    if (state_->graph == nullptr)
        throw GraphError(fmt::format(
            "bind: leaves of a program that was compiled of a rolled graph are bound as members\n"
            "  leaf is {}",
            who));
    if (state_->graph != leaf.graph)
        throw GraphError(
            fmt::format("bind: belongs to another graph than the program's outputs: {}", who));
    if (!is_given(leaf.graph->op(leaf.id)))
        throw GraphError(fmt::format(
            "bind: only inputs, parameters and initial states are given values, not {}", who));
    const Member* const member = state_->find_leaf(leaf);
    if (member == nullptr)
        throw GraphError(fmt::format("bind: the program's outputs do not depend on {}", who));
    bind(*member, value);
}

void Program::bind(Member leaf, ConstMatrixView value) {
    State& state = *state_;
    if (index(leaf.part) >= state.rolled.parts.size())
        throw GraphError(fmt::format("bind: there is no part {} ({} of them)", index(leaf.part),
                                     state.rolled.parts.size()));
    const Part& part = state.rolled[leaf.part];
    if (state.reads.standing(leaf.part) != Standing::given)
        throw GraphError(fmt::format(
            "bind: only inputs, parameters and initial states are given values, not part {}, {}",
            index(leaf.part), part.op->name));
    if (!part.has_member(leaf.t))
        throw GraphError(fmt::format("bind: part {}, {}, has no member at step {}",
                                     index(leaf.part), part.op->name, leaf.t));
    if (value.shape() != part.shape)
        throw ShapeError(
            fmt::format("bind: the value's shape {} must be that of the leaf\n  leaf is {}",
                        to_string(value.shape()), detail::describe(state.rolled, leaf)));
    std::visit([&](auto& machine) { machine.write(leaf, value); }, state.machine);
    std::vector<bool>& is_bound = state.is_bound[index(leaf.part)];
    const std::size_t place = part.place_of(leaf.t);
    if (!is_bound[place]) --state.missing;
    is_bound[place] = true;
}

bool Program::needs(Expr leaf) const { return state_->find_leaf(leaf) != nullptr; }

void Program::run() {
    State& state = *state_;
    if (state.missing > 0) {
        for (std::uint32_t i = 0; i < state.is_bound.size(); ++i) {
            const auto hole = std::ranges::find(state.is_bound[i], false);
            if (hole == state.is_bound[i].end()) continue;
            const auto place = static_cast<std::size_t>(hole - state.is_bound[i].begin());
            throw EvaluationError(fmt::format(
                "run: every leaf must have a value ({} have none)\n  the first is {}",
                state.missing,
                detail::describe(state.rolled, {PartId{i}, state.rolled.parts[i].step_of(place)})));
        }
    }
    state.has_run = false;
    std::visit([](auto& machine) { machine.run(); }, state.machine);
    state.has_run = true;
}

ConstMatrixView Program::value(std::size_t output) {
    State& state = *state_;
    if (output >= state.rolled.outputs.size())
        throw GraphError(fmt::format("value: there is no output {} ({} of them)", output,
                                     state.rolled.outputs.size()));
    if (!state.has_run)
        throw EvaluationError("value: the program must have run, and finished, before");
    return std::visit([&](auto& machine) { return machine.output(output); }, state.machine);
}

ConstMatrixView Program::value(Expr output) {
    if (output.graph == nullptr) throw GraphError("value: an empty expression has no value");
    const auto found = std::ranges::find(state_->outputs, output.id);
    if (output.graph != state_->graph || found == state_->outputs.end())
        throw GraphError(fmt::format("value: not an output of the program: {}",
                                     output.graph->describe(output.id)));
    return value(static_cast<std::size_t>(found - state_->outputs.begin()));
}

Precision Program::precision() const { return state_->options.precision; }

std::size_t Program::bytes() const {
    return std::visit([](const auto& machine) { return machine.bytes(); }, state_->machine);
}

Program compile(std::span<const Expr> outputs, const CompileOptions& options) {
    Rolled rolled = roll(outputs);
    auto state = std::make_unique<Program::State>(std::move(rolled), options);
    state->know(outputs);
    return Program(std::move(state));
}

Program compile(const Rolled& rolled, const CompileOptions& options) {
    return Program(std::make_unique<Program::State>(rolled, options));
}

}  // namespace revolute
