#include <revolute/graph/leaf.hpp>
#include <revolute/tools/equations/detail/order/equation_division.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace revolute::detail {

namespace {

/// What puts summands together: how far from the step of the line the step is that they read, and,
/// where those are too many for a line, which portion of them.
struct Kind {
    std::optional<std::int32_t> distance;
    std::size_t portion = 0;

    friend bool operator==(const Kind&, const Kind&) = default;
    friend bool operator<(const Kind& a, const Kind& b) {
        return std::tie(a.distance, a.portion) < std::tie(b.distance, b.portion);
    }
};

/// Neighbouring summands of one kind.
struct Group {
    Kind kind;
    std::vector<EquationTerm> summands;
};

/// The groups of each piece of a definition.
using Grouping = std::vector<std::vector<Group>>;

/// The step that a summand is told by: that of the first name that has one.
std::optional<EquationStep> step_read(const EquationTerm& term) {
    std::vector<const EquationTerm*> open{&term};
    while (!open.empty()) {
        const EquationTerm& now = *open.back();
        open.pop_back();
        if (now.step) return now.step;
        for (auto operand = now.operands.rbegin(); operand != now.operands.rend(); ++operand)
            open.push_back(&*operand);
    }
    return std::nullopt;
}

EquationTerm sum_of(std::vector<EquationTerm> summands) {
    if (summands.size() == 1) return std::move(summands.front());
    return {.kind = EquationTerm::Kind::operation,
            .op = &accumulate_op,
            .operands = std::move(summands)};
}

/// The summands in groups that read one step; or all in one group.
std::vector<Group> groups_of(const Piece& piece, bool by_step) {
    std::vector<Group> groups;
    if (piece.term.op != &accumulate_op) return groups;
    for (const EquationTerm& summand : piece.term.operands) {
        std::optional<std::int32_t> distance;
        if (const auto step = by_step ? step_read(summand) : std::nullopt)
            distance = step->is_fixed ? step->t - piece.steps.low : step->t;
        if (groups.empty() || groups.back().kind.distance != distance)
            groups.push_back({{distance}, {}});
        groups.back().summands.push_back(summand);
    }
    return groups;
}

/// The group in so many portions.
std::vector<Group> portions_of(const Group& group, std::size_t count) {
    const std::size_t size = group.summands.size();
    std::vector<Group> portions;
    for (std::size_t i = 0; i < std::min(count, size); ++i) {
        const auto at = [&](std::size_t place) {
            return group.summands.begin() +
                   static_cast<std::ptrdiff_t>(size * place / std::min(count, size));
        };
        portions.push_back({{group.kind.distance, i}, {at(i), at(i + 1)}});
    }
    return portions;
}

/// Divides definitions whose lines are too long.
class Division {
 public:
    Division(const LineRoom& room, EquationNames& names) : room_(room), names_(names) {}

    std::vector<Definition> divided(std::vector<Definition> open) {
        find_width_of_limits(open);
        std::ranges::reverse(open);
        std::vector<Definition> done;
        while (!open.empty()) {
            Definition definition = std::move(open.back());
            open.pop_back();
            std::vector<Definition> parts = parts_of(definition);
            if (parts.empty()) {
                done.push_back(std::move(definition));
                continue;
            }
            ++definition.divisions;
            open.push_back(std::move(definition));
            open.insert(open.end(), std::make_move_iterator(parts.rbegin()),
                        std::make_move_iterator(parts.rend()));
        }
        return done;
    }

 private:
    /// Limits stand below each other, so the widest counts for all lines that have some.
    void find_width_of_limits(const std::vector<Definition>& definitions) {
        for (const Definition& definition : definitions)
            for (const Piece& piece : definition.pieces)
                if (const auto limits = limits_of(line_of(definition, piece), room_.style))
                    width_of_limits_ = std::max(width_of_limits_, in_text(*limits).size());
    }

    bool fits(const Definition& definition, const Piece& piece) const {
        const Equation line = line_of(definition, piece);
        const std::size_t limits =
            limits_of(line, room_.style) ? space_before_limits + width_of_limits_ : 0;
        return indent + left_side(line, room_.style).size() + width_of_equals +
                   right_side(line, room_.style).size() + limits <=
               room_.longest_line;
    }

    /// Takes out of the lines what makes them too long; nothing when all fit, or nothing can be
    /// taken.
    std::vector<Definition> parts_of(Definition& definition) {
        if (std::ranges::all_of(definition.pieces,
                                [&](const Piece& piece) { return fits(definition, piece); }))
            return {};
        std::vector<Definition> parts = parts_of(definition, grouped(definition, true));
        return parts.empty() ? parts_of(definition, grouped(definition, false)) : parts;
    }

    std::vector<Definition> parts_of(Definition& definition, const Grouping& grouping) {
        std::set<Kind> named;
        while (const auto kind = longest(definition, grouping, named)) named.insert(*kind);
        std::vector<Definition> parts;
        for (const Kind& kind : named) {
            Definition part = part_like(definition, name_of_part(definition, kind));
            for (std::size_t i = 0; i < grouping.size(); ++i)
                for (const Group& group : grouping[i])
                    if (group.kind == kind && can_be_named(group, definition.pieces[i]))
                        part.pieces.push_back({definition.pieces[i].steps, sum_of(group.summands)});
            parts.push_back(std::move(part));
        }
        for (std::size_t i = 0; i < grouping.size() && !named.empty(); ++i)
            definition.pieces[i] = shortened(definition, i, grouping[i], named);
        return parts;
    }

    static Definition part_like(const Definition& whole, std::string name) {
        return {.part = whole.part,
                .name = std::move(name),
                .axis = whole.axis,
                .is_descending = whole.is_descending,
                .has_made_name = true};
    }

    /// The summands of all pieces in the same groups, as many of them as fit on a line.
    Grouping grouped(const Definition& definition, bool by_step) const {
        const Definition part = part_like(definition, beginning_of(definition) + "_9");
        std::map<std::optional<std::int32_t>, std::size_t> portions;  // by distance
        for (const Piece& piece : definition.pieces)
            for (const Group& group : groups_of(piece, by_step)) {
                std::size_t& count = portions.try_emplace(group.kind.distance, 1).first->second;
                const auto is_too_long = [&](const Group& x) {
                    return x.summands.size() > 1 &&
                           (can_be_named(x, piece) ? !fits(part, {piece.steps, sum_of(x.summands)})
                                                   : !fits(definition, piece));
                };
                while (std::ranges::any_of(portions_of(group, count), is_too_long)) ++count;
            }
        Grouping grouping;
        for (const Piece& piece : definition.pieces) {
            std::vector<Group>& groups = grouping.emplace_back();
            std::map<std::optional<std::int32_t>, std::size_t>
                count;  // groups of one distance can be apart
            for (const Group& group : groups_of(piece, by_step))
                for (Group& portion : portions_of(group, portions.at(group.kind.distance))) {
                    portion.kind.portion = count[group.kind.distance]++;
                    groups.push_back(std::move(portion));
                }
        }
        return grouping;
    }

    /// Not what is a name already; and a sum is no part of itself.
    static bool can_be_named(const Group& group, const Piece& piece) {
        const bool is_name = group.summands.size() == 1 && group.summands.front().operands.empty();
        return !is_name && group.summands.size() < piece.term.operands.size();
    }

    /// The kind that makes a line, which is still too long, shortest when it has a name.
    std::optional<Kind> longest(const Definition& definition, const Grouping& grouping,
                                const std::set<Kind>& named) const {
        std::optional<Kind> found;
        // What is as short as the name of it is no gain.
        std::size_t length = beginning_of(definition).size() + std::string_view("_9(t+1)").size();
        for (std::size_t i = 0; i < grouping.size(); ++i) {
            const Piece& piece = definition.pieces[i];
            if (fits(definition, shortened(definition, i, grouping[i], named))) continue;
            for (const Group& group : grouping[i]) {
                if (named.contains(group.kind) || !can_be_named(group, piece)) continue;
                const Equation line = line_of(definition, {piece.steps, sum_of(group.summands)});
                const std::size_t own = right_side(line, room_.style).size();
                if (own > length) {
                    length = own;
                    found = group.kind;
                }
            }
        }
        return found;
    }

    /// A piece with names in place of groups.
    Piece shortened(const Definition& definition, std::size_t number,
                    const std::vector<Group>& groups, const std::set<Kind>& named) const {
        const Piece& piece = definition.pieces[number];
        if (groups.empty()) return piece;
        std::vector<EquationTerm> summands;
        for (const Group& group : groups) {
            if (named.contains(group.kind) && can_be_named(group, piece)) {
                const auto given = given_.find(key(definition, group.kind));
                const Equation line = line_of(
                    part_like(definition, given != given_.end() ? given->second
                                                                : beginning_of(definition) + "_9"),
                    piece);
                summands.push_back({.name = line.name, .step = line.step});
            } else {
                summands.insert(summands.end(), group.summands.begin(), group.summands.end());
            }
        }
        return {piece.steps, sum_of(std::move(summands))};
    }

    /// By the name and axis of the whole, how often it was divided before, and the kind.
    using Key = std::tuple<std::string, std::optional<std::int32_t>, std::size_t, Kind>;

    static Key key(const Definition& whole, const Kind& kind) {
        return {whole.name, whole.axis, whole.divisions, kind};
    }

    /// The same in all parts of the equations.
    const std::string& name_of_part(const Definition& whole, const Kind& kind) {
        std::string& name = given_[key(whole, kind)];
        if (name.empty()) name = names_.unused(beginning_of(whole));
        return name;
    }

    std::string beginning_of(const Definition& whole) const {
        if (whole.has_made_name) return whole.name;
        if (whole.part == EquationPart::forward) return "e_" + whole.name;
        const bool is_adjoint = names_.adjoints().contains(whole.name);
        return "delta_" + (is_adjoint ? whole.name.substr(1) : whole.name);
    }

    const LineRoom& room_;
    EquationNames& names_;
    std::size_t width_of_limits_ = 0;
    std::map<Key, std::string> given_;
};

}  // namespace

std::vector<Definition> divided(std::vector<Definition> definitions, const LineRoom& room,
                                EquationNames& names) {
    return Division(room, names).divided(std::move(definitions));
}

}  // namespace revolute::detail
