#include <revolute/graph/detail/made_steps.hpp>
#include <revolute/graph/detail/node_copier.hpp>
#include <revolute/graph/leaf.hpp>

namespace revolute::detail {

NodeCopier::NodeCopier(const Graph& from, Graph& to) : from_(from), to_(to), images_(from.size()) {
    for (const auto& [axis, made] : detail::made_steps(from))
        to.note_steps_of_source(axis, {made.first.value_or(made.steps.high), made.steps.high});
}

Scope NodeCopier::scope_of(NodeId node) {
    return Scope(to_, Graph::Context{step(node), source(node)});
}

NodeId NodeCopier::copy(NodeId node) {
    if (from_.operand_count(node) == 0) return copy_leaf(node);
    operands_.clear();
    for (const NodeId operand : from_.operands(node)) operands_.push_back(image(operand));
    return to_.append(from_.op(node), operands_, from_.attributes(node), {}).id;
}

/// Leaves keep their own step instead of being given that of the open scope by their kind.
NodeId NodeCopier::copy_leaf(NodeId node) {
    const Op& op = from_.op(node);
    if (!op.has_identity) return to_.append(op, {}, from_.attributes(node), {}).id;
    const std::uint32_t kind = to_.intern_kind(op, from_.shape(node), from_.attributes(node));
    return to_.push({kind, 0, to_.context_.step, to_.context_.source}, {});
}

void NodeCopier::set_image(NodeId node, NodeId image) {
    images_[index(node)] = image;
    const std::string_view name = from_.name(node);
    if (name.empty() || &to_.op(image) == &constant_op) return;
    to_.set_name(image, name, step(node));
    for (const Graph::Alias& alias : from_.aliases(node))
        to_.set_name(image, alias.name, alias.step ? to_.append_step(*alias.step) : Graph::none);
}

std::uint32_t NodeCopier::step(NodeId node) {
    const auto at = from_.step(node);
    return at ? to_.append_step(*at) : Graph::none;
}

std::uint32_t NodeCopier::source(NodeId node) {
    const std::uint32_t number = from_.nodes_[index(node)].source;
    if (number == Graph::none) return Graph::none;
    Graph::Source source = from_.sources_[number];
    if (source.file != Graph::adjoint_mark) {
        source.file = to_.intern_string(from_.strings_[source.file]);
    } else {
        // The node whose rule made this one may be left behind: then nothing is known.
        const auto& image_of_node = images_[source.line];
        if (!image_of_node) return Graph::none;
        source.line = index(*image_of_node);
    }
    return to_.intern_source(source);
}

}  // namespace revolute::detail
