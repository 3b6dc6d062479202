// Steps, names and source lines: what a graph knows of a node beside its mathematics.

#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace revolute {

std::string axis_name(std::int32_t axis) {
    static constexpr std::string_view letters = "tsrq";
    if (axis >= 0 && static_cast<std::size_t>(axis) < letters.size())
        return std::string(1, letters[static_cast<std::size_t>(axis)]);
    return fmt::format("t{}", axis);
}

std::string to_string(Step step) { return fmt::format("{} = {}", axis_name(step.axis), step.t); }

std::string subscript(Step step) {
    return step.axis == 0 ? fmt::format("[{}]", step.t)
                          : fmt::format("[{}={}]", axis_name(step.axis), step.t);
}

std::string to_string(SourceLine line) {
    const std::string_view file = line.file;
    const std::size_t slash = file.find_last_of("/\\");
    return fmt::format("{}:{}", slash == std::string_view::npos ? file : file.substr(slash + 1),
                       line.line);
}

std::optional<Step> Graph::open_step() const {
    if (context_.step == none || context_.step == stepless) return std::nullopt;
    return steps_[context_.step];
}

std::string Graph::open_origin() const { return origin_text(context_.source); }

std::uint32_t Graph::append_step(Step step) {
    if (steps_.size() == 2 || steps_.back() != step) steps_.push_back(step);
    return static_cast<std::uint32_t>(steps_.size() - 1);
}

bool Graph::depend_on_time(std::span<const NodeId> operands) const {
    return std::ranges::any_of(operands, [&](NodeId id) { return depends_on_time(id); });
}

/// Whether all operands that depend on time have that step, and there is one.
bool Graph::reads_only(std::uint32_t step, std::span<const NodeId> operands) const {
    return depend_on_time(operands) && std::ranges::all_of(operands, [&](NodeId id) {
               const Step* const at = find_step(id);
               return !depends_on_time(id) || (at != nullptr && *at == steps_[step]);
           });
}

// A node has the open scope's step; but a transpose or reshape has its operand's: else it would
// have that of whoever asked for it first, and U' is asked for from the last step to the first.
std::uint32_t Graph::step_for(const Op& op, std::span<const NodeId> operands) const {
    if (operands.empty()) return none;
    if (op.role == Role::transpose || op.role == Role::reshape)
        return nodes_[index(operands.front())].step;
    if (context_.called_at > stepless && reads_only(context_.called_at, operands))
        return context_.called_at;
    if (context_.step > stepless) return context_.step;
    return depend_on_time(operands) ? stepless : none;
}

// 1 - w is made at every step of a loop, w x(-1) at one step of a recurrence, and V' dy at the last
// step may be what all steps are handed, or the last alone. Only the second request tells them
// apart: what reads no step of the node's axis is the same at all of them, and belongs to the one
// step of other axes that it reads, or to none.
void Graph::ask_again(NodeId id, std::span<const NodeId> operands) {
    const Step* const at = find_step(id);
    if (at == nullptr || context_.step <= stepless || *at == steps_[context_.step]) return;
    std::uint32_t read = none;
    for (const NodeId operand : operands) {
        const std::uint32_t step = nodes_[index(operand)].step;
        if (step > stepless && steps_[step].axis == at->axis) return;
        if (step == none) continue;
        const bool is_same =
            read == none || (std::min(read, step) > stepless && steps_[read] == steps_[step]);
        read = is_same ? step : stepless;
    }
    nodes_[index(id)].step = read;
}

std::uint32_t Graph::intern_string(std::string_view text) {
    return string_index_.find_or_append(
        std::hash<std::string_view>{}(text), [&](std::uint32_t i) { return strings_[i] == text; },
        [&] {
            strings_.emplace_back(text);
            return static_cast<std::uint32_t>(strings_.size() - 1);
        });
}

std::uint32_t Graph::intern_source(Source source) {
    return source_index_.find_or_append(
        mix_hash(mix_hash(0, source.file), source.line),
        [&](std::uint32_t i) { return sources_[i] == source; },
        [&] {
            sources_.push_back(source);
            return static_cast<std::uint32_t>(sources_.size() - 1);
        });
}

std::uint32_t Graph::intern_source(SourceLine line) {
    if (context_.source != none) return context_.source;
    if (line.line == 0) return none;
    // A line in a loop comes again and again; equal pointers spare the look-up of the file's name.
    if (line.file != last_line_.file || line.line != last_line_.line) {
        last_source_ =
            intern_source(Source{intern_string(line.file), static_cast<std::uint32_t>(line.line)});
        last_line_ = line;
    }
    return last_source_;
}

void Graph::set_name(NodeId id, std::string_view name) { set_name(id, name, context_.step); }

void Graph::set_name(NodeId id, std::string_view name, std::uint32_t step) {
    if (&op(id) == &constant_op)
        throw GraphError(
            fmt::format("name: a constant has no name ({} was given to {})", name, describe(id)));
    if (name.empty())
        throw GraphError(fmt::format("name: must not be empty, for {}", describe(id)));
    const std::uint32_t number = intern_string(name);
    std::uint32_t& own_step = nodes_[index(id)].step;
    if (own_step <= stepless || step <= stepless || steps_[own_step] == steps_[step]) step = none;
    if (own_step > stepless) {
        if (names_steps_.size() <= number) names_steps_.resize(std::size_t{number} + 1);
        names_steps_[number] = true;
    }
    if (names_.size() <= index(id)) names_.resize(std::size_t{index(id)} + 1, none);
    std::uint32_t& first = names_[index(id)];
    if (first == none) {
        first = number;
        if (step != none) own_step = step;
    }
    if (first == number) return;
    std::vector<NumberedAlias>& others = aliases_[id];
    if (std::ranges::find(others, number, &NumberedAlias::name) == others.end())
        others.push_back({number, step});
}

bool Graph::is_made_by_adjoint(NodeId id) const {
    const std::uint32_t source = nodes_[index(id)].source;
    return source != none && sources_[source].file == adjoint_mark;
}

void Graph::note_steps_of_source(std::int32_t axis, Interval steps) {
    Interval& noted = source_steps_.try_emplace(axis, steps).first->second;
    noted = {std::min(noted.low, steps.low), std::max(noted.high, steps.high)};
}

bool Graph::is_name_of_steps(std::string_view name) const {
    const std::uint32_t number = string_index_.find(
        std::hash<std::string_view>{}(name), [&](std::uint32_t i) { return strings_[i] == name; });
    return number < names_steps_.size() && names_steps_[number];
}

std::string_view Graph::name(NodeId id) const {
    return index(id) < names_.size() ? strings_[names_[index(id)]] : std::string_view{};
}

std::vector<Graph::Alias> Graph::aliases(NodeId id) const {
    std::vector<Alias> result;
    if (const auto found = aliases_.find(id); found != aliases_.end())
        for (const auto& [name, at] : found->second)
            result.push_back({strings_[name], at == none ? step(id) : std::optional(steps_[at])});
    return result;
}

std::string Graph::label(NodeId id) const {
    std::string text(name(id));
    if (const auto at = step(id); at && !text.empty()) text += subscript(*at);
    return text;
}

std::string Graph::origin(NodeId id) const {
    const std::uint32_t number = nodes_[index(id)].source;
    return number == none ? "made by a pass" : fmt::format("made {}", origin_text(number));
}

std::string Graph::origin_text(std::uint32_t number) const {
    if (number == none) return {};
    const Source source = sources_[number];
    if (source.file != adjoint_mark)
        return fmt::format(
            "at {}", to_string({strings_[source.file].c_str(), static_cast<int>(source.line)}));
    const NodeId node{source.line};
    const std::string name = label(node);
    return fmt::format("by the adjoint of {}", name.empty() ? describe(node) : name);
}

std::string Graph::describe(NodeId id) const {
    std::string text = label(id);
    if (text.empty()) {
        text = &op(id) == &constant_op ? fmt::format("{}", attributes(id)[0])
                                       : fmt::format("unnamed {}", op(id).name);
        if (const auto at = step(id)) text += fmt::format(" at {}", to_string(*at));
    }
    return fmt::format("{} {}, {}", text, to_string(shape(id)), origin(id));
}

Scope::Scope(Graph& graph, Step step) : graph_(graph), outer_(graph.context_) {
    graph.context_.step = graph.append_step(step);
    graph.context_.called_at = Graph::none;
}

Scope::Scope(Graph& graph, SourceLine line) : graph_(graph), outer_(graph.context_) {
    graph.context_.source = graph.intern_source(line);
}

Scope::Scope(Expr node) : graph_(*node.graph), outer_(graph_.context_) {
    graph_.context_.step = graph_.nodes_[index(node.id)].step;
}

Scope::Scope(Expr node, Derived) : Scope(node) {
    if (outer_.step > Graph::stepless) graph_.context_.called_at = outer_.step;
}

Scope::Scope(Expr node, AdjointSource) : Scope(node, Derived{}) {
    // A pass opens one such scope a node, so these sources are not looked up, only appended.
    const Graph::Source source{Graph::adjoint_mark, index(node.id)};
    if (graph_.sources_.back() != source) graph_.sources_.push_back(source);
    graph_.context_.source = static_cast<std::uint32_t>(graph_.sources_.size() - 1);
}

namespace {

Graph& graph_of(Expr x, std::string_view what) {
    if (x.graph == nullptr) throw GraphError(fmt::format("{}: an empty expression has none", what));
    return *x.graph;
}

}  // namespace

Shape Expr::shape() const { return graph_of(*this, "shape").shape(id); }

std::optional<Step> Expr::step() const { return graph_of(*this, "step").step(id); }

std::ostream& operator<<(std::ostream& out, Expr x) {
    if (x.graph == nullptr) return out << "no expression";
    const std::string label = x.label();
    return out << (label.empty() ? std::string(x.graph->op(x.id).name) : label) << ' ' << x.shape();
}

std::string Expr::label() const { return graph_of(*this, "label").label(id); }

Expr Expr::named(std::string_view name) const {
    if (graph == nullptr)
        throw GraphError(fmt::format("name: an empty expression cannot be named {}", name));
    graph->set_name(id, name);
    return *this;
}

}  // namespace revolute
