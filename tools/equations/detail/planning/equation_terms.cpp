#include <revolute/graph/leaf.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/tools/equations/detail/planning/equation_terms.hpp>

#include <algorithm>
#include <cstdlib>

namespace revolute::detail {

namespace {

Interval moved(Interval steps, std::int32_t by) { return {steps.low + by, steps.high + by}; }

Interval common(Interval a, Interval b) {
    return {std::max(a.low, b.low), std::min(a.high, b.high)};
}

bool is_empty(Interval steps) { return steps.high < steps.low; }

/// Cuts where `boundaries` begins and behind its end, as far as that is inside of `steps`.
void cut_at(Interval boundaries, Interval steps, std::vector<std::int32_t>& cuts) {
    for (const std::int32_t cut : {boundaries.low, boundaries.high + 1})
        if (steps.low < cut && cut <= steps.high) cuts.push_back(cut);
}

/// Whether the second piece continues the first; then `first` has the term that says both.
bool continues(Piece& first, const Piece& second) {
    if (first.steps.high + 1 != second.steps.low) return false;
    if (first.term == second.term) return true;
    const auto says = [](const Piece& general, const Piece& single) {
        return single.steps.size() == 1 &&
               at_step(general.term, single.steps.low) == at_step(single.term, single.steps.low);
    };
    if (says(first, second)) return true;
    if (!says(second, first)) return false;
    first.term = second.term;
    return true;
}

EquationTerm number_term(double value) {
    return {.kind = EquationTerm::Kind::number, .attributes = {value}};
}

/// The operands of a node as sweeps over every step from the first to the last: one over every k-th
/// step is a sweep for each. So is one of the operands of a sign, which has a place for each.
std::vector<Sweep> without_gaps(const Part& part) {
    std::vector<Sweep> result;
    for (const Sweep& sweep : part.operands) {
        if (sweep.rounds() == 1 || (std::abs(sweep.stride) == 1 && part.op->arity == variadic)) {
            result.push_back(sweep);
            continue;
        }
        for (std::int32_t t = sweep.first; t != sweep.last + sweep.stride; t += sweep.stride)
            result.push_back({sweep.elements, t, t, 1});
    }
    return result;
}

}  // namespace

std::vector<Piece> merged(std::vector<Piece> pieces) {
    std::vector<Piece> result;
    for (Piece& piece : pieces) {
        if (!result.empty() && continues(result.back(), piece))
            result.back().steps.high = piece.steps.high;
        else
            result.push_back(std::move(piece));
    }
    for (auto& [steps, term] : result)
        if (steps.size() == 1) term = at_step(std::move(term), steps.low);
    return result;
}

bool is_number(const Part& part) { return part.op == &constant_op; }
bool is_leaf(const Part& part) { return is_given(*part.op); }

EquationTerms::EquationTerms(const Rolled& rolled, const EquationNames& names,
                             const std::vector<AttributeColumns>& sizes)
    : rolled_(rolled), names_(names), own_names_(rolled.parts.size()), laws_(rolled.parts.size()) {
    const auto growth_of = [&](PartId part, std::uint32_t attribute) -> EquationGrowth& {
        std::vector<EquationGrowth>& of_part = laws_[index(part)];
        const auto known = std::ranges::find(of_part, attribute, &EquationGrowth::attribute);
        return known != of_part.end() ? *known : of_part.emplace_back(EquationGrowth{attribute});
    };
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const std::vector<double>& slopes = rolled.parts[i].slopes;
        for (std::uint32_t k = 0; k < slopes.size(); ++k) {
            if (slopes[k] == 0) continue;
            EquationGrowth& growth = growth_of(PartId{i}, k);
            growth.slope = slopes[k];
            growth.scale = rolled.parts[i].scale_of(k).value();
        }
    }
    if (rolled.laws)
        for (const auto& [part, attribute, law, is_of_scale] : rolled.laws->attributes) {
            EquationGrowth& growth = growth_of(part, attribute);
            (is_of_scale ? growth.scale_law : growth.law) = law;
        }
    for (const auto& [part, attribute, laws, law, scale_law] : sizes) {
        EquationGrowth& growth = growth_of(part, attribute);
        growth.columns = laws;
        if (law) growth.law = law;
        if (scale_law) growth.scale_law = scale_law;
    }
}

std::optional<std::size_t> EquationTerms::label_at(PartId id, std::int32_t t) const {
    const std::vector<PartName>& labels = rolled_[id].labels;
    const auto found =
        std::ranges::find_if(labels, [t](const PartName& x) { return x.steps.contains(t); });
    if (found == labels.end()) return std::nullopt;
    return static_cast<std::size_t>(found - labels.begin());
}

std::vector<Interval> EquationTerms::unlabelled(PartId id, Interval steps) const {
    const Part& part = rolled_[id];
    std::vector<Interval> found;
    if (!part.is_family()) {
        if (part.labels.empty()) found.push_back({0, 0});
        return found;
    }
    for (const Interval run : intervals_of(part.runs)) {
        const Interval there = common(run, steps);
        std::int32_t low = there.low;
        for (const PartName& label : part.labels) {
            if (label.steps.high() < low || label.steps.low() > there.high) continue;
            if (low < label.steps.low()) found.push_back({low, label.steps.low() - 1});
            low = label.steps.high() + 1;
        }
        if (low <= there.high) found.push_back({low, there.high});
    }
    return found;
}

std::vector<Piece> EquationTerms::computed(PartId part, std::int32_t offset, Interval steps) const {
    return merged(divided(part, offset, steps, false));
}

std::vector<Piece> EquationTerms::references(PartId part, Interval steps) const {
    // The variable is the step of the name, where all have the same one: sums of dh(t) are over t.
    const std::vector<PartName>& labels = rolled_[part].labels;
    const std::int32_t shift =
        labels.size() == 1 && labels.front().axis && !is_written_out(part, steps)
            ? labels.front().shift
            : 0;
    return divided(part, -shift, moved(steps, shift), true);
}

std::vector<Piece> EquationTerms::divided(PartId part, std::int32_t offset, Interval steps,
                                          bool is_reference) const {
    std::vector<std::int32_t> cuts{steps.low, steps.high + 1};
    if (is_reference)
        cut_reference(part, offset, steps, cuts);
    else
        cut(part, offset, steps, cuts);
    std::ranges::sort(cuts);
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
        pieces.push_back(
            {{cuts[i], cuts[i + 1] - 1},
             is_reference ? reference(part, offset, cuts[i]) : of_family(part, offset, cuts[i])});
    return pieces;
}

/// Where the term that computes the members at v + offset changes.
void EquationTerms::cut(PartId id, std::int32_t offset, Interval steps,
                        std::vector<std::int32_t>& cuts) const {
    for (const std::vector<Segment>& slot : rolled_[id].slots)
        for (const auto& [own, target, distance] : slot) {
            const Interval there = common(moved(own.interval(), -offset), steps);
            if (is_empty(there)) continue;
            cut_at(moved(own.interval(), -offset), steps, cuts);
            if (rolled_[target].is_family()) cut_reference(target, offset - distance, there, cuts);
        }
}

void EquationTerms::cut_reference(PartId id, std::int32_t offset, Interval steps,
                                  std::vector<std::int32_t>& cuts) const {
    for (const PartName& label : rolled_[id].labels)
        cut_at(moved(label.steps.interval(), -offset), steps, cuts);
    if (is_written_out(id, moved(steps, offset))) cut(id, offset, steps, cuts);
}

EquationTerm EquationTerms::reference(PartId id, std::int32_t offset, std::int32_t v) const {
    const Part& part = rolled_[id];
    const std::int32_t t = part.is_family() ? v + offset : 0;
    if (const auto number = label_at(id, t)) {
        const PartName& label = part.labels[*number];
        EquationTerm term{.name = names_(id, *number)};
        if (label.axis)
            term.step = EquationStep{*label.axis, !part.is_family(),
                                     (part.is_family() ? offset : 0) + label.shift};
        return term;
    }
    if (is_number(part)) return number(id);
    if (!given_name(id).empty()) {
        EquationTerm term{.name = given_name(id)};
        if (part.is_family()) term.step = EquationStep{*part.axis, false, offset};
        return term;
    }
    return part.is_family() ? of_family(id, offset, v) : computed(id);
}

EquationTerm EquationTerms::of_family(PartId id, std::int32_t offset, std::int32_t v) const {
    const Part& part = rolled_[id];
    std::vector<EquationTerm> operands;
    std::vector<PartId> targets;
    for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot) {
        const Segment& segment = part.segment_at(slot, v + offset);
        operands.push_back(reference(segment.target, offset - segment.distance, v));
        targets.push_back(segment.target);
    }
    return operation(id, std::move(operands), targets, offset);
}

EquationTerm EquationTerms::computed(PartId id) const {
    const Part& part = rolled_[id];
    if (is_number(part)) return matrix_of(id);
    if (part.op == &accumulate_op) return sum_over_steps(part);
    std::vector<EquationTerm> operands;
    std::vector<PartId> targets;
    for (const Sweep& sweep : without_gaps(part)) {
        std::size_t element = 0;  // a number is an operand by itself
        for (EquationTerm& operand : operands_of(sweep)) {
            operands.push_back(std::move(operand));
            targets.push_back(sweep.elements[element].part);
            if (element + 1 < sweep.elements.size()) ++element;
        }
    }
    return operation(id, std::move(operands), targets, 0);
}

/// The operands one by one, or as lists of those at steps that one formula says.
std::vector<EquationTerm> EquationTerms::operands_of(const Sweep& sweep) const {
    std::vector<EquationTerm> operands;
    if (sweep.rounds() == 1) {
        for (const auto& [element, offset] : sweep.elements)
            operands.push_back(member(element, sweep.first + offset));
        return operands;
    }
    const Interval steps{std::min(sweep.first, sweep.last), std::max(sweep.first, sweep.last)};
    std::vector<std::int32_t> cuts{steps.low, steps.high + 1};
    for (const auto& [element, offset] : sweep.elements)
        cut_reference(element, offset, steps, cuts);
    std::ranges::sort(cuts);
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    const std::int32_t axis = rolled_[sweep.elements.front().part].axis.value_or(0);
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        EquationTerm list{.kind = EquationTerm::Kind::list,
                          .axis = axis,
                          .steps = {cuts[i], cuts[i + 1] - 1},
                          .is_descending = sweep.stride < 0};
        for (const auto& [element, offset] : sweep.elements)
            list.operands.push_back(reference(element, offset, cuts[i]));
        operands.push_back(std::move(list));
    }
    if (sweep.stride < 0) std::ranges::reverse(operands);
    return operands;
}

/// A number beside other values has their shape; one by itself needs to be said with it.
EquationTerm EquationTerms::operation(PartId id, std::vector<EquationTerm> operands,
                                      std::span<const PartId> targets, std::int32_t offset) const {
    const Part& part = rolled_[id];
    const auto is_bare = [](const EquationTerm& x) { return x.kind == EquationTerm::Kind::number; };
    const bool is_loss_of_equals = part.op->is_loss && std::ranges::all_of(targets, [&](PartId x) {
                                       return rolled_[x].shape == rolled_[targets.front()].shape;
                                   });
    const bool is_entry_by_entry = is_elementwise(part.op->role) || is_loss_of_equals;
    const bool has_shape = is_entry_by_entry && !std::ranges::all_of(operands, is_bare);
    for (std::size_t slot = 0; slot < operands.size() && !has_shape; ++slot)
        if (is_bare(operands[slot]) && is_number(rolled_[targets[slot]]))
            operands[slot] = matrix_of(targets[slot]);
    EquationTerm term{.kind = EquationTerm::Kind::operation,
                      .op = part.op,
                      .is_scalar = part.shape.is_scalar(),
                      .attributes = part.attributes,
                      .growing = growing(id, offset),
                      .operands = std::move(operands)};
    const bool is_of_number = part.op == &scale_op && is_bare(term.operands.front());
    return is_of_number ? times_number(std::move(term)) : term;
}

/// A number times a number is a number, as two beside each other would not read as a product.
EquationTerm EquationTerms::times_number(EquationTerm scaled) {
    const EquationTerm& number = scaled.operands.front();
    const bool is_one = number.growing.empty() && number.attributes.front() == 1;
    if (!is_one && (!number.growing.empty() || !scaled.growing.empty())) return scaled;
    EquationTerm product = number_term(scaled.attributes.front() * number.attributes.front());
    product.growing = std::move(scaled.growing);
    return product;
}

std::vector<EquationGrowth> EquationTerms::growing(PartId id, std::int32_t offset) const {
    std::vector<EquationGrowth> found = laws_[index(id)];
    for (EquationGrowth& growth : found)
        if (growth.slope != 0) growth.step = {*rolled_[id].axis, false, offset};
    return found;
}

EquationTerm EquationTerms::number(PartId id) const {
    EquationTerm term = number_term(rolled_[id].attributes.front());
    for (const EquationGrowth& growth : growing(id, 0))
        if (growth.attribute == 0) term.growing.push_back(growth);
    return term;
}

/// A number with its shape.
EquationTerm EquationTerms::matrix_of(PartId id) const {
    const Shape shape = rolled_[id].shape;
    if (shape == Shape{}) return number(id);
    EquationTerm term{
        .kind = EquationTerm::Kind::operation,
        .op = &broadcast_op,
        .attributes = {static_cast<double>(shape.rows), static_cast<double>(shape.columns)},
        .operands = {number(id)}};
    for (EquationGrowth growth : growing(id, 0))
        if (growth.attribute-- != 0) term.growing.push_back(growth);
    return term;
}

/// Terms of a family follow each other in time, up or down; each stretch of them that one formula
/// says is one sum.
EquationTerm EquationTerms::sum_over_steps(const Part& part) const {
    struct Addend {
        std::int32_t axis;
        Piece piece;
    };
    std::vector<Addend> addends;
    std::vector<EquationTerm> terms;
    for (const Sweep& sweep : without_gaps(part))
        for (const auto& [element, offset] : sweep.elements) {
            const Part& added = rolled_[element];
            if (!added.is_family()) {
                terms.push_back(reference(element, 0, 0));
                continue;
            }
            const Interval steps{std::min(sweep.first, sweep.last) + offset,
                                 std::max(sweep.first, sweep.last) + offset};
            for (Piece& piece : references(element, steps))
                addends.push_back({*added.axis, std::move(piece)});
        }
    std::ranges::stable_sort(addends, {},
                             [](const Addend& x) { return std::pair(x.axis, x.piece.steps.low); });
    // Two families can have terms at the same steps: each makes a row of its own.
    struct Row {
        std::int32_t axis;
        std::vector<Piece> pieces;
    };
    std::vector<Row> rows;
    for (Addend& addend : addends) {
        const auto row = std::ranges::find_if(rows, [&](const Row& x) {
            Piece last = x.pieces.back();
            return x.axis == addend.axis && continues(last, addend.piece);
        });
        if (row == rows.end())
            rows.push_back({addend.axis, {std::move(addend.piece)}});
        else
            row->pieces.push_back(std::move(addend.piece));
    }
    std::vector<EquationTerm> sums;
    for (Row& row : rows)
        for (Piece& piece : merged(std::move(row.pieces))) {
            if (piece.steps.size() == 1)
                sums.push_back(std::move(piece.term));
            else
                sums.push_back({.kind = EquationTerm::Kind::sum,
                                .axis = row.axis,
                                .steps = piece.steps,
                                .operands = {std::move(piece.term)}});
        }
    sums.insert(sums.end(), std::make_move_iterator(terms.begin()),
                std::make_move_iterator(terms.end()));
    if (sums.size() == 1) return std::move(sums.front());
    return {
        .kind = EquationTerm::Kind::operation, .op = &accumulate_op, .operands = std::move(sums)};
}

}  // namespace revolute::detail
