#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figures/figure_captions.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace revolute {

namespace {

bool is_constant(const Graph& graph, NodeId node) { return &graph.op(node) == &constant_op; }

/// Whether the operator's factors stand beside each other without a sign.
bool is_juxtaposed(const Op& op) { return op.text == "#1 #2" || op.text == "@1 #1"; }

/// Those of some parts that depend on each other in a circle among them, or on such.
std::vector<PartId> parts_in_circles(const Rolled& rolled, std::span<const PartId> some) {
    std::map<PartId, std::vector<PartId>> users;
    std::map<PartId, std::set<PartId>> operands;
    for (const PartId part : some) operands[part];
    for (const PartId part : some)
        for (const std::vector<Segment>& slot : rolled[part].slots)
            for (const Segment& segment : slot)
                if (operands.contains(segment.target) &&
                    operands[part].insert(segment.target).second)
                    users[segment.target].push_back(part);
    std::vector<PartId> free;
    for (const auto& [part, read] : operands)
        if (read.empty()) free.push_back(part);
    while (!free.empty()) {
        const PartId part = free.back();
        free.pop_back();
        operands.erase(part);
        for (const PartId user : users[part]) {
            operands[user].erase(part);
            if (operands[user].empty()) free.push_back(user);
        }
    }
    std::vector<PartId> left;
    left.reserve(operands.size());
    for (const auto& [part, read] : operands) left.push_back(part);
    return left;
}

/// The number of glyphs, but for minus signs below letters: a formula is as long at step −1 as at
/// others.
std::size_t length_of(const RichText& text) {
    static constexpr std::string_view minus = "−";
    std::size_t length = glyph_count(text);
    for (const TextRun& run : text.runs)
        for (std::size_t at = 0; run.script == Script::subscript &&
                                 (at = run.text.find(minus, at)) != std::string::npos;
             at += minus.size())
            --length;
    return length;
}

/// Numbers as atoms of a formula, which may be mentions of steps.
std::vector<Formula> add_numbers(std::vector<RichText>& atoms,
                                 std::span<const FigureNumber> numbers) {
    std::vector<Formula> formulas;
    for (const FigureNumber& number : numbers) {
        formulas.push_back(number.formula);
        if (!number.mention) continue;
        atoms.push_back(typeset_number(number));
        formulas.back().text = atom_mark(atoms.size() - 1);
    }
    return formulas;
}

}  // namespace

RichText typeset_number(const FigureNumber& number) {
    RichText text = typeset(number.formula.text), mention;
    if (!number.mention) return text;
    return mention.add(
        StepMention{std::move(text.runs), number.mention->step, number.mention->number});
}

RichText typeset_formula(const Graph& graph, NodeId node,
                         const std::function<const WrittenOperand&(NodeId)>& operand,
                         std::span<const FigureNumber> attributes) {
    std::vector<RichText> atoms;
    const std::vector<Formula> numbers = add_numbers(atoms, attributes);
    const Application application{graph.op(node), graph.attributes(node), graph.operand_count(node),
                                  numbers};
    Formula written = formula(application, Notation::text, [&](std::uint32_t slot) {
        const WrittenOperand& x = operand(graph.operand(node, slot));
        atoms.push_back(x.text);
        return Formula{atom_mark(atoms.size() - 1), x.precedence, x.op};
    });
    // A number behind another factor would be read with it: 3 · 1 is not 3 1.
    if (is_juxtaposed(graph.op(node)) && is_constant(graph, graph.operands(node).back())) {
        const std::string last = fmt::format(" {}", atom_mark(atoms.size() - 1));
        if (written.text.ends_with(last))
            written.text.insert(written.text.size() - last.size(), " *");
    }
    const Shape shape = graph.shape(node);
    const bool may_be_of_matrix =
        is_elementwise(graph.op(node).role) && shape.rows == shape.columns && !shape.is_scalar();
    return typeset(written.text, atoms, may_be_of_matrix ? "∘" : "");
}

RichText typeset_shape(Shape shape) {
    RichText text;
    return text.add(fmt::format("[{} × {}]", shape.rows, shape.columns));
}

Captions::Captions(const Graph& graph, const Labels& labels, const FigureNames& names,
                   const StepNames& steps, const Homes& homes, std::span<const NodeId> walk,
                   const Rolled& rolled, const FigureNumbers& numbers, const FigureOptions& options)
    : graph_(graph),
      labels_(labels),
      names_(names),
      steps_(steps),
      homes_(homes),
      numbers_(numbers),
      mode_(options.labels),
      source_lines_(options.source_lines),
      shows_all_(options.steps == ShownSteps::all),
      shapes_(graph),
      forms_(graph.size()) {
    gap_.text.add("·");
    find_shared_names(walk);
    if (!shows_all_) find_recurrences(rolled);
    for (const NodeId node : walk) {
        if (names_(node).empty() && !is_given(graph_.op(node)))
            shapes_.add_formula(node);
        else
            shapes_.add(node, graph_.shape(node));
        forms_[index(node)] = {write(node, false), can_be_written_out(node, false)};
        if (!shapes_.is_whole(node))
            whole_.emplace(node, Form{write(node, true), can_be_written_out(node, true)});
    }
}

/// Of each recurrence the parts that go on without a name: what reads none but named values of
/// other steps is written out like anything else.
void Captions::find_recurrences(const Rolled& rolled) {
    recurrences_.resize(graph_.size());
    const auto has_no_name = [&](PartId part) {
        return std::ranges::any_of(rolled.nodes[index(part)],
                                   [&](NodeId node) { return names_(node).empty(); });
    };
    for (std::uint32_t i = 0; i < rolled.schedule.size(); ++i) {
        if (!rolled.schedule[i].is_recurrence()) continue;
        std::vector<PartId> parts;
        std::ranges::copy_if(rolled.schedule[i].parts, std::back_inserter(parts), has_no_name);
        for (const PartId part : parts_in_circles(rolled, parts))
            for (const NodeId node : rolled.nodes[index(part)]) recurrences_[index(node)] = i + 1;
    }
}

/// Whether a node reads at another step, without a name, what it is made of again there: a running
/// sum would be written out from its first step on.
bool Captions::goes_on(NodeId node, NodeId operand) const {
    return !recurrences_.empty() && recurrences_[index(node)] != 0 &&
           recurrences_[index(node)] == recurrences_[index(operand)] && names_(operand).empty() &&
           homes_[node] != homes_[operand];
}

/// How the formula of a node, in its own shape where `whole` says so, writes an operand.
const WrittenOperand& Captions::operand(NodeId node, NodeId operand, bool whole) const {
    return goes_on(node, operand) ? gap_
                                  : written(operand, shapes_.has_whole_operands(node, whole));
}

/// How many glyphs of a text of the node say only how often a vector is repeated.
std::size_t Captions::repeating_glyphs(NodeId node, bool whole, const RichText& text) const {
    if (graph_.op(node).role == Role::broadcast) {
        const WrittenOperand& vector = written(graph_.operand(node, 0));
        return glyph_count(text) - std::min(glyph_count(text), glyph_count(vector.text)) +
               vector.repeating_glyphs;
    }
    std::size_t count = 0;
    for (const NodeId x : graph_.operands(node)) count += operand(node, x, whole).repeating_glyphs;
    return count;
}

/// The name of a node, or of its adjoint, which has the same step.
RichText Captions::typeset_as(std::string_view name, NodeId value) const {
    if (names_.reads_as_step(value)) return typeset_letters(name);
    const auto step = labels_.step(value);
    return typeset_name(name, step ? steps_.below(*step) : "", shows_all_ ? std::nullopt : step);
}

RichText Captions::name(NodeId node) const {
    const std::string name = names_(node);
    return name.empty() ? RichText{} : typeset_as(name, node);
}

void Captions::find_shared_names(std::span<const NodeId> walk) {
    std::set<std::string_view> once;
    const auto add = [&](std::string_view name) {
        if (!name.empty() && !once.insert(name).second) shared_names_.insert(name);
    };
    for (const NodeId node : walk) {
        add(graph_.name(node));
        for (const Graph::Alias& alias : graph_.aliases(node)) add(alias.name);
    }
}

/// A later name that one value alone has, as a loss that is the last of some sums, has no step.
RichText Captions::names(NodeId node) const {
    RichText text = name(node);
    if (text.empty()) return text;
    for (const Graph::Alias& alias : graph_.aliases(node)) {
        const auto step = shared_names_.contains(alias.name) ? alias.step : std::nullopt;
        text.add(" = ").add(typeset_name(alias.name, step ? steps_.below(*step) : "",
                                         shows_all_ ? std::nullopt : step));
    }
    return text;
}

RichText Captions::gradient_label(NodeId gradient, NodeId variable) const {
    RichText text = typeset_as(names_.adjoint(variable), variable);
    if (mode_ == LabelMode::shape) return text.add(" ").add(typeset_shape(graph_.shape(gradient)));
    return text.add(" = ").add(written(gradient).text);
}

std::string Captions::listed(NodeId node) const {
    const std::string name = names_(node);
    const auto step = labels_.step(node);
    return name.empty() || !step ? name : fmt::format("{}[{}]", name, steps_.below(*step));
}

bool Captions::is_short(NodeId node, bool whole, const RichText& text) const {
    return length_of(text) <= longest_operand + repeating_glyphs(node, whole, text);
}

RichText Captions::formula_of(NodeId node, bool whole) const {
    if (&graph_.op(node) == &accumulate_op) return sum_formula(node, whole);
    if (!shows_all_ && graph_.op(node).arity == variadic && graph_.operand_count(node) > 3)
        return ends_of_list(node, whole);
    return typeset_formula(
        graph_, node, [&](NodeId x) -> const WrittenOperand& { return operand(node, x, whole); },
        numbers_.attributes(node));
}

/// Whether operands go through the steps of an axis one after the other, forward or backward; what
/// belongs to none stands at an end.
bool Captions::go_through_steps(std::span<const NodeId> operands) const {
    std::optional<Step> previous;
    std::int32_t direction = 0;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const Home home = homes_[operands[i]];
        if (!home.is_step()) {
            if (i != 0 && i + 1 != operands.size()) return false;
            continue;
        }
        const std::int32_t change = previous ? home.step.t - previous->t : 0;
        const bool is_next =
            std::abs(change) <= 1 && (!previous || previous->axis == home.step.axis);
        if (!is_next || change * direction < 0) return false;
        if (change != 0) direction = change;
        previous = home.step;
    }
    return direction != 0;
}

/// "[h₀, …, h_T]": of operands of steps that are not drawn one by one, the first and the last;
/// "[…]" where those do not tell the others.
RichText Captions::ends_of_list(NodeId node, bool whole) const {
    WrittenOperand dots;
    dots.text.add("…");
    const std::span<const NodeId> all = graph_.operands(node);
    std::vector<WrittenOperand> operands{dots};
    if (go_through_steps(all))
        operands = {operand(node, all.front(), whole), dots, operand(node, all.back(), whole)};
    std::vector<RichText> atoms;
    const std::vector<Formula> numbers = add_numbers(atoms, numbers_.attributes(node));
    const Application application{graph_.op(node), graph_.attributes(node),
                                  static_cast<std::uint32_t>(operands.size()), numbers};
    const Formula listed = formula(application, Notation::text, [&](std::uint32_t slot) {
        atoms.push_back(operands[slot].text);
        return Formula{atom_mark(atoms.size() - 1), operands[slot].precedence, operands[slot].op};
    });
    return typeset(listed.text, atoms);
}

WrittenOperand Captions::write(NodeId node, bool whole) const {
    if (is_constant(graph_, node)) {
        const std::span<const FigureNumber> attributes = numbers_.attributes(node);
        if (!attributes.empty())
            return {typeset_number(attributes.front()), attributes.front().formula.precedence};
        const Formula number = number_formula(graph_.attributes(node)[0]);
        return {typeset(number.text), number.precedence};
    }
    if (RichText text = name(node); !text.empty()) return {std::move(text), Precedence::atom};
    const Op& op = graph_.op(node);
    if (op.role == Role::broadcast && !whole && !shapes_.is_whole(node))
        return operand(node, graph_.operand(node, 0), whole);
    RichText text = formula_of(node, whole);
    if (!is_short(node, whole, text)) return outline(node, whole);
    const std::size_t repeating = repeating_glyphs(node, whole, text);
    return {std::move(text), op.precedence, &op, repeating};
}

bool Captions::can_be_written_out(NodeId node, bool whole) const {
    if (is_constant(graph_, node)) return true;
    if (!names_(node).empty() || &graph_.op(node) == &accumulate_op) return false;
    const bool has_whole = shapes_.has_whole_operands(node, whole);
    return is_short(node, whole, formula_of(node, whole)) &&
           std::ranges::all_of(graph_.operands(node), [&](NodeId x) {
               return !names_(x).empty() || (is_written_out(x, has_whole) && !goes_on(node, x));
           });
}

/// "tanh(…)".
RichText Captions::operator_of(NodeId node) const {
    RichText text;
    return text.add(printable(graph_.op(node).name)).add("(…)");
}

WrittenOperand Captions::outline(NodeId node, bool whole) const {
    const Op& op = graph_.op(node);
    const bool is_sum = &op == &accumulate_op && names_(node).empty();
    if (is_sum && !is_short(node, whole, sum_formula(node, whole)))
        return {sum_outline(node, whole), op.precedence, &op};
    const bool stands_whole =
        is_constant(graph_, node) || !names_(node).empty() || is_written_out(node, whole) || is_sum;
    if (stands_whole) return written(node, whole);
    if (op.role == Role::broadcast && !whole && !shapes_.is_whole(node))
        return outline(graph_.operand(node, 0), whole);
    WrittenOperand gap;
    gap.text.add("…");
    const bool has_whole = shapes_.has_whole_operands(node, whole);
    const auto is_gap = [&](NodeId x) {
        if (goes_on(node, x)) return true;
        return names_(x).empty() && !is_written_out(x, has_whole) &&
               &graph_.op(x) != &accumulate_op;
    };
    RichText text = typeset_formula(
        graph_, node,
        [&](NodeId x) -> const WrittenOperand& { return is_gap(x) ? gap : written(x, has_whole); },
        numbers_.attributes(node));
    const bool says_something = !graph_.attributes(node).empty() ||  // 0.5 …
                                !std::ranges::all_of(graph_.operands(node), is_gap);
    if (says_something && length_of(text) <= longest_operand)
        return {std::move(text), op.precedence, &op};
    return {operator_of(node), Precedence::atom};
}

/// " = dc = dx₀ = dx₁", of a node that is the gradient of several values. Those of one name are
/// told together where they are many, or steps are not drawn one by one: " = dxₜ (t = 0..T−1)".
RichText Captions::other_gradients(NodeId node) const {
    constexpr std::size_t most_of_one_name = 2;
    std::map<std::pair<std::string, std::int32_t>, std::set<std::int32_t>> steps;  // by axis too
    const std::vector<Expr> values = labels_.other_values(node);
    for (const Expr& value : values)
        if (const auto at = labels_.step(value.id))
            steps[{names_.adjoint(value.id), at->axis}].insert(at->t);
    RichText text;
    for (const Expr& value : values) {
        const std::string name = names_.adjoint(value.id);
        const auto at = labels_.step(value.id);
        const auto together = at ? steps.find({name, at->axis}) : steps.end();
        const bool is_one_of_many =
            at && together->second.size() > (shows_all_ ? most_of_one_name : 1);
        const std::string where = is_one_of_many ? limits(at->axis, together->second) : "";
        if (where.empty())
            text.add(" = ").add(typeset_as(name, value.id));
        else if (*together->second.begin() == at->t)
            text.add(" = ")
                .add(typeset_name(name, axis_name(at->axis)))
                .add(fmt::format(" ({})", with_minus(where)));
    }
    return text;
}

RichText Captions::label(NodeId node) const {
    RichText text = names(node);
    const Op& op = graph_.op(node);
    const bool is_leaf = is_given(op);
    if (mode_ == LabelMode::shape && text.empty() && is_constant(graph_, node))
        text = formula_of(node);
    if (mode_ == LabelMode::shape)
        return text.add(text.empty() ? std::string(op.name) + " " : " ")
            .add(typeset_shape(graph_.shape(node)));
    if (is_leaf) return text;
    const bool is_formula = mode_ == LabelMode::formula || is_constant(graph_, node);
    if (!text.empty() && is_formula) text.add(other_gradients(node));
    if (!text.empty()) text.add(is_formula ? " = " : ": ");
    if (is_formula) return text.add(formula_of(node));
    return text.add(printable(op.name));
}

std::string Captions::tooltip(NodeId node) const {
    const std::string label = listed(node);
    std::string text = label.empty() ? std::string{} : label + ": ";
    text += fmt::format("{} {}", graph_.op(node).name, to_string(graph_.shape(node)));
    if (!shows_all_) return printable(text);  // the graph may have been built with fewer steps
    if (&graph_.op(node) == &accumulate_op)
        text += fmt::format(" of {} terms", graph_.operand_count(node));
    std::string origin = graph_.origin(node);
    if (!source_lines_) origin = origin.substr(0, origin.find(", made at "));
    if (source_lines_ || !origin.starts_with("made at ")) text += ", " + origin;
    return printable(text);
}

}  // namespace revolute
