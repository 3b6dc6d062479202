#include <revolute/graph/detail/not_finite.hpp>
#include <revolute/graph/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace revolute {

Bindings& Bindings::bind(Expr leaf, Matrix value) {
    if (leaf.graph == nullptr) throw GraphError("bind: an empty expression cannot have a value");
    const std::string who = leaf.graph->describe(leaf.id);
    if (graph_ != nullptr && graph_ != leaf.graph)
        throw GraphError(
            fmt::format("bind: belongs to another graph than earlier leaves: {}", who));
    if (!is_given(leaf.graph->op(leaf.id)))
        throw GraphError(fmt::format(
            "bind: only inputs, parameters and initial states are given values, not {}", who));
    if (value.shape() != leaf.shape())
        throw ShapeError(
            fmt::format("bind: the value's shape {} must be that of the leaf\n  leaf is {}",
                        to_string(value.shape()), who));
    graph_ = leaf.graph;
    if (values_.size() <= index(leaf.id)) values_.resize(std::size_t{index(leaf.id)} + 1);
    values_[index(leaf.id)] = std::move(value);
    return *this;
}

const Matrix* Bindings::find(Expr leaf) const {
    if (leaf.graph != graph_ || index(leaf.id) >= values_.size()) return nullptr;
    const Matrix& value = values_[index(leaf.id)];
    return value.empty() ? nullptr : &value;
}

ValueRange range_of(std::span<const double> values) {
    ValueRange range;
    for (const double value : values) {
        if (std::isnan(value)) {
            ++range.nans;
        } else if (std::isinf(value)) {
            ++range.infinities;
        } else {
            range.low = range.finite == 0 ? value : std::min(range.low, value);
            range.high = range.finite == 0 ? value : std::max(range.high, value);
            ++range.finite;
        }
    }
    return range;
}

std::string to_string(const ValueRange& range) {
    std::vector<std::string> parts;
    if (range.finite > 0)
        parts.push_back(fmt::format("from {:.6g} to {:.6g}", range.low, range.high));
    if (range.nans > 0) parts.push_back(fmt::format("{} nan", range.nans));
    if (range.infinities > 0) parts.push_back(fmt::format("{} inf", range.infinities));
    return fmt::format("{}", fmt::join(parts, ", "));
}

namespace {

/// One evaluation. Computed values live in buffers that are handed on after their last use.
class Evaluation {
 public:
    Evaluation(Graph& graph, std::span<const NodeId> outputs, const Bindings& bindings,
               FiniteCheck check)
        : graph_(graph),
          bindings_(bindings),
          check_(check),
          needed_(ancestors(graph, outputs)),
          uses_(graph.size(), 0),
          buffer_(graph.size(), no_buffer) {
        for (std::uint32_t i = 0; i < graph.size(); ++i)
            if (needed_[i])
                for (const NodeId operand : graph.operands(NodeId{i})) ++uses_[index(operand)];
        for (const NodeId output : outputs) ++uses_[index(output)];
        if (check_ == FiniteCheck::off) return;
        origins_.assign(graph.size(), std::nullopt);
        is_output_.assign(graph.size(), false);
        for (const NodeId output : outputs) is_output_[index(output)] = true;
    }

    std::vector<Matrix> run(std::span<const NodeId> outputs) {
        for (std::uint32_t i = 0; i < graph_.size(); ++i)
            if (needed_[i]) compute(NodeId{i});
        std::vector<Matrix> results;
        for (const NodeId output : outputs) {
            const auto values = value(output).values();
            results.emplace_back(graph_.shape(output).rows, graph_.shape(output).columns,
                                 std::vector<double>(values.begin(), values.end()));
        }
        return results;
    }

 private:
    static constexpr std::uint32_t no_buffer = 0xFFFFFFFF;

    ConstMatrixView value(NodeId node) const {
        if (const Matrix* given = bindings_.find({&graph_, node})) return *given;
        const Shape shape = graph_.shape(node);
        return {buffers_[buffer_[index(node)]].data(), shape.rows, shape.columns};
    }

    void compute(NodeId node) {
        const Op& op = graph_.op(node);
        if (is_given(op)) {
            if (bindings_.find({&graph_, node}) == nullptr)
                throw EvaluationError(
                    fmt::format("evaluate: no value is bound to {}", graph_.describe(node)));
        } else {
            compute_with(op, node);
        }
        if (check_ == FiniteCheck::on) look_at(node);
        for (const NodeId operand : graph_.operands(node))
            if (--uses_[index(operand)] == 0) free(operand);
    }

    void compute_with(const Op& op, NodeId node) {
        const Shape shape = graph_.shape(node);
        const std::uint32_t buffer = acquire(shape.size());
        operand_views_.clear();
        for (const NodeId operand : graph_.operands(node)) operand_views_.push_back(value(operand));
        try {
            op.evaluate({operand_views_, graph_.attributes(node)},
                        {buffers_[buffer].data(), shape.rows, shape.columns});
        } catch (const EvaluationError& refusal) {  // a value that the kernel cannot take
            fail(node, fmt::format("{}: {}", op.name, refusal.what()));
        }
        buffer_[index(node)] = buffer;
    }

    std::uint32_t acquire(std::size_t size) {
        if (free_.empty()) {
            buffers_.emplace_back(size);
            return static_cast<std::uint32_t>(buffers_.size() - 1);
        }
        const std::uint32_t buffer = free_.back();
        free_.pop_back();
        buffers_[buffer].resize(size);
        return buffer;
    }

    void free(NodeId node) {
        if (buffer_[index(node)] != no_buffer) free_.push_back(buffer_[index(node)]);
    }

    /// Throws where the node makes a value that is not finite (`detail::is_made_not_finite`), or is an output that is
    /// not; else notes which node that goes back to.
    void look_at(NodeId node) {
        const ConstMatrixView result = value(node);
        if (detail::all_finite(result.values())) return;
        const std::vector<detail::ReadValues<double>> operands = read_values(node);
        const auto from = detail::first_not_finite_operand<double>(result.values(), operands);
        origins_[index(node)] =
            from ? origins_[index(graph_.operand(node, static_cast<std::uint32_t>(*from)))] : node;
        if (!operands.empty() &&
            detail::is_made_not_finite<double>(result.values(),
                                               static_cast<std::size_t>(result.rows), operands))
            throw_not_finite(node, notes_of_origins(node));
        if (is_output_[index(node)]) throw_origin(*origins_[index(node)], node);
    }

    std::vector<detail::ReadValues<double>> read_values(NodeId node) const {
        std::vector<detail::ReadValues<double>> all;
        for (const NodeId operand : graph_.operands(node)) {
            const ConstMatrixView read = value(operand);
            all.push_back({read.values(), static_cast<std::size_t>(read.rows),
                           detail::extent_of(graph_.op(node).role, all.size(), read.shape(),
                                             graph_.shape(node))});
        }
        return all;
    }

    std::vector<std::string> notes_of_origins(NodeId node) const {
        std::vector<std::string> notes;
        for (std::uint32_t slot = 0; slot < graph_.operand_count(node); ++slot)
            if (const auto origin = origins_[index(graph_.operand(node, slot))];
                origin && *origin != graph_.operand(node, slot))
                notes.push_back(detail::note_of_origin(fmt::format("operand {}", slot),
                                                       graph_.describe(*origin)));
        return notes;
    }

    /// Throws for the origin of an output that is not finite, whose operands may be freed: it is computed again.
    [[noreturn]] void throw_origin(NodeId origin, NodeId output) const {
        std::vector<NodeId> read{origin};
        for (const NodeId operand : graph_.operands(origin)) read.push_back(operand);
        Evaluation again(graph_, read, bindings_, FiniteCheck::off);
        again.run(read);
        std::vector<std::string> notes;
        if (origin != output) notes.push_back(detail::note_of_output(graph_.describe(output)));
        again.throw_not_finite(origin, std::move(notes));
    }

    [[noreturn]] void throw_not_finite(NodeId node, std::vector<std::string> notes) const {
        const ConstMatrixView y = value(node);
        throw NonFiniteError(
            detail::to_text({"evaluate", graph_.op(node).name, in_step(node), graph_.describe(node),
                             y, described_operands(node), std::move(notes)}),
            node, range_of(y.values()), operand_ranges(node));
    }

    /// Throws what a kernel refuses, with the node's step, the node and the ranges of its operands.
    [[noreturn]] void fail(NodeId node, std::string_view finding) const {
        std::string text =
            fmt::format("{}{}\n  node is {}", finding, in_step(node), graph_.describe(node));
        for (const auto& [what, range] : described_operands(node))
            text += fmt::format("\n  {}, {}", what, to_string(range));
        throw EvaluationError(text);
    }

    std::vector<ValueRange> operand_ranges(NodeId node) const {
        std::vector<ValueRange> ranges;
        for (const NodeId operand : graph_.operands(node))
            ranges.push_back(range_of(value(operand).values()));
        return ranges;
    }

    std::vector<std::pair<std::string, ValueRange>> described_operands(NodeId node) const {
        std::vector<std::pair<std::string, ValueRange>> operands;
        for (const ValueRange& range : operand_ranges(node)) {
            const auto slot = static_cast<std::uint32_t>(operands.size());
            operands.emplace_back(
                fmt::format("operand {} is {}", slot, graph_.describe(graph_.operand(node, slot))),
                range);
        }
        return operands;
    }

    std::string in_step(NodeId node) const {
        const auto step = graph_.step(node);
        return step ? fmt::format(", in step {}", to_string(*step)) : "";
    }

    Graph& graph_;
    const Bindings& bindings_;
    FiniteCheck check_;
    std::vector<bool> needed_;
    std::vector<std::uint32_t> uses_;    // users yet to come, by id
    std::vector<std::uint32_t> buffer_;  // index into buffers_, by id
    std::vector<std::vector<double>> buffers_;
    std::vector<std::uint32_t> free_;
    std::vector<ConstMatrixView> operand_views_;
    std::vector<std::optional<NodeId>> origins_;  // by id, of values that are not finite
    std::vector<bool> is_output_;                 // by id
};

}  // namespace

std::vector<Matrix> evaluate(std::span<const Expr> outputs, const Bindings& bindings,
                             FiniteCheck check) {
    Graph& graph = common_graph("evaluate", outputs);
    const std::vector<NodeId> ids = ids_of(outputs);
    return Evaluation(graph, ids, bindings, check).run(ids);
}

Matrix evaluate(Expr output, const Bindings& bindings, FiniteCheck check) {
    return std::move(evaluate(std::span(&output, 1), bindings, check).front());
}

}  // namespace revolute
