#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/program/detail/describe.hpp>
#include <revolute/graph/program/detail/machine/finite_run.hpp>
#include <revolute/graph/program/detail/machine/subnormal_mode.hpp>
#include <revolute/graph/program/detail/memory/memory_limit.hpp>
#include <revolute/graph/program/detail/passes/passes.hpp>
#include <revolute/graph/program/detail/program_state.hpp>
#include <revolute/graph/program/detail/vector_limit.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

namespace revolute {

namespace {

using Machines = std::variant<detail::Machine<double>, detail::Machine<float>>;

Machines machine_for(const CompileOptions& options, const Rolled& rolled,
                     const detail::Reads& reads, const detail::Code& code) {
    const bool is_single = options.precision == Precision::float32;
    detail::require_countable(rolled, reads, is_single ? sizeof(float) : sizeof(double));
    if (is_single)
        return Machines(std::in_place_type<detail::Machine<float>>, rolled, reads, code, options);
    return Machines(std::in_place_type<detail::Machine<double>>, rolled, reads, code, options);
}

void require_threads(const CompileOptions& options) {
    if (options.threads == 0)
        throw GraphError("compile: threads must be at least 1, that of the caller (0)");
}

}  // namespace

detail::ProgramCode::ProgramCode(Rolled rolled_graph, const CompileOptions& how,
                                 std::span<const Expr> expressions)
    : rolled(spelled_out(std::move(rolled_graph))),
      options(how),
      reads(rolled),
      sources(how.check_finite && !expressions.empty()
                  ? detail::MemberSources(*expressions.front().graph, rolled)
                  : detail::MemberSources()),
      compiled(how.check_finite ? detail::to_be_watched(rolled, reads, how.without)
                                : detail::optimized(rolled, reads, how.without)),
      graph(expressions.empty() ? nullptr : expressions.front().graph),
      outputs(ids_of(expressions)) {
    for (std::uint32_t i = 0; graph != nullptr && i < rolled.parts.size(); ++i) {
        if (reads.standing(PartId{i}) != Standing::given) continue;
        for (std::size_t place = 0; place < rolled.nodes[i].size(); ++place)
            leaves.emplace_back(rolled.nodes[i][place],
                                Member{PartId{i}, rolled.parts[i].step_of(place)});
    }
    std::ranges::sort(leaves, {}, &std::pair<NodeId, Member>::first);
}

const Member* detail::ProgramCode::find_leaf(Expr leaf) const {
    if (leaf.graph != graph) return nullptr;
    const auto found =
        std::ranges::lower_bound(leaves, leaf.id, {}, &std::pair<NodeId, Member>::first);
    return found != leaves.end() && found->first == leaf.id ? &found->second : nullptr;
}

detail::ProgramState::ProgramState(std::shared_ptr<const ProgramCode> shared)
    : code(std::move(shared)),
      machine(machine_for(code->options, code->rolled, code->reads, code->compiled)),
      is_bound(code->rolled.parts.size()) {
    for (std::uint32_t i = 0; i < is_bound.size(); ++i) {
        if (code->reads.standing(PartId{i}) != Standing::given) continue;
        is_bound[i].resize(code->rolled.parts[i].size());
        missing += is_bound[i].size();
    }
}

detail::ProgramState::ProgramState(const ProgramState& other)
    : code(other.code),
      machine(machine_for(code->options, code->rolled, code->reads, code->compiled)),
      is_bound(other.is_bound),
      missing(other.missing),
      carried(other.carried),
      has_run(other.has_run) {
    std::visit(
        [&](auto& own) {
            own.copy_values(std::get<std::remove_reference_t<decltype(own)>>(other.machine));
            for (const auto& [output, leaf] : carried) own.carry(output, leaf);
        },
        machine);
}

Program::Program(std::unique_ptr<detail::ProgramState> state) : state_(std::move(state)) {}
Program::Program(Program&& other) noexcept = default;
Program& Program::operator=(Program&& other) noexcept = default;
Program::~Program() = default;

Program Program::clone() const { return Program(std::make_unique<detail::ProgramState>(*state_)); }

/// The leaf's member; throws GraphError, in the name of `who`, unless it is one of the program.
Member Program::leaf_of(std::string_view who, Expr leaf) const {
    if (leaf.graph == nullptr)
        throw GraphError(fmt::format("{}: an empty expression cannot have a value", who));
    const detail::ProgramCode& code = *state_->code;
    const auto described = [&] { return leaf.graph->describe(leaf.id); };
    if (code.graph == nullptr)
        throw GraphError(fmt::format(
            "{}: leaves of a program that was compiled of a rolled graph are given as members\n"
            "  leaf is {}",
            who, described()));
    if (code.graph != leaf.graph)
        throw GraphError(fmt::format("{}: belongs to another graph than the program's outputs: {}",
                                     who, described()));
    if (!is_given(leaf.graph->op(leaf.id)))
        throw GraphError(
            fmt::format("{}: only inputs, parameters and initial states are given values, not {}",
                        who, described()));
    const Member* const member = code.find_leaf(leaf);
    if (member == nullptr)
        throw GraphError(
            fmt::format("{}: the program's outputs do not depend on {}", who, described()));
    return *member;
}

std::size_t Program::output_of(std::string_view who, Expr output) const {
    if (output.graph == nullptr)
        throw GraphError(fmt::format("{}: an empty expression has no value", who));
    const detail::ProgramCode& code = *state_->code;
    const auto found = std::ranges::find(code.outputs, output.id);
    if (output.graph != code.graph || found == code.outputs.end())
        throw GraphError(fmt::format("{}: not an output of the program: {}", who,
                                     output.graph->describe(output.id)));
    return static_cast<std::size_t>(found - code.outputs.begin());
}

/// The number of the output that the member is; throws GraphError unless it is one.
std::size_t Program::output_at(std::string_view who, Member output) const {
    const Rolled& rolled = state_->code->rolled;
    const auto found = std::ranges::find(rolled.outputs, output);
    if (found == rolled.outputs.end())
        throw GraphError(fmt::format("{}: not an output of the program: {}", who,
                                     detail::describe(rolled, output)));
    return static_cast<std::size_t>(found - rolled.outputs.begin());
}

/// Throws GraphError, in the name of `who`, unless it is a leaf.
void detail::ProgramState::require_leaf(std::string_view who, Member leaf) const {
    const Rolled& rolled = code->rolled;
    if (index(leaf.part) >= rolled.parts.size())
        throw GraphError(fmt::format("{}: there is no part {} ({} of them)", who, index(leaf.part),
                                     rolled.parts.size()));
    const Part& part = rolled[leaf.part];
    if (code->reads.standing(leaf.part) != Standing::given)
        throw GraphError(fmt::format(
            "{}: only inputs, parameters and initial states are given values, not part {}, {}", who,
            index(leaf.part), part.op->name));
    if (!part.has_member(leaf.t))
        throw GraphError(fmt::format("{}: part {}, {}, has no member at step {}", who,
                                     index(leaf.part), part.op->name, leaf.t));
}

/// Throws GraphError, in the name of `who`, unless there are so many outputs.
void detail::ProgramState::require_output(std::string_view who, std::size_t output) const {
    if (output >= code->rolled.outputs.size())
        throw GraphError(fmt::format("{}: there is no output {} ({} of them)", who, output,
                                     code->rolled.outputs.size()));
}

void Program::bind(Expr leaf, ConstMatrixView value) { bind(leaf_of("bind", leaf), value); }

void Program::bind(std::string_view name, std::int32_t t, ConstMatrixView value) {
    bind(state_->code->rolled.find(name, t), value);
}

void Program::bind(std::string_view name, ConstMatrixView value) {
    bind(state_->code->rolled.find(name), value);
}

void Program::bind(const Bindings& values) {
    const detail::ProgramCode& code = *state_->code;
    if (values.graph() == nullptr) return;
    if (values.graph() != code.graph)
        throw GraphError(
            code.graph == nullptr
                ? "bind: leaves of a program that was compiled of a rolled graph are "
                  "given by name, or as members"
                : "bind: the leaves belong to another graph than the program's outputs");
    for (const auto& [node, leaf] : code.leaves)
        if (const Matrix* const value = values.find(node)) bind(leaf, *value);
}

void Program::bind(Member leaf, ConstMatrixView value) {
    detail::ProgramState& state = *state_;
    state.require_leaf("bind", leaf);
    const Part& part = state.code->rolled[leaf.part];
    if (value.shape() != part.shape)
        throw ShapeError(
            fmt::format("bind: the value's shape {} must be that of the leaf\n  leaf is {}",
                        to_string(value.shape()), detail::describe(state.code->rolled, leaf)));
    std::visit([&](auto& machine) { machine.write(leaf, value.data); }, state.machine);
    state.note_value(leaf);
}

template <class Number>
void Program::refer_to(Member leaf, const Number* value) {
    detail::ProgramState& state = *state_;
    state.require_leaf("refer", leaf);
    if (value == nullptr)
        throw GraphError(fmt::format("refer: there must be a value, not null\n  leaf is {}",
                                     detail::describe(state.code->rolled, leaf)));
    if (state.is_carried(leaf))
        throw GraphError(fmt::format("refer: the leaf takes the value of an output\n  leaf is {}",
                                     detail::describe(state.code->rolled, leaf)));
    std::visit([&](auto& machine) { machine.refer(leaf, value); }, state.machine);
    state.note_value(leaf);
}

void Program::refer(Expr leaf, const double* value) { refer(leaf_of("refer", leaf), value); }
void Program::refer(Expr leaf, const float* value) { refer(leaf_of("refer", leaf), value); }
void Program::refer(Member leaf, const double* value) { refer_to(leaf, value); }
void Program::refer(Member leaf, const float* value) { refer_to(leaf, value); }

bool Program::reads_in_place(Expr leaf) const {
    return reads_in_place(leaf_of("reads_in_place", leaf));
}

bool Program::reads_in_place(Member leaf) const {
    state_->require_leaf("reads_in_place", leaf);
    return std::visit([&](auto& machine) { return machine.reads_in_place(leaf); }, state_->machine);
}

bool Program::needs(Expr leaf) const { return state_->code->find_leaf(leaf) != nullptr; }

void Program::carry(Expr output, Expr leaf) {
    carry(output_of("carry", output), leaf_of("carry", leaf));
}

void Program::carry(std::size_t output, Member leaf) {
    detail::ProgramState& state = *state_;
    state.require_output("carry", output);
    state.require_leaf("carry", leaf);
    const Rolled& rolled = state.code->rolled;
    const Member from = rolled.outputs[output];
    if (rolled[from.part].shape != rolled[leaf.part].shape)
        throw ShapeError(
            fmt::format("carry: the output's shape must be that of the leaf\n  output is {}\n"
                        "  leaf is {}",
                        detail::describe(rolled, from), detail::describe(rolled, leaf)));
    if (state.is_carried(leaf))
        throw GraphError(
            fmt::format("carry: the leaf already takes the value of an output\n"
                        "  leaf is {}",
                        detail::describe(rolled, leaf)));
    if (std::visit([&](const auto& machine) { return machine.refers(leaf); }, state.machine))
        throw GraphError(
            fmt::format("carry: the leaf refers to a value that the user keeps\n"
                        "  leaf is {}",
                        detail::describe(rolled, leaf)));
    std::visit([&](auto& machine) { machine.carry(output, leaf); }, state.machine);
    state.carried.emplace_back(output, leaf);
}

void detail::ProgramState::note_value(Member leaf) {
    std::vector<bool>& members = is_bound[index(leaf.part)];
    const std::size_t place = code->rolled[leaf.part].place_of(leaf.t);
    if (!members[place]) --missing;
    members[place] = true;
}

bool detail::ProgramState::is_carried(Member leaf) const {
    return std::ranges::find(carried, leaf, &std::pair<std::size_t, Member>::second) !=
           carried.end();
}

/// Throws EvaluationError unless every leaf has a value.
void detail::ProgramState::require_values() const {
    if (missing == 0) return;
    for (std::uint32_t i = 0; i < is_bound.size(); ++i) {
        const auto hole = std::ranges::find(is_bound[i], false);
        if (hole == is_bound[i].end()) continue;
        const auto place = static_cast<std::size_t>(hole - is_bound[i].begin());
        const Member first{PartId{i}, code->rolled.parts[i].step_of(place)};
        throw EvaluationError(
            fmt::format("run: every leaf must have a value ({} have none)\n  the first is {}",
                        missing, detail::describe(code->rolled, first)));
    }
}

void Program::run() {
    detail::ProgramState& state = *state_;
    const detail::ProgramCode& code = *state.code;
    state.require_values();
    state.has_run = false;
    const detail::SubnormalMode mode(code.options.subnormals == Subnormals::flush);
    std::visit(
        [&](auto& machine) {
            machine.read_leaves();
            if (code.options.check_finite)
                detail::run_finite(machine, code.rolled, code.sources, code.reads,
                                   code.compiled.loops);
            else
                machine.run();
            machine.carry_over();
        },
        state.machine);
    state.has_run = true;
}

ConstMatrixView Program::value(std::size_t output) {
    detail::ProgramState& state = *state_;
    state.require_output("value", output);
    if (!state.has_run)
        throw EvaluationError("value: the program must have run, and finished, before");
    return std::visit([&](auto& machine) { return machine.output(output); }, state.machine);
}

ConstMatrixView Program::value(Expr output) { return value(output_of("value", output)); }

ConstMatrixView Program::value(std::string_view name, std::int32_t t) {
    return value(output_at("value", state_->code->rolled.find(name, t)));
}

ConstMatrixView Program::value(std::string_view name) {
    return value(output_at("value", state_->code->rolled.find(name)));
}

double Program::scalar(std::size_t output) {
    const ConstMatrixView x = value(output);
    if (!x.shape().is_scalar())
        throw ShapeError(fmt::format(
            "scalar: the output must be 1 x 1\n  output is {}",
            detail::describe(state_->code->rolled, state_->code->rolled.outputs[output])));
    return x(0, 0);
}

double Program::scalar(Expr output) { return scalar(output_of("scalar", output)); }

std::size_t Program::threads() const {
    return std::visit([](const auto& machine) { return machine.lanes(); }, state_->machine);
}

Precision Program::precision() const { return state_->code->options.precision; }

std::size_t Program::bytes() const {
    return std::visit([](const auto& machine) { return machine.bytes(); }, state_->machine);
}

Program compile(std::span<const Expr> outputs, const CompileOptions& options) {
    require_threads(options);
    detail::limit_vectors();
    auto code = std::make_shared<const detail::ProgramCode>(roll(outputs), options, outputs);
    return Program(std::make_unique<detail::ProgramState>(std::move(code)));
}

Program compile(const Rolled& rolled, const CompileOptions& options) {
    require_threads(options);
    detail::limit_vectors();
    auto code =
        std::make_shared<const detail::ProgramCode>(rolled, options, std::span<const Expr>{});
    return Program(std::make_unique<detail::ProgramState>(std::move(code)));
}

}  // namespace revolute
