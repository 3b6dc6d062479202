#include <revolute/graph/leaf.hpp>
#include <revolute/graph/notation/notation.hpp>
#include <revolute/graph/rewriting/rewrite_rules.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

/// Whether a size of 1 in the pattern's shape is one.
bool sizes_fit(Shape pattern, Shape shape) {
    return (pattern.rows != 1 || shape.rows == 1) && (pattern.columns != 1 || shape.columns == 1);
}

/// The side of an equation; a leaf by its name.
std::string text_of(Expr side) {
    const std::string label = side.label();
    return label.empty() ? expression(side, Notation::text).text : label;
}

bool is_constant(const Graph& graph, NodeId node) { return &graph.op(node) == &constant_op; }

}  // namespace

bool Site::is_for_node_only(Expr value) const {
    if (uses == nullptr) return false;
    uses->was_asked = true;
    return knows_uses && uses->is_single[index(value.id)];
}

bool Site::is_only_for(const Op& user) const {
    if (uses != nullptr) uses->was_asked = true;
    return only_user == &user;
}

RuleSet::RuleSet() : patterns_(std::make_unique<Graph>()) {}

Expr RuleSet::any(std::string_view name, Shape shape) { return patterns_->input(name, shape); }

Expr RuleSet::number(double value, Shape shape) { return patterns_->constant(value, shape); }

void RuleSet::add(std::string_view name, Expr left, Expr right, Inside inside) {
    require_new(name);
    require_sides(name, left, right);
    Rule& rule = append(name, fmt::format("{} = {}", text_of(left), text_of(right)));
    rule.left = left;
    rule.right = right;
    rule.inside = inside;
    rule.keeps_uses = has_leaves_once(left) && has_leaves_once(right);
    Numbering numbers;
    compile_left(rule, numbers);
    compile_right(rule, numbers);
    by_root_.try_emplace(&patterns_->op(left.id), everywhere_)
        .first->second.push_back(static_cast<std::uint32_t>(rules_.size() - 1));
}

void RuleSet::add(std::string_view name, std::initializer_list<const Op*> roots,
                  std::string_view equation, Rewrite function) {
    require_new(name);
    append(name, equation).function = function;
    for (const Op* root : roots)
        by_root_.try_emplace(root, everywhere_)
            .first->second.push_back(static_cast<std::uint32_t>(rules_.size() - 1));
}

void RuleSet::add_everywhere(std::string_view name, std::string_view equation, Rewrite function) {
    require_new(name);
    append(name, equation).function = function;
    const auto number = static_cast<std::uint32_t>(rules_.size() - 1);
    for (auto& [root, numbers] : by_root_)
        numbers.insert(numbers.begin() + static_cast<std::ptrdiff_t>(everywhere_.size()), number);
    everywhere_.push_back(number);
}

void RuleSet::leave_out(std::string_view name) {
    const auto rule = std::ranges::find(rules_, name, &Rule::name);
    if (rule == rules_.end()) throw GraphError(fmt::format("rules: there is none called {}", name));
    const auto number = static_cast<std::uint32_t>(rule - rules_.begin());
    std::erase(everywhere_, number);
    for (auto& [root, numbers] : by_root_) std::erase(numbers, number);
}

RuleSet::Rule& RuleSet::append(std::string_view name, std::string_view equation) {
    return rules_.emplace_back(Rule{.name = std::string(name), .equation = std::string(equation)});
}

void RuleSet::require_new(std::string_view name) const {
    if (std::ranges::find(rules_, name, &Rule::name) != rules_.end())
        throw GraphError(fmt::format("rewrite rule {}: must have a name of its own", name));
}

void RuleSet::require_sides(std::string_view name, Expr left, Expr right) const {
    if (left.graph != patterns_.get() || right.graph != patterns_.get())
        throw GraphError(fmt::format(
            "rewrite rule {}: both sides must be made of what this rule set gave", name));
    if (patterns_->operand_count(left.id) == 0)
        throw GraphError(fmt::format(
            "rewrite rule {}: the left side must be an operator applied to something", name));
    if (left.shape() != right.shape())
        throw ShapeError(fmt::format("rewrite rule {}: both sides must have one shape ({} and {})",
                                     name, to_string(left.shape()), to_string(right.shape())));
    require_left_has(name, left, right);
    const NodeId both[] = {left.id, right.id};
    const std::size_t count = postorder(*patterns_, both).size();
    if (count > most_pattern_nodes)
        throw GraphError(fmt::format("rewrite rule {}: must have {} nodes at most ({})", name,
                                     most_pattern_nodes, count));
}

/// Requires that the leaves on the right stand on the left too; a constant that is all of it need
/// not.
void RuleSet::require_left_has(std::string_view name, Expr left, Expr right) const {
    const std::vector<bool> on_left = ancestors(*patterns_, std::span(&left.id, 1));
    for (const NodeId node : postorder(*patterns_, std::span(&right.id, 1))) {
        const bool is_whole = node == right.id && is_constant(*patterns_, node);
        if (patterns_->operand_count(node) == 0 && !on_left[index(node)] && !is_whole)
            throw GraphError(fmt::format(
                "rewrite rule {}: what stands on the right must stand on the left too ({})", name,
                text_of(patterns_->at(node))));
    }
}

/// Checks are in an order in which what stands for a user is found before its operands.
void RuleSet::compile_left(Rule& rule, Numbering& numbers) const {
    std::vector<NodeId> found{rule.left->id};
    numbers.emplace(index(rule.left->id), 0);
    for (std::uint32_t user = 0; user < found.size(); ++user) {
        const NodeId node = found[user];
        if (user > 0 && patterns_->operand_count(node) > 0) rule.insides.push_back(user);
        for (std::uint32_t slot = 0; slot < patterns_->operand_count(node); ++slot) {
            const NodeId operand = patterns_->operand(node, slot);
            const auto next = static_cast<std::uint32_t>(found.size());
            const auto [entry, is_new] = numbers.emplace(index(operand), next);
            if (is_new) found.push_back(operand);
            rule.checks.push_back({user, slot, operand, entry->second, !is_new});
        }
    }
}

void RuleSet::compile_right(Rule& rule, Numbering& numbers) const {
    if (is_constant(*patterns_, rule.right->id)) return;  // made in the left side's shape
    for (const NodeId node : postorder(*patterns_, std::span(&rule.right->id, 1))) {
        const auto next = static_cast<std::uint32_t>(numbers.size());
        if (!numbers.emplace(index(node), next).second) continue;
        Build build{node, next, {}};
        for (const NodeId operand : patterns_->operands(node))
            build.operands.push_back(numbers.at(index(operand)));
        rule.builds.push_back(std::move(build));
    }
    rule.result = numbers.at(index(rule.right->id));
}

bool RuleSet::has_leaves_once(Expr side) const {
    std::unordered_map<std::uint32_t, int> uses;
    for (const NodeId node : postorder(*patterns_, std::span(&side.id, 1)))
        for (const NodeId operand : patterns_->operands(node)) ++uses[index(operand)];
    return std::ranges::all_of(uses, [&](const auto& use) {
        return use.second == 1 || is_constant(*patterns_, NodeId{use.first});
    });
}

std::span<const std::uint32_t> RuleSet::rules_for(const Op& op) const {
    const auto found = by_root_.find(&op);
    return found == by_root_.end() ? everywhere_ : found->second;
}

std::optional<Expr> RuleSet::rewrite(std::size_t number, const Site& site) const {
    const Rule& rule = rules_[number];
    std::optional<Expr> made;
    if (rule.function != nullptr) {
        made = rule.function(site);
    } else if (Bindings bindings; match(rule, site, bindings)) {
        made = build(rule, site, bindings);
    }
    if (made && made->graph != site.node.graph)
        throw InternalError(fmt::format("rewrite rule {}: made no expression of the graph\n  of {}",
                                        rule.name, site.graph().describe(site.node.id)));
    if (made && made->shape() != site.shape())
        throw InternalError(fmt::format("rewrite rule {}: made {}, which is {}\n  of {}", rule.name,
                                        text_of(*made), to_string(made->shape()),
                                        site.graph().describe(site.node.id)));
    return made;
}

bool RuleSet::fits(NodeId pattern, const Graph& graph, NodeId node) const {
    const Op& op = patterns_->op(pattern);
    if (&op == &input_op) return sizes_fit(patterns_->shape(pattern), graph.shape(node));
    if (&op != &graph.op(node)) return false;
    const auto attributes = patterns_->attributes(pattern);
    if (&op == &constant_op)
        return attributes[0] == graph.attributes(node)[0] &&
               sizes_fit(patterns_->shape(pattern), graph.shape(node));
    return patterns_->operand_count(pattern) == graph.operand_count(node) &&
           std::ranges::equal(attributes, graph.attributes(node));
}

bool RuleSet::match(const Rule& rule, const Site& site, Bindings& bindings) const {
    const Graph& graph = *site.node.graph;
    bindings[0] = site.node.id;
    if (!fits(rule.left->id, graph, site.node.id)) return false;
    for (const Check& check : rule.checks) {
        const NodeId node = graph.operand(bindings[check.user], check.slot);
        if (check.stands_already ? node != bindings[check.number] : !fits(check.node, graph, node))
            return false;
        bindings[check.number] = node;
    }
    return rule.inside == Inside::may_be_shared ||
           std::ranges::all_of(rule.insides, [&](std::uint32_t number) {
               return site.is_for_node_only({site.node.graph, bindings[number]});
           });
}

Expr RuleSet::build(const Rule& rule, const Site& site, Bindings& bindings) const {
    Graph& graph = site.graph();
    if (is_constant(*patterns_, rule.right->id))
        return graph.constant(patterns_->attributes(rule.right->id)[0], site.shape(), {});
    for (const Build& build : rule.builds) {
        std::vector<NodeId> operands;
        for (const std::uint32_t number : build.operands) operands.push_back(bindings[number]);
        bindings[build.number] =
            graph.append(patterns_->op(build.node), operands, patterns_->attributes(build.node), {})
                .id;
    }
    return graph.at(bindings[rule.result]);
}

}  // namespace revolute
