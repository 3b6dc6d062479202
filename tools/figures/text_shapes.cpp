#include <revolute/graph/leaf.hpp>
#include <revolute/tools/figures/text_shapes.hpp>

#include <algorithm>

namespace revolute {

void TextShapes::add_formula(NodeId node) {
    const Role role = graph_.op(node).role;
    if (role == Role::broadcast) {
        add(node, (*this)(graph_.operand(node, 0)));
        return;
    }
    add_whole_formula(node);
    if (is_elementwise(role) || &graph_.op(node) == &accumulate_op)
        agree_[index(node)] = agree_entry_by_entry(node);
    else if (role == Role::product)
        agree_[index(node)] = agree_in_product(node);
}

void TextShapes::add_whole_formula(NodeId node) {
    shapes_[index(node)] = graph_.shape(node);
    agree_[index(node)] = std::ranges::all_of(graph_.operands(node),
                                              [&](NodeId operand) { return is_whole(operand); });
}

/// Some operand has the shape of all together; others are as large, or repeated. A number has the
/// shape of what it stands beside.
bool TextShapes::agree_entry_by_entry(NodeId node) {
    const auto operands = graph_.operands(node);
    Shape all{0, 0};
    const auto is_number = [&](NodeId x) { return &graph_.op(x) == &constant_op; };
    for (const NodeId operand : operands)
        if (!is_number(operand))
            all = {std::max(all.rows, (*this)(operand).rows),
                   std::max(all.columns, (*this)(operand).columns)};
    const bool agree =
        std::ranges::any_of(operands, [&](NodeId x) { return !is_number(x) && (*this)(x) == all; });
    if (agree) shapes_[index(node)] = all;
    return agree;
}

/// A (b 1') = (A b) 1', but not what is summed over what is repeated.
bool TextShapes::agree_in_product(NodeId node) {
    const NodeId left = graph_.operand(node, 0), right = graph_.operand(node, 1);
    const Shape a = (*this)(left), b = (*this)(right);
    const bool agree =
        a.columns == graph_.shape(left).columns && b.rows == graph_.shape(right).rows;
    if (agree) shapes_[index(node)] = {a.rows, b.columns};
    return agree;
}

}  // namespace revolute
