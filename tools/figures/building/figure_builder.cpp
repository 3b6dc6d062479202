#include <revolute/graph/leaf.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/tools/figures/building/figure_builder.hpp>
#include <revolute/tools/support/detail/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <unordered_map>
#include <unordered_set>

namespace revolute {

namespace {

std::vector<bool> marked(const Graph& graph, std::span<const Expr> nodes) {
    std::vector<bool> marks(graph.size());
    for (const Expr& node : nodes) marks[index(node.id)] = true;
    return marks;
}

Labels make_labels(const Graph& graph, const Derivative* derivative) {
    Labels labels(graph);
    if (derivative != nullptr) labels.add(*derivative);
    return labels;
}

std::vector<const Derivative*> list_of(const Derivative* derivative) {
    if (derivative == nullptr) return {};
    return {derivative};
}

/// Whether name or other leaves say that a node is the adjoint of a value. A number and a value of
/// the forward pass do not, whatever they are the adjoint of.
bool is_called_adjoint_of(const Labels& labels, NodeId node, NodeId value) {
    const Labels::Origin named = labels.origin(node), of = labels.origin(value);
    if (named.value == of.value && named.order == of.order + 1) return true;
    return std::ranges::any_of(labels.other_values(node),
                               [&](const Expr& leaf) { return leaf.id == value; });
}

/// Letters, digits and what listings use; what is not ASCII becomes its number, anything else an
/// underline.
std::string identifier(std::string_view text) {
    std::string id;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const char32_t code = detail::take_code_point(text, at);
        const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                              std::string_view("_[]=.#+-").find(c) != std::string_view::npos;
        if (code >= 0x80)
            id += fmt::format("U+{:04X}", static_cast<std::uint32_t>(code));
        else
            id += is_plain ? c : '_';
    }
    return id;
}

/// The ids of a walk's nodes. Graphviz keeps names that begin with % for itself.
class ListingIds {
 public:
    ListingIds(const Graph& graph, const Captions& captions, const StepNames& steps)
        : graph_(graph), captions_(captions), steps_(steps) {}

    std::string next(NodeId node) { return next(name(node)); }

    std::string next(std::string_view name) {
        std::string id = identifier(name);
        const std::string first = id;
        int& count = counts_[first];
        while (++count > 1 || !taken_.insert(id).second) {
            id = fmt::format("{}#{}", first, std::max(count, 2));
            if (taken_.insert(id).second) break;
        }
        return id;
    }

 private:
    std::string name(NodeId node) {
        if (&graph_.op(node) == &constant_op) return fmt::format("={}", graph_.attributes(node)[0]);
        if (std::string name = captions_.listed(node); !name.empty()) return name;
        const auto step = graph_.step(node);
        return fmt::format("_{}{}", ++unnamed_,
                           step ? fmt::format("[{}]", steps_.below(*step)) : "");
    }

    const Graph& graph_;
    const Captions& captions_;
    const StepNames& steps_;
    std::unordered_map<std::string, int> counts_;
    std::unordered_set<std::string> taken_;
    int unnamed_ = 0;
};

}  // namespace

FigureBuilder::FigureBuilder(std::span<const Expr> outputs, const Derivative* derivative,
                             const FigureOptions& options)
    : graph_(common_graph("figure", outputs)),
      derivatives_(list_of(derivative)),
      options_(options),
      labels_(make_labels(graph_, derivative)),
      rolled_(derivative == nullptr ? roll(outputs) : roll(derivative->outputs())),
      axes_(step_axes(labels_, rolled_, derivative, graph_)),
      names_(labels_, rolled_, derivative),
      walk_(postorder(graph_, ids_of(outputs))),
      homes_(graph_, labels_, axes_, derivatives_, walk_),
      steps_(options.steps, axes_),
      numbers_(rolled_, steps_, options),
      captions_(graph_, labels_, names_, steps_, homes_, walk_, rolled_, numbers_, options),
      is_output_(marked(graph_, outputs)),
      leaves_home_(graph_.size()),
      drawn_(graph_.size(), nowhere),
      ids_(graph_.size()) {
    if (derivative != nullptr) {
        const NodeId loss = derivative->loss().id;
        is_forward_ = ancestors(graph_, std::span(&loss, 1));
        is_gradient_ = marked(graph_, derivative->gradients());
    } else {
        is_gradient_.assign(graph_.size(), false);
    }
    if (!options.title.empty()) figure_.title = typeset_name(options.title);
    figure_.title.bold = true;
    ListingIds ids(graph_, captions_, steps_);
    for (const NodeId node : walk_) ids_[index(node)] = ids.next(node);
    if (derivative != nullptr) find_other_gradients(*derivative);
    for (OtherGradient& other : other_gradients_) {
        const auto step = labels_.step(other.variable);
        other.id = ids.next(names_.adjoint(other.variable) +
                            (step ? fmt::format("[{}]", steps_.below(*step)) : ""));
    }
    find_states();
}

void FigureBuilder::find_other_gradients(const Derivative& derivative) {
    for (const Expr& variable : derivative.variables()) {
        const NodeId gradient = derivative[variable].id;
        const bool has_name = !names_(variable.id).empty();
        if (has_name && !is_called_adjoint_of(labels_, gradient, variable.id))
            other_gradients_.push_back({gradient, variable.id, {}});
    }
}

/// A named value is a state when one of its name leaves its step, or when there are no steps at
/// all.
void FigureBuilder::find_states() {
    for (const NodeId node : walk_) {
        const Home home = homes_[node];
        if (is_output(node) && home.is_step()) leaves_home_[index(node)] = true;
        for (const NodeId operand : graph_.operands(node))
            if (is_forward(node) && homes_[operand].is_step() && homes_[operand] != home)
                leaves_home_[index(operand)] = true;
    }
    std::unordered_set<std::string_view> states;
    for (const NodeId node : walk_)
        if (leaves_home_[index(node)]) states.insert(graph_.name(node));
    for (const NodeId node : walk_)
        if (homes_[node].is_step() && states.contains(graph_.name(node)))
            leaves_home_[index(node)] = true;
    const bool has_steps =
        std::ranges::any_of(walk_, [&](NodeId node) { return homes_[node].is_step(); });
    if (!has_steps) leaves_home_.assign(graph_.size(), true);
}

NodeKind FigureBuilder::kind_of(NodeId node) const {
    const Op& op = graph_.op(node);
    if (&op == &parameter_op) return NodeKind::parameter;
    if (&op == &input_op) return NodeKind::input;
    if (&op == &initial_state_op) return NodeKind::initial_state;
    if (&op == &constant_op) return NodeKind::constant;
    if (!is_forward(node)) return backward_kind(node);
    const bool is_loss = !derivatives_.empty() ? node == derivatives_.front()->loss().id
                                               : is_output(node) && graph_.shape(node).is_scalar();
    if (is_loss) return NodeKind::loss;
    if (&op == &accumulate_op) return NodeKind::accumulate;
    return !graph_.name(node).empty() && leaves_its_home(node) ? NodeKind::state
                                                               : NodeKind::operation;
}

NodeKind FigureBuilder::backward_kind(NodeId node) const {
    if (&graph_.op(node) == &accumulate_op) return NodeKind::accumulate;
    if (is_gradient(node) && !labels_.step(node)) {
        const Derivative& derivative = *derivatives_.front();
        for (const Expr& variable : derivative.variables())
            if (derivative[variable].id == node &&
                labels_.name(node) == fmt::format("d{}", labels_.name(variable.id)))
                return NodeKind::accumulate;
    }
    return labels_.name(node).empty() ? NodeKind::operation : NodeKind::adjoint;
}

EdgeKind FigureBuilder::edge_kind(NodeId operand, NodeId user) const {
    const Home from = homes_[operand], to = homes_[user];
    const bool same_band = bands_[drawn_[index(operand)]] == bands_[drawn_[index(user)]];
    if (!same_band) return EdgeKind::saved;
    if (from == to) return EdgeKind::data;
    const bool is_shared = homes_.is_timeless(operand) && !homes_.is_before_first(operand);
    if (is_shared && !from.is_step() && !labels_.step(operand)) return EdgeKind::fan_out;
    const bool is_sum = from.is_step() && !to.is_step() && &graph_.op(user) == &accumulate_op;
    return is_sum ? EdgeKind::sum : EdgeKind::carried;
}

std::uint32_t FigureBuilder::draw(NodeId node, std::int32_t band) {
    std::uint32_t& place = drawn_[index(node)];
    if (place != nowhere) return place;
    place = static_cast<std::uint32_t>(figure_.nodes.size());
    FigureNode drawn;
    drawn.id = ids_[index(node)];
    drawn.name = &graph_.op(node) == &constant_op ? drawn.id : printable(names_(node));
    drawn.family = has_name(drawn) ? drawn.name : std::string(graph_.op(node).name);
    drawn.kind = kind_of(node);
    drawn.label = captions_.label(node);
    drawn.label.bold = drawn.kind == NodeKind::parameter;
    drawn.tooltip = captions_.tooltip(node);
    drawn.node = node;
    figure_.nodes.push_back(std::move(drawn));
    stands_by_.push_back(node);
    bands_.push_back(band);
    return place;
}

bool FigureBuilder::is_gradient_alone(NodeId node, const std::vector<bool>& is_read) const {
    if (&graph_.op(node) != &constant_op || is_read[index(node)]) return false;
    return std::ranges::any_of(other_gradients_,
                               [&](const OtherGradient& other) { return other.gradient == node; });
}

void FigureBuilder::draw_gradients(std::int32_t band) {
    for (const OtherGradient& other : other_gradients_) {
        const auto place = static_cast<std::uint32_t>(figure_.nodes.size());
        FigureNode drawn;
        drawn.id = other.id;
        drawn.name = drawn.family = printable(names_.adjoint(other.variable));
        drawn.kind = labels_.step(other.variable) ? NodeKind::adjoint : NodeKind::accumulate;
        drawn.label = captions_.gradient_label(other.gradient, other.variable);
        drawn.tooltip = fmt::format("{}: {} {}", other.id, graph_.op(other.gradient).name,
                                    to_string(graph_.shape(other.gradient)));
        drawn.node = other.gradient;
        figure_.nodes.push_back(std::move(drawn));
        stands_by_.push_back(other.variable);
        bands_.push_back(band);
        if (&graph_.op(other.gradient) != &constant_op)
            connect_to(drawn_[index(other.gradient)], place);
    }
}

/// Draws the edge from what a gradient is equal to.
void FigureBuilder::connect_to(std::uint32_t value, std::uint32_t gradient) {
    FigureEdge edge;
    edge.from = value;
    edge.to = gradient;
    edge.kind = bands_[value] != bands_[gradient]     ? EdgeKind::saved
                : home_of(value) == home_of(gradient) ? EdgeKind::data
                                                      : EdgeKind::carried;
    figure_.edges.push_back(std::move(edge));
    said_.emplace_back();
}

std::uint32_t FigureBuilder::draw_name(NodeId node) {
    const std::uint32_t place = draw(node);
    if (options_.labels != LabelMode::formula) return place;
    RichText name = captions_.names(node);
    if (name.empty() || &graph_.op(node) == &constant_op) return place;
    name.bold = figure_.nodes[place].label.bold;
    figure_.nodes[place].label = std::move(name);
    return place;
}

void FigureBuilder::draw_saved(NodeId node) {
    figure_.nodes[draw_name(node)].kind = NodeKind::saved;
}

void FigureBuilder::connect_derivative(NodeId user, NodeId operand, RichText label,
                                       std::span<const NodeId> values) {
    FigureEdge edge;
    edge.from = drawn_[index(user)];
    edge.to = drawn_[index(operand)];
    const bool is_shared = homes_.is_timeless(operand) && !homes_.is_before_first(operand) &&
                           !labels_.step(operand) && homes_[operand] != homes_[user];
    edge.kind = is_shared ? EdgeKind::shared_derivative : EdgeKind::derivative;
    const auto written = [&](NodeId node) { return to_plain(captions_.outline(node).text); };
    edge.tooltip =
        fmt::format("d({}) / d({}) = {}", written(user), written(operand), to_plain(label));
    RichText said = label;
    for (const NodeId value : values) said.add(" ").add(captions_.name(value));
    edge.label = std::move(label);
    figure_.edges.push_back(std::move(edge));
    said_.push_back(std::move(said));
}

void FigureBuilder::connect(NodeId operand, NodeId user) {
    FigureEdge edge;
    edge.from = drawn_[index(operand)];
    edge.to = drawn_[index(user)];
    edge.kind = edge_kind(operand, user);
    figure_.edges.push_back(std::move(edge));
    said_.emplace_back();
}

Sketch FigureBuilder::sketch() {
    Sketch sketch;
    for (std::uint32_t i = 0; i < figure_.nodes.size(); ++i) sketch.homes.push_back(home_of(i));
    sketch.bands = std::move(bands_);
    sketch.said = std::move(said_);
    std::vector<Member> members(graph_.size());
    for (std::uint32_t i = 0; i < rolled_.parts.size(); ++i)
        for (std::size_t place = 0; place < rolled_.nodes[i].size(); ++place)
            members[index(rolled_.nodes[i][place])] = {PartId{i}, rolled_.parts[i].step_of(place)};
    for (std::uint32_t i = 0; i < figure_.nodes.size(); ++i) {
        const NodeId shown = figure_.nodes[i].node, stands_by = stands_by_[i];
        const bool is_gradient_of = shown != stands_by && homes_.of_value(stands_by).is_step();
        const Member member = members[index(is_gradient_of ? stands_by : shown)];
        const auto parts = static_cast<std::uint32_t>(rolled_.parts.size());
        sketch.members.push_back(member);
        sketch.families.push_back(index(member.part) + (is_gradient_of ? parts : 0));
        sketch.values.push_back(members[index(shown)].part);
    }
    for (const FigureNode& node : figure_.nodes)
        sketch.operators.push_back(graph_.op(node.node).name);
    sketch.figure = std::move(figure_);
    return sketch;
}

Figure FigureBuilder::finish() {
    if (options_.steps == ShownSteps::folded) return fold(sketch(), steps_, rolled_, options_);
    if (options_.steps == ShownSteps::elided)
        return elide(sketch(), steps_, true_last_step(steps_, rolled_, options_));
    std::vector<PanelPlace> places;
    for (std::uint32_t i = 0; i < figure_.nodes.size(); ++i)
        places.push_back(place_at_step(home_of(i), bands_[i], steps_));
    put_in_panels(figure_, places);
    return std::move(figure_);
}

}  // namespace revolute
