#include <revolute/graph/leaf.hpp>
#include <revolute/tools/diagnosis/derivations/linear_term.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace revolute {

namespace {

/// What calling a kernel takes, in operations; and what applying a term and adding it up takes.
constexpr std::int64_t operations_of_call = 60, operations_of_term = 60;

/// The matrix product takes one for each entry of its left factor and column; others one for each
/// entry.
std::int64_t operations_of(const Op& op, Shape left, Shape result) {
    const auto entries = static_cast<std::int64_t>(result.size());
    return operations_of_call + (op.role == Role::product ? entries * left.columns : entries);
}

}  // namespace

LinearTerms::LinearTerms(Graph& graph, const Bindings& values) : graph_(graph), given_(values) {
    extend();
}

Expr LinearTerms::adjoint(Shape shape) {
    const auto found = std::ranges::find(leaves_, shape, &Expr::shape);
    if (found != leaves_.end()) return *found;
    extend();
    leaves_.push_back(graph_.input("adjoint", shape));
    is_adjoint_.push_back(true);
    values_.emplace_back();
    return leaves_.back();
}

std::uint32_t LinearTerms::number(Expr term) {
    extend();
    const auto [place, is_new] =
        numbers_.try_emplace(term.id, static_cast<std::uint32_t>(terms_.size()));
    if (is_new) {
        terms_.push_back(made_of(term));
        tabulate(terms_.back());
    }
    return place->second;
}

void LinearTerms::extend() {
    std::vector<ConstMatrixView> operands;
    for (auto i = static_cast<std::uint32_t>(values_.size()); i < graph_.size(); ++i) {
        const NodeId node{i};
        const Op& op = graph_.op(node);
        is_adjoint_.push_back(std::ranges::any_of(
            graph_.operands(node), [&](NodeId operand) { return is_adjoint_[index(operand)]; }));
        values_.emplace_back();
        if (is_adjoint_.back()) continue;
        if (is_given(op)) {
            values_.back() = evaluate(graph_.at(node), given_);
            continue;
        }
        operands.clear();
        for (const NodeId operand : graph_.operands(node))
            operands.emplace_back(values_[index(operand)]);
        values_.back() = Matrix(graph_.shape(node));
        op.evaluate({operands, graph_.attributes(node)}, values_.back());
        entries_ += values_.back().size();
    }
}

LinearTerms::Term LinearTerms::made_of(Expr term) {
    std::set<NodeId> nodes;  // of the term, ascending, without the leaf
    std::vector<NodeId> waiting{term.id};
    Shape of_adjoint;
    while (!waiting.empty()) {
        const NodeId node = waiting.back();
        waiting.pop_back();
        const bool is_leaf = std::ranges::find(leaves_, node, &Expr::id) != leaves_.end();
        if (is_leaf) of_adjoint = graph_.shape(node);
        if (!is_adjoint_[index(node)] || is_leaf || !nodes.insert(node).second) continue;
        for (const NodeId operand : graph_.operands(node)) waiting.push_back(operand);
    }
    Term made;
    made.shape = term.shape();
    made.of_adjoint = of_adjoint;
    made.operations = operations_of_term;
    if (!is_adjoint_[index(term.id)]) {  // linear, and the same for every adjoint
        made.zeros = Matrix(term.shape());
        return made;
    }
    std::map<NodeId, std::size_t> step_of;
    for (const NodeId node : nodes) {
        Step step{.op = &graph_.op(node), .sources = {}, .attributes = {}, .result = {}};
        for (const NodeId operand : graph_.operands(node)) {
            if (!is_adjoint_[index(operand)])
                step.sources.push_back({Source::Kind::value, index(operand)});
            else if (const auto found = step_of.find(operand); found != step_of.end())
                step.sources.push_back({Source::Kind::step, found->second});
            else
                step.sources.push_back({Source::Kind::adjoint});
        }
        const auto attributes = graph_.attributes(node);
        step.attributes.assign(attributes.begin(), attributes.end());
        step.result = Matrix(graph_.shape(node));
        made.operations +=
            operations_of(*step.op, graph_.shape(graph_.operand(node, 0)), graph_.shape(node));
        step_of[node] = made.steps.size();
        made.steps.push_back(std::move(step));
    }
    return made;
}

void LinearTerms::tabulate(Term& term) {
    constexpr std::size_t largest = 32;
    if (term.steps.empty() || term.of_adjoint.size() > largest) return;
    Matrix unit(term.of_adjoint);
    std::vector<Slope> slopes;
    for (std::size_t from = 0; from < unit.size(); ++from) {
        unit.values()[from] = 1;
        const auto column = apply_steps(term, unit).values();
        unit.values()[from] = 0;
        for (std::size_t to = 0; to < column.size(); ++to) {
            if (!std::isfinite(column[to])) return;  // no matrix tells what becomes of zeros there
            if (column[to] != 0)
                slopes.push_back(
                    {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to), column[to]});
        }
    }
    term.slopes = std::move(slopes);
    term.result = Matrix(term.shape);
    term.steps.clear();
    term.operations = operations_of_term + static_cast<std::int64_t>(term.slopes.size());
    entries_ += term.result.size() + 2 * term.slopes.size();
}

ConstMatrixView LinearTerms::apply(std::uint32_t number, ConstMatrixView adjoint) {
    Term& term = terms_[number];
    if (!term.result.empty()) {
        std::ranges::fill(term.result.values(), 0.0);
        double* const result = term.result.values().data();
        for (const Slope& slope : term.slopes)
            result[slope.to] += slope.value * adjoint.data[slope.from];
        return term.result;
    }
    if (term.steps.empty()) return term.zeros.empty() ? adjoint : ConstMatrixView(term.zeros);
    return apply_steps(term, adjoint);
}

ConstMatrixView LinearTerms::apply_steps(Term& term, ConstMatrixView adjoint) {
    for (Step& step : term.steps) {
        operands_.clear();
        for (const Source& source : step.sources)
            operands_.push_back(source.kind == Source::Kind::adjoint ? adjoint
                                : source.kind == Source::Kind::step
                                    ? ConstMatrixView(term.steps[source.index].result)
                                    : ConstMatrixView(values_[source.index]));
        step.op->evaluate({operands_, step.attributes}, step.result);
    }
    return term.steps.back().result;
}

}  // namespace revolute
