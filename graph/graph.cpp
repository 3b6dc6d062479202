#include <revolute/graph/graph.hpp>
#include <revolute/graph/leaf.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace revolute {

namespace {

std::uint64_t hash_of(const Op& op, std::span<const double> attributes) {
    std::uint64_t hash = mix_hash(0, std::bit_cast<std::uintptr_t>(&op));
    for (const double attribute : attributes)
        hash = mix_hash(hash, std::bit_cast<std::uint64_t>(attribute));
    return hash;
}

/// Bit for bit, so that -0.0 and 0.0 are two constants and a NaN is equal to itself.
bool same_bits(std::span<const double> a, std::span<const double> b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

}  // namespace

Graph::Graph(Sharing sharing, std::uint32_t limit)
    : sharing_(sharing), limit_(limit), steps_(2), sources_(1), strings_(1) {}

Expr Graph::input(std::string_view name, Shape shape, SourceLine line) {
    return leaf(input_op, name, shape, line);
}

Expr Graph::parameter(std::string_view name, Shape shape, SourceLine line) {
    return leaf(parameter_op, name, shape, line);
}

Expr Graph::initial_state(std::string_view name, Shape shape, SourceLine line) {
    return leaf(initial_state_op, name, shape, line);
}

Expr Graph::leaf(const Op& op, std::string_view name, Shape shape, SourceLine line) {
    if (name.empty())
        throw GraphError(
            fmt::format("{}: needs a name\n  asked for at {}", op.name, to_string(line)));
    if (shape.rows < 1 || shape.columns < 1)
        throw ShapeError(fmt::format("{}: sizes of {} must be positive ({})\n  asked for at {}",
                                     op.name, name, to_string(shape), to_string(line)));
    const std::array<double, 2> sizes{static_cast<double>(shape.rows),
                                      static_cast<double>(shape.columns)};
    const std::uint32_t step = &op == &parameter_op ? none : context_.step;
    const NodeId id = push({intern_kind(op, shape, sizes), 0, step, intern_source(line)}, {});
    set_name(id, name);
    return {this, id};
}

Expr Graph::constant(double value, Shape shape, SourceLine line) {
    const std::array<double, 3> attributes{value, static_cast<double>(shape.rows),
                                           static_cast<double>(shape.columns)};
    return append(constant_op, {}, attributes, line);
}

Expr Graph::append(const Op& op, std::span<const NodeId> operands,
                   std::span<const double> attributes, SourceLine line) {
    check_operands(op, operands);
    const Shape shape = op.shape({*this, op, operands, attributes, line});
    const std::uint32_t kind = intern_kind(op, shape, attributes);
    const bool may_share = sharing_ == Sharing::on && !op.has_identity;
    const std::uint64_t hash = hash_of_node(kind, operands);
    if (may_share)
        if (const auto found = find(hash, kind, operands)) {
            ask_again(*found, operands);
            return {this, *found};
        }
    const NodeId id = push({kind, 0, step_for(op, operands), intern_source(line)}, operands);
    if (may_share) node_index_.insert(hash, operands, index(id));
    return {this, id};
}

std::optional<NodeId> Graph::find_like(NodeId node, std::span<const NodeId> operands) const {
    const std::uint32_t kind = nodes_[index(node)].kind;
    return find(hash_of_node(kind, operands), kind, operands);
}

std::optional<NodeId> Graph::find(std::uint64_t hash, std::uint32_t kind,
                                  std::span<const NodeId> operands) const {
    const std::uint32_t found = node_index_.find(
        hash, operands, [&](std::uint32_t i) { return is_same(NodeId{i}, kind, operands); });
    return found == NodeIndex::absent ? std::nullopt : std::optional(NodeId{found});
}

void Graph::check_operands(const Op& op, std::span<const NodeId> operands) const {
    if (op.arity != variadic && operands.size() != op.arity)
        throw GraphError(fmt::format("{}: needs {} operand{} ({} given)", op.name, op.arity,
                                     op.arity == 1 ? "" : "s", operands.size()));
    for (const NodeId operand : operands)
        if (index(operand) >= size())
            throw GraphError(fmt::format("{}: operand {} is not a node of this graph, which has {}",
                                         op.name, index(operand), size()));
}

std::uint64_t Graph::hash_of_node(std::uint32_t kind, std::span<const NodeId> operands) {
    std::uint64_t hash = mix_hash(0, kind);
    for (const NodeId operand : operands) hash = mix_hash(hash, index(operand));
    return hash;
}

bool Graph::is_same(NodeId id, std::uint32_t kind, std::span<const NodeId> operands) const {
    return nodes_[index(id)].kind == kind && std::ranges::equal(this->operands(id), operands);
}

NodeId Graph::push(Node node, std::span<const NodeId> operands) {
    if (nodes_.size() >= limit_ || operands.size() > limit_ - operands_.size())
        throw CapacityError(
            fmt::format("graph: is full ({} nodes and {} operands, at most {} of each)",
                        nodes_.size(), operands_.size(), limit_));
    const NodeId id{size()};
    node.first_operand = static_cast<std::uint32_t>(operands_.size());
    operands_.insert(operands_.end(), operands.begin(), operands.end());
    nodes_.push_back(node);
    return id;
}

void Graph::reserve(std::size_t nodes, std::size_t operands) {
    nodes_.reserve(nodes);
    operands_.reserve(operands);
    names_.reserve(nodes);
    if (sharing_ == Sharing::on) node_index_.reserve(nodes);
}

std::uint32_t Graph::intern_kind(const Op& op, Shape shape, std::span<const double> attributes) {
    const std::uint64_t hash =
        mix_hash(mix_hash(hash_of(op, attributes), static_cast<std::uint64_t>(shape.rows)),
                 static_cast<std::uint64_t>(shape.columns));
    return kind_index_.find_or_append(
        hash,
        [&](std::uint32_t i) {
            const Kind& kind = kinds_[i];
            return kind.op == &op && kind.shape == shape &&
                   same_bits({attributes_.data() + kind.first_attribute, kind.attribute_count},
                             attributes);
        },
        [&] {
            kinds_.push_back({&op, shape, static_cast<std::uint32_t>(attributes_.size()),
                              static_cast<std::uint32_t>(attributes.size())});
            attributes_.insert(attributes_.end(), attributes.begin(), attributes.end());
            return static_cast<std::uint32_t>(kinds_.size() - 1);
        });
}

std::span<const double> Graph::attributes(NodeId id) const {
    const Kind& k = kind(id);
    return {attributes_.data() + k.first_attribute, k.attribute_count};
}

}  // namespace revolute
