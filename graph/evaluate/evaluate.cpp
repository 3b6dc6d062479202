#include <revolute/graph/evaluate/detail/not_finite.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/graph/structure.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

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
    return leaf.graph == graph_ ? find(leaf.id) : nullptr;
}

const Matrix* Bindings::find(NodeId leaf) const {
    if (index(leaf) >= values_.size()) return nullptr;
    const Matrix& value = values_[index(leaf)];
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
        traced_.resize(graph.size());
        is_output_.assign(graph.size(), false);
        for (const NodeId output : outputs) is_output_[index(output)] = true;
    }

    std::vector<Matrix> run(std::span<const NodeId> outputs) {
        require_values();
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

    /// Throws EvaluationError naming the leaves that are needed and have no value.
    void require_values() const {
        constexpr std::size_t most_named = 8;
        std::vector<std::string> missing;
        std::size_t count = 0;
        for (std::uint32_t i = 0; i < graph_.size(); ++i) {
            const NodeId node{i};
            if (!needed_[i] || !is_given(graph_.op(node)) || bindings_.find({&graph_, node}))
                continue;
            if (++count <= most_named) missing.push_back(graph_.describe(node));
        }
        if (count == 0) return;
        if (count == 1)
            throw EvaluationError(
                fmt::format("evaluate: no value is bound to {}", missing.front()));
        throw EvaluationError(fmt::format(
            "evaluate: no value is bound to {} leaves\n  {}{}", count, fmt::join(missing, "\n  "),
            count > most_named ? fmt::format("\n  and {} more", count - most_named)
                               : std::string()));
    }

    void compute(NodeId node) {
        const Op& op = graph_.op(node);
        if (!is_given(op)) compute_with(op, node);
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
        if (check_ == FiniteCheck::on) traced_[index(node)] = {};
    }

    /// A node that was given, or made, something that is not finite.
    struct Origin {
        NodeId node;
        detail::Made kind = detail::Made::minus_infinity;
        std::vector<std::pair<std::uint32_t, detail::OriginId>> behind{};  // by slot
        std::vector<detail::OriginId> joined{};  // what is joined goes back to
    };

    const Origin& origin(detail::OriginId id) const { return origins_[id - 1]; }

    detail::OriginId add(Origin origin) {
        origins_.push_back(std::move(origin));
        return static_cast<detail::OriginId>(origins_.size());
    }

    /// Notes what the node's entries that are not finite go back to. Throws for what was made and
    /// reaches an output, or is lost in a finite number; and for what was given and reaches an
    /// output.
    void look_at(NodeId node) {
        const ConstMatrixView result = value(node);
        const bool is_finite = detail::all_finite(result.values());
        const auto operands = graph_.operands(node);
        const bool reads_finite = std::ranges::all_of(
            operands, [&](NodeId operand) { return traced_[index(operand)].empty(); });
        if (is_finite && reads_finite) return;
        if (!reads_finite) require_nothing_lost(node);
        if (is_finite) return;
        traced_[index(node)] = origins_of(node);
        if (is_output_[index(node)])
            throw_origin(origin_to_tell(node),
                         [&](NodeId from) { return note_of_output(node, from); });
    }

    auto kind_of_origin() const {
        return [this](detail::OriginId id) { return origin(id).kind; };
    }

    detail::OriginId origin_to_tell(NodeId node) const {
        return detail::origin_to_tell(traced_[index(node)], kind_of_origin());
    }

    std::vector<detail::OriginId> origins_of(NodeId node) {
        const ConstMatrixView result = value(node);
        const std::vector<detail::ReadValues<double>> operands = read_values(node);
        std::map<detail::Made, detail::OriginId> own;
        const auto made = [&](detail::Made what) {
            detail::OriginId& id = own[what];
            if (id != 0) return id;
            if (what == detail::Made::joined)
                id = add({node, what, {}, origins_joined(operands)});
            else
                id = add({node, operands.empty() ? detail::Made::minus_infinity : what,
                          origins_behind(node)});
            return id;
        };
        return detail::origins_of<double>(result.values(), static_cast<std::size_t>(result.rows),
                                          operands, joined_entries(node), kind_of_origin(), made);
    }

    static std::vector<detail::OriginId> origins_joined(
        std::span<const detail::ReadValues<double>> operands) {
        std::vector<std::span<const detail::OriginId>> all;
        for (const auto& operand : operands) all.push_back(operand.origins);
        return detail::different_origins(all);
    }

    std::vector<bool> joined_entries(NodeId node) const {
        const Op& op = graph_.op(node);
        if (graph_.operand_count(node) == 0 || !detail::may_join(op.role)) return {};
        return detail::joined_entries(op, graph_.attributes(node), operand_values(node),
                                      graph_.shape(node));
    }

    std::vector<Matrix> operand_values(NodeId node) const {
        std::vector<Matrix> operands;
        for (const NodeId operand : graph_.operands(node)) {
            const ConstMatrixView read = value(operand);
            operands.emplace_back(read.rows, read.columns,
                                  std::vector<double>(read.values().begin(), read.values().end()));
        }
        return operands;
    }

    std::vector<detail::ReadValues<double>> read_values(NodeId node) const {
        std::vector<detail::ReadValues<double>> all;
        for (const NodeId operand : graph_.operands(node)) {
            const ConstMatrixView read = value(operand);
            all.push_back({read.values(), static_cast<std::size_t>(read.rows),
                           detail::extent_of(graph_.op(node).role, all.size(), read.shape(),
                                             graph_.shape(node)),
                           traced_[index(operand)]});
        }
        return all;
    }

    std::vector<std::pair<std::uint32_t, detail::OriginId>> origins_behind(NodeId node) const {
        std::vector<std::pair<std::uint32_t, detail::OriginId>> behind;
        for (std::uint32_t slot = 0; slot < graph_.operand_count(node); ++slot) {
            const NodeId operand = graph_.operand(node, slot);
            const detail::OriginId first = detail::first_origin(traced_[index(operand)]);
            if (first != 0 && origin(first).node != operand) behind.emplace_back(slot, first);
        }
        return behind;
    }

    /// Throws for something suspect that an operand has and the node's finite entries count with.
    void require_nothing_lost(NodeId node) const {
        const Op& op = graph_.op(node);
        if (!detail::may_hide(op.role)) return;
        std::vector<std::vector<bool>> marks;
        detail::OriginId first = 0;
        for (const NodeId operand : graph_.operands(node)) {
            marks.emplace_back();
            for (const detail::OriginId id : traced_[index(operand)]) {
                marks.back().push_back(id != 0 && origin(id).kind == detail::Made::suspect);
                if (marks.back().back()) detail::FirstOrigins::keep_first(first, id);
            }
        }
        if (first == 0) return;
        if (detail::counts_for_finite_entries(op, graph_.attributes(node), operand_values(node),
                                              marks, graph_.shape(node)))
            throw_origin(first,
                         [&](NodeId) { return detail::note_of_loss(graph_.describe(node)); });
    }

    std::string note_of_output(NodeId output, NodeId from) const {
        return output == from ? "" : detail::note_of_output(graph_.describe(output));
    }

    /// Throws for an origin, whose operands may be freed: it is computed again. `note(node)` says
    /// why it is told of, or nothing.
    template <class Note>
    [[noreturn]] void throw_origin(detail::OriginId id, const Note& note) const {
        const Origin& from = origin(id);
        std::vector<NodeId> read{from.node};
        for (const NodeId operand : graph_.operands(from.node)) read.push_back(operand);
        Evaluation again(graph_, read, bindings_, FiniteCheck::off);
        again.run(read);
        std::vector<std::string> notes, joined;
        if (from.kind == detail::Made::joined) {
            for (const detail::OriginId one : from.joined)
                joined.push_back(graph_.describe(origin(one).node));
            notes.push_back(detail::note_of_joined(joined));
        }
        for (const auto& [slot, behind] : from.behind)
            notes.push_back(detail::note_of_origin(fmt::format("operand {}", slot),
                                                   graph_.describe(origin(behind).node)));
        if (std::string why = note(from.node); !why.empty()) notes.push_back(std::move(why));
        again.throw_not_finite(from.node, std::move(notes));
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
    std::vector<Origin> origins_;
    std::vector<std::vector<detail::OriginId>>
        traced_;                   // by id; empty where all entries are finite
    std::vector<bool> is_output_;  // by id
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

double scalar(Expr output, const Bindings& bindings, FiniteCheck check) {
    const Matrix value = evaluate(output, bindings, check);
    if (!value.shape().is_scalar())
        throw ShapeError(fmt::format("scalar: the output must be 1 x 1\n  output is {}",
                                     output.graph->describe(output.id)));
    return value(0, 0);
}

}  // namespace revolute
