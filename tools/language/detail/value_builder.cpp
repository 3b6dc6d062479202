#include <revolute/graph/leaf.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/tools/language/detail/line_groups.hpp>
#include <revolute/tools/language/detail/value_builder.hpp>
#include <revolute/tools/support/detail/plural.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace revolute::detail {

namespace {

/// Whether where a line holds depends on how many steps there are.
bool counts_from_last(const WrittenEquation& line) {
    const auto is_last = [](const WrittenStep& step) {
        return step.from == WrittenStep::From::last;
    };
    if (line.steps) return is_last(line.steps->first) || is_last(line.steps->last);
    return line.step && is_last(*line.step);
}

/// Whether the text says that the value is given or trainable there.
bool is_leaf(const NetName& name, std::int32_t t, const NumberContext& context) {
    return std::ranges::any_of(name.leaves, [&](const WrittenLeaf& leaf) {
        return leaf.step && value_of(*leaf.step, name.axis, context) == t;
    });
}

}  // namespace

ValueBuilder::ValueBuilder(const NetParts& net, const NetShapes& shapes, const StepsByAxis& steps,
                           int columns, Graph& graph)
    : net_(net),
      shapes_(shapes),
      steps_(steps),
      columns_(columns),
      graph_(graph),
      terms_(net.source, graph, [this](const WrittenTerm& name, const NumberContext& context) {
          return read(name, context);
      }) {
    find_lines();
}

void ValueBuilder::put(NetMember member, Expr value) { values_[member] = value; }

void ValueBuilder::put_repeated(NetMember member, Expr one_column) {
    values_[member] = one_column;
    repeated_.insert(member);
}

TermValue ValueBuilder::value(const WrittenTerm& term, NumberContext& context) {
    std::vector<NetMember> open;
    need(term, context, open);
    for (const NetMember member : open) make(member);
    return terms_.value(term, context);
}

std::string ValueBuilder::in_words(NetMember member) const {
    const NetName& name = net_.names[member.name];
    return name.has_steps ? fmt::format("{}({})", name.name, member.t) : name.name;
}

/// Notes at which steps a line defines its value: those that it says, or all but those that have a
/// line of their own, or at which the value is a leaf.
void ValueBuilder::find_lines() {
    const NumberContext context{steps_, columns_};
    const std::vector<WrittenEquation>& equations = net_.syntax.equations;
    const auto is_for_the_rest = [](const WrittenEquation& line) {
        return line.step && line.step->is_variable() && !line.steps;
    };
    for (std::size_t i = 0; i < equations.size(); ++i) {
        const WrittenEquation& line = equations[i];
        if (is_for_the_rest(line)) continue;
        if (line.steps)
            for_each_step(*line.steps, context, [&](std::int32_t t) { add_line(i, t); });
        else
            add_line(i, line.step ? value_of(*line.step, 0, context) : 0);
    }
    for (std::size_t i = 0; i < equations.size(); ++i) {
        if (!is_for_the_rest(equations[i])) continue;
        const std::size_t name = net_.names.number(equations[i].name);
        const auto [low, high] = steps_.at(net_.names[name].axis);
        for (std::int32_t t = low; t <= high; ++t) {
            if (is_leaf(net_.names[name], t, context)) continue;
            const auto other = lines_.find({name, t});
            if (other == lines_.end() || is_for_the_rest(equations[other->second])) add_line(i, t);
        }
    }
}

void ValueBuilder::add_line(std::size_t line, std::int32_t t) {
    const WrittenEquation& equation = net_.syntax.equations[line];
    const NetMember member{net_.names.number(equation.name), t};
    const auto [found, is_new] = lines_.try_emplace(member, line);
    if (is_new) return;
    const WrittenEquation& other = net_.syntax.equations[found->second];
    const std::int32_t axis = net_.names[member.name].axis;
    const bool may_be_apart = counts_from_last(equation) != counts_from_last(other);
    net_.source.fail(
        equation.left_place,
        fmt::format(
            "{} is defined twice{}, here and in line {}{}", in_words(member),
            may_be_apart ? fmt::format(" in {}", plural(steps_.at(axis).size(), "step")) : "",
            other.left_place.line,
            may_be_apart ? "; with more steps the two lines may be apart" : ""));
}

/// Recurrence by recurrence, at each step in the order of the text.
void ValueBuilder::make_all() {
    std::vector<std::vector<std::int32_t>> steps_of(net_.syntax.equations.size());
    for (const auto& [member, line] : lines_) steps_of[line].push_back(member.t);
    for (const LineGroup& group : line_groups(net_.syntax, net_.names)) {
        std::map<std::int32_t, std::vector<std::size_t>> lines_at;
        for (const std::size_t line : group.lines)
            for (const std::int32_t t : steps_of[line]) lines_at[t].push_back(line);
        const auto make_at = [&](const auto& at) {
            for (const std::size_t line : at.second)
                make({net_.names.number(net_.syntax.equations[line].name), at.first});
        };
        if (group.is_descending)
            std::for_each(lines_at.rbegin(), lines_at.rend(), make_at);
        else
            std::for_each(lines_at.begin(), lines_at.end(), make_at);
    }
}

/// What the numbers of a member's line depend on.
NumberContext ValueBuilder::context_of(NetMember member) const {
    NumberContext context{steps_, columns_};
    const NetName& name = net_.names[member.name];
    if (name.has_steps) context.now[name.axis] = member.t;
    return context;
}

/// Makes the value and all that it needs, with a stack of its own: recurrences are long.
void ValueBuilder::make(NetMember wanted) {
    std::vector<NetMember> open{wanted};
    while (!open.empty()) {
        const NetMember member = open.back();
        if (values_.contains(member)) {
            open.pop_back();
            continue;
        }
        const WrittenEquation& line = net_.syntax.equations[lines_.at(member)];
        NumberContext context = context_of(member);
        const std::size_t before = open.size();
        need(line.right, context, open);
        if (open.size() == before)
            values_[member] = built(member);
        else if (!begun_.insert(member).second)
            fail_in_circle(open);
    }
}

Expr ValueBuilder::built(NetMember member) {
    const WrittenEquation& line = net_.syntax.equations[lines_.at(member)];
    const NetName& name = net_.names[member.name];
    NumberContext context = context_of(member);
    const Scope made_here(graph_, source_line(net_.source, line.left_place));
    std::optional<Scope> at_step;
    if (line.step) at_step.emplace(graph_, Step{name.axis, member.t});
    try {
        const TermValue right = terms_.value(line.right, context);
        const Shape shape = shapes_.shape(member.name, columns_);
        if (right.is_number) return graph_.constant(right.number, shape);
        Expr expression = right.expression;
        if (expression.shape().columns == 1) expression = add_to_columns(expression, shape.columns);
        if (&graph_.op(expression.id) == &constant_op) return expression;
        return expression.named(name.name);
    } catch (const ShapeError& error) {
        net_.source.fail(line.right.place, first_line_of(error));
    }
}

/// Appends what the term reads and is not made yet.
void ValueBuilder::need(const WrittenTerm& term, NumberContext& context,
                        std::vector<NetMember>& open) const {
    if (term.kind == TermKind::name) {
        const NetMember member = member_of(term, context);
        if (values_.contains(member)) return;
        if (lines_.contains(member))
            open.push_back(member);
        else
            require_defined(member, term);
        return;
    }
    const auto need_operands = [&] {
        for (const WrittenTerm& operand : term.operands) need(operand, context, open);
    };
    if (term.kind != TermKind::sum && term.kind != TermKind::list) return need_operands();
    at_each_step(term.steps, context, [&](std::int32_t) { need_operands(); });
}

/// What is before the first step or behind the last is 0, unless a line says otherwise.
void ValueBuilder::require_defined(NetMember member, const WrittenTerm& term) const {
    const NetName& name = net_.names[member.name];
    if (name.has_steps && !steps_.at(name.axis).contains(member.t)) return;
    net_.source.fail(term.place, fmt::format("nothing defines {}", in_words(member)));
}

void ValueBuilder::fail_in_circle(const std::vector<NetMember>& open) const {
    // The last of the stack that was begun is what came round to itself.
    std::vector<std::string> path;
    std::optional<NetMember> round;
    for (std::size_t i = open.size(); i-- > 0;) {
        if (!begun_.contains(open[i])) continue;
        if (round && *round == open[i]) break;
        if (!round) round = open[i];
        path.push_back(in_words(open[i]));
    }
    std::ranges::reverse(path);
    net_.source.fail(
        net_.syntax.equations[lines_.at(*round)].left_place,
        fmt::format("{} depends on itself: {}", in_words(*round), fmt::join(path, " -> ")));
}

NetMember ValueBuilder::member_of(const WrittenTerm& term, const NumberContext& context) const {
    const std::size_t name = net_.names.number(term.name);
    if (!term.step) return {name, 0};
    const std::int32_t axis = net_.names[name].axis;
    if (term.step->is_variable() && !context.now.contains(term.step->axis.value_or(axis)))
        net_.source.fail(term.place, fmt::format("the line has no step {}",
                                                 axis_name(term.step->axis.value_or(axis))));
    return {name, value_of(*term.step, axis, context)};
}

Expr ValueBuilder::read(const WrittenTerm& term, const NumberContext& context) {
    const NetMember member = member_of(term, context);
    const auto found = values_.find(member);
    if (found == values_.end()) return graph_.constant(0.0, shapes_.shape(member.name, columns_));
    const bool is_running = term.step && term.step->is_variable();
    if (!is_running || !repeated_.contains(member)) return found->second;
    const Scope at_its_step = Scope::step_of(found->second);
    return add_to_columns(found->second, columns_);
}

}  // namespace revolute::detail
