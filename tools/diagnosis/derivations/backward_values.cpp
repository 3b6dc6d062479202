#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/tools/diagnosis/derivations/backward_values.hpp>

#include <algorithm>

namespace revolute {

namespace {

/// to += factor from.
void add_to(std::span<double> to, std::span<const double> from, double factor) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * from[i];
}

bool is_among(const ColumnChoice& columns, int column) {
    return (column == columns.column) != columns.is_left_out;
}

/// Zeros of that shape, in the room that the matrix has.
void clear(Matrix& matrix, Shape shape) {
    if (matrix.shape() != shape || matrix.empty()) matrix = Matrix(shape);
    std::ranges::fill(matrix.values(), 0.0);
}

}  // namespace

void BackwardValues::Sum::add(ConstMatrixView term, double factor) {
    if (!is_there) clear(value, term.shape());
    is_there = true;
    add_to(value.values(), term.values(), factor);
}

BackwardValues::Derivation BackwardValues::Derivation::times(double factor) const {
    Derivation result = *this;
    for (PerChannel<Matrix>& both : result.adjoints)
        for (Matrix& adjoint : both)
            for (double& entry : adjoint.values()) entry *= factor;
    for (double& entry : result.gradients) entry *= factor;
    return result;
}

BackwardValues::BackwardValues(const BackwardWalk& walk, const Bindings& values)
    : walk_(walk),
      terms_(walk.graph(), values),
      is_altered_(walk.uses().size(), false),
      changes_(index(walk.loss().id) + 1) {
    now_.adjoints.resize(changes_.size());
    for (std::uint32_t use = 0; use < walk.uses().size(); ++use) {
        right_.push_back(terms_.number(pull_back(site(use))));
        const NodeId operand = walk.operand(walk.uses()[use]);
        is_recurrent_.push_back(walk.is_recurrent(walk.uses()[use]));
        is_output_.push_back(walk.is_output(operand));
        now_.rules.push_back({Rule{right_.back(), 1}, Rule{right_.back(), 1}});
    }
    altered_rules_ = now_.rules;
    first_entry_.push_back(0);
    for (const Expr& variable : walk.variables())
        first_entry_.push_back(first_entry_.back() + variable.shape().size());
    now_.gradients.assign(first_entry_.back(), 0.0);
    // The first derivation changes everything: from nothing to what the seed of the reverse pass
    // gives.
    add(walk.loss().id, std::array{step}, Matrix(walk.loss().shape(), 1.0), 1);
    run({});
    absorb();
}

Pullback BackwardValues::site(std::uint32_t use) {
    const Expr consumer = walk_.graph().at(walk_.uses()[use].consumer);
    const Expr adjoint = terms_.adjoint(consumer.shape());
    return {{consumer, walk_.uses()[use].slot}, adjoint};
}

std::optional<std::uint32_t> BackwardValues::term(std::uint32_t use, Expr made) {
    const std::uint32_t number = terms_.number(made);
    return number == right_[use] ? std::nullopt : std::optional(number);
}

bool BackwardValues::has_room_for(std::span<const Alteration> alterations) const {
    return std::ranges::none_of(alterations, [&](const Alteration& alteration) {
        const std::uint32_t right = right_[alteration.use];
        const PerChannel<Rule>& rule = now_.rules[alteration.use];
        const auto is_taken = [&](Channel channel, Reach other) {
            return alteration.reach != other && ((alteration.term && rule[channel].term != right) ||
                                                 (alteration.columns && rule[channel].columns));
        };
        return is_taken(recurrence, Reach::step) || is_taken(step, Reach::recurrence);
    });
}

std::span<const double> BackwardValues::gradients(std::span<const Alteration> alterations,
                                                  std::optional<int> column) {
    forget();
    mark(alterations);
    run(column);
    changed_gradients_ = now_.gradients;
    for (std::size_t i = 0; i < walk_.variables().size(); ++i)
        if (const Sum& change = changes_[index(walk_.variables()[i].id)][step]; change.is_there)
            add_to(std::span(changed_gradients_).subspan(first_entry_[i], change.value.size()),
                   change.value.values(), 1);
    return changed_gradients_;
}

void BackwardValues::accept(std::span<const Alteration> alterations) {
    forget();
    mark(alterations);
    run({});
    absorb();
}

void BackwardValues::absorb() {
    if (is_altered_split_ && !now_.is_split)
        for (PerChannel<Matrix>& both : now_.adjoints) both[recurrence] = both[step];
    now_.is_split = is_altered_split_;
    for (const NodeId node : changed_)
        for (const Channel channel : {recurrence, step}) {
            const Sum& change = changes_[index(node)][channel];
            if (!change.is_there) continue;
            Matrix& adjoint = now_.adjoints[index(node)][channel];
            if (adjoint.empty()) {
                adjoint = Matrix(change.value.shape());
                adjoint_entries_ += adjoint.size();
            }
            add_to(adjoint.values(), change.value.values(), 1);
        }
    now_.rules = altered_rules_;
    for (std::size_t i = 0; i < walk_.variables().size(); ++i)
        if (const Matrix& adjoint = now_.adjoints[index(walk_.variables()[i].id)][step];
            !adjoint.empty())
            std::ranges::copy(adjoint.values(), now_.gradients.begin() +
                                                    static_cast<std::ptrdiff_t>(first_entry_[i]));
    forget();
}

void BackwardValues::resume(Derivation derivation) {
    forget();
    now_ = std::move(derivation);
    altered_rules_ = now_.rules;
    is_altered_split_ = now_.is_split;
}

void BackwardValues::forget() {
    for (const NodeId node : changed_)
        for (Sum& change : changes_[index(node)]) change.is_there = false;
    changed_.clear();
    for (const std::uint32_t use : altered_) {
        is_altered_[use] = false;
        altered_rules_[use] = now_.rules[use];
    }
    altered_.clear();
    is_altered_split_ = now_.is_split;
}

void BackwardValues::mark(std::span<const Alteration> alterations) {
    for (const Alteration& alteration : alterations) {
        if (!is_altered_[alteration.use]) altered_.push_back(alteration.use);
        is_altered_[alteration.use] = true;
        is_altered_split_ = is_altered_split_ || alteration.reach != Reach::everywhere;
        for (const Channel channel : {recurrence, step}) {
            const bool is_left_alone = channel == recurrence
                                           ? alteration.reach == Reach::step
                                           : alteration.reach == Reach::recurrence;
            if (is_left_alone) continue;
            Rule& rule = altered_rules_[alteration.use][channel];
            rule.factor *= alteration.factor;
            if (alteration.term) rule.term = *alteration.term;
            if (alteration.columns) rule.columns = alteration.columns;
        }
    }
}

void BackwardValues::run(std::optional<int> column) {
    constexpr std::array both{recurrence, step};
    const auto uses = walk_.uses();
    operations_ += static_cast<std::int64_t>(uses.size() + first_entry_.back());
    for (auto use = static_cast<std::uint32_t>(uses.size()); use-- > 0;) {
        const NodeId consumer = uses[use].consumer;
        const PerChannel<Sum>& change = changes_[index(consumer)];
        if (!is_altered_[use] && !change[recurrence].is_there && !change[step].is_there) continue;
        if (!is_altered_split_)
            pass_on(use, step, std::array{step}, column);
        else if (is_recurrent_[use])
            pass_on(use, recurrence, both, column);
        else if (is_output_[use])
            pass_on(use, step, both, column);
        else
            for (const Channel channel : both) pass_on(use, channel, std::array{channel}, column);
    }
}

void BackwardValues::pass_on(std::uint32_t use, Channel from, std::span<const Channel> to,
                             std::optional<int> column) {
    const Use& edge = walk_.uses()[use];
    const NodeId operand = walk_.operand(edge);
    const Sum& change = changes_[index(edge.consumer)][from];
    const Rule rule = now_.rules[use][from], altered = altered_rules_[use][from];
    if (!is_altered_[use] || rule == altered) {
        if (change.is_there && rule.factor != 0)
            add(operand, to, apply(rule, change.value), rule.factor);
        return;
    }
    const ConstMatrixView adjoint = this->adjoint(edge.consumer, from, column);
    if (adjoint.data == nullptr && !change.is_there) return;
    if (altered.factor != 0) {
        clear(sum_, walk_.graph().shape(edge.consumer));
        if (adjoint.data != nullptr) add_to(sum_.values(), adjoint.values(), 1);
        if (change.is_there) add_to(sum_.values(), change.value.values(), 1);
        add(operand, to, apply(altered, sum_), altered.factor);
    }
    if (adjoint.data != nullptr && rule.factor != 0)
        add(operand, to, apply(rule, adjoint), -rule.factor);
}

void BackwardValues::add(NodeId operand, std::span<const Channel> to, ConstMatrixView term,
                         double factor) {
    PerChannel<Sum>& sums = changes_[index(operand)];
    if (!sums[recurrence].is_there && !sums[step].is_there) changed_.push_back(operand);
    for (const Channel channel : to) sums[channel].add(term, factor);
}

const Matrix& BackwardValues::adjoint(NodeId node, Channel channel) const {
    return now_.adjoints[index(node)][now_.is_split ? channel : step];
}

ConstMatrixView BackwardValues::adjoint(NodeId node, Channel channel, std::optional<int> column) {
    const Matrix& whole = adjoint(node, channel);
    if (whole.empty()) return {};
    if (!column || whole.columns() <= *column) return whole;
    clear(in_column_, whole.shape());
    for (int r = 0; r < whole.rows(); ++r) in_column_(r, *column) = whole(r, *column);
    return in_column_;
}

ConstMatrixView BackwardValues::apply(const Rule& rule, ConstMatrixView adjoint) {
    operations_ += terms_.operations(rule.term);
    if (!rule.columns) return terms_.apply(rule.term, adjoint);
    const int rows = adjoint.rows;
    clear(chosen_, adjoint.shape());
    for (int c = 0; c < adjoint.columns; ++c)
        if (is_among(*rule.columns, c))
            for (int r = 0; r < rows; ++r) chosen_(r, c) = adjoint(r, c);
    return terms_.apply(rule.term, chosen_);
}

std::vector<double> BackwardValues::gradients_with(const AdjointChange& change) {
    std::vector<PerChannel<Sum>> sums(now_.adjoints.size());  // of terms that are recurrent or not
    sums.back()[step].add(adjoint(walk_.loss().id, step), 1);
    std::vector<bool> is_complete(sums.size(), false);
    const auto adjoint_of = [&](NodeId node) -> const Sum& {
        PerChannel<Sum>& both = sums[index(node)];
        if (is_complete[index(node)]) return both[step];
        is_complete[index(node)] = true;
        const bool is_changed = change.at[index(node)];
        if (is_changed && change.of_recurrence && both[recurrence].is_there)
            change.change(node, both[recurrence].value);
        if (both[recurrence].is_there) both[step].add(both[recurrence].value, 1);
        if (is_changed && !change.of_recurrence && both[step].is_there)
            change.change(node, both[step].value);
        return both[step];
    };
    const auto uses = walk_.uses();
    for (auto use = static_cast<std::uint32_t>(uses.size()); use-- > 0;) {
        const Sum& consumer = adjoint_of(uses[use].consumer);
        const Rule& rule = now_.rules[use][step];
        if (consumer.is_there && rule.factor != 0)
            sums[index(walk_.operand(uses[use]))][is_recurrent_[use] ? recurrence : step].add(
                apply(rule, consumer.value), rule.factor);
    }
    std::vector<double> gradients(first_entry_.back(), 0.0);
    for (std::size_t i = 0; i < walk_.variables().size(); ++i)
        if (const Sum& sum = adjoint_of(walk_.variables()[i].id); sum.is_there)
            std::ranges::copy(sum.value.values(),
                              gradients.begin() + static_cast<std::ptrdiff_t>(first_entry_[i]));
    return gradients;
}

}  // namespace revolute
