#include <revolute/graph/graph.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/tools/language/detail/net_shapes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace revolute::detail {

namespace {

bool is_prime(std::int64_t number) {
    for (std::int64_t factor = 2; factor * factor <= number; ++factor)
        if (number % factor == 0) return false;
    return true;
}

/// Whether operands are read entry by entry. A power of two values is no operator of its own.
bool is_entry_by_entry(const WrittenTerm& term) {
    return is_elementwise(term.op->role) && term.op->arity != variadic && term.operands.size() > 1;
}

bool is_scaled(const WrittenTerm& term) {
    return term.op->role == Role::product &&
           (term.operands[0].is_number() || term.operands[1].is_number());
}

bool is_trainable_state(const NetName& name, const WrittenStep& step) {
    return std::ranges::any_of(name.leaves, [&](const WrittenLeaf& leaf) {
        return leaf.is_trainable && leaf.step && leaf.step->from == step.from &&
               leaf.step->offset == step.offset;
    });
}

}  // namespace

NetShapes::NetShapes(const NetParts& net, const StepsByAxis& steps, const KnownSizes& known)
    : net_(net), steps_(steps) {
    choose_columns(known);
    add_names(known);
    find_batch_values();
    for (const WrittenEquation& line : net.syntax.equations) {
        const Sizes right = add(line.right);
        if (line.right.is_number()) continue;
        const Sizes left = names_[net.names.number(line.name)];
        if (!classes_.join(left.rows, right.rows))
            conflict(left.rows, right.rows, line.left_place,
                     fmt::format("rows of {} and of what it is", line.name));
        // A state may start from one column for all.
        const bool is_repeated =
            is_of_batch_[net.names.number(line.name)] && !is_of_batch(line.right);
        const bool fits = is_repeated ? classes_.give(right.columns, 1, line.right.place)
                                      : classes_.join(left.columns, right.columns);
        if (!fits)
            conflict(left.columns, right.columns, line.left_place,
                     fmt::format("columns of {} and of what it is", line.name));
    }
    solve();
    require_known();
}

/// A prime above all sizes and their sums, so that a size that it divides is one of the batch.
void NetShapes::choose_columns(const KnownSizes& known) {
    std::int64_t all = 1000;
    for (const WrittenSize& size : net_.syntax.sizes) all += size.rows + size.columns.value_or(0);
    for (const auto& [name, number] : known.rows) all += number;
    for (const auto& [name, shape] : known.shapes) all += shape.rows + shape.columns;
    for (const auto& [axis, steps] : steps_) all += static_cast<std::int64_t>(steps.size());
    while (!is_prime(all)) ++all;
    batch_ = static_cast<std::int32_t>(all);
}

void NetShapes::add_names(const KnownSizes& known) {
    for (const NetName& name : net_.names.all()) {
        const Sizes sizes{classes_.make(), classes_.make()};
        names_.push_back(sizes);
        if (const auto shape = known.shapes.find(name.name); shape != known.shapes.end()) {
            (void)classes_.give(sizes.rows, shape->second.rows, name.place);
            (void)classes_.give(sizes.columns, shape->second.columns, name.place);
            continue;
        }
        if (const auto rows = known.rows.find(name.name); rows != known.rows.end())
            (void)classes_.give(sizes.rows, rows->second, {});
        else if (name.size)
            (void)classes_.give(sizes.rows, name.size->rows, name.size->place);
        const bool is_of_batch = name.role == NetRole::input || name.role == NetRole::target;
        if (name.size && name.size->columns)
            (void)classes_.give(sizes.columns, *name.size->columns, name.size->place);
        else if (is_of_batch || (name.size && name.size->is_batch))
            (void)classes_.give(sizes.columns, batch_, name.place);
    }
}

/// Whether the value depends on what has a column for each of the batch.
bool NetShapes::is_of_batch(const WrittenTerm& term) const {
    if (term.kind == TermKind::name) return is_of_batch_[net_.names.number(term.name)];
    return std::ranges::any_of(term.operands,
                               [this](const WrittenTerm& operand) { return is_of_batch(operand); });
}

void NetShapes::find_batch_values() {
    for (const NetName& name : net_.names.all())
        is_of_batch_.push_back(name.role == NetRole::input || name.role == NetRole::target ||
                               (name.has_steps && !name.leaves.empty()));
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (const WrittenEquation& line : net_.syntax.equations) {
            const std::size_t left = net_.names.number(line.name);
            if (is_of_batch_[left] || !is_of_batch(line.right)) continue;
            is_of_batch_[left] = has_changed = true;
        }
    }
}

NetShapes::Sizes NetShapes::add(const WrittenTerm& term) {
    if (term.kind == TermKind::name) {
        Sizes sizes = names_[net_.names.number(term.name)];
        if (term.step && is_trainable_state(net_.names[term.name], *term.step)) {
            sizes.columns = classes_.make();
            (void)classes_.give(sizes.columns, 1, term.place);
        }
        return sizes;
    }
    if (term.kind == TermKind::sum) return add(term.operands.front());
    const Sizes output{classes_.make(), classes_.make()};
    if (term.kind != TermKind::operation) return output;
    Site site{&term, {}, output, is_entry_by_entry(term)};
    for (const WrittenTerm& operand : term.operands) {
        if (operand.kind != TermKind::list) {
            site.operands.push_back(add(operand));
            continue;
        }
        for (const WrittenTerm& item : operand.operands) site.operands.push_back(add(item));
    }
    if (!term.is_number()) {
        relate(site);
        sites_.push_back(std::move(site));
    }
    return output;
}

NetShapes::Size NetShapes::size_at(const Site& site, ShapeSize at) const {
    const Sizes& sizes = at.slot < site.operands.size() ? site.operands[at.slot] : site.output;
    return at.is_columns ? sizes.columns : sizes.rows;
}

/// What errors call a size: "columns of U_n".
std::string NetShapes::words(ShapeSize at, const WrittenTerm& term) const {
    const std::string_view what = at.is_columns ? "columns" : "rows";
    if (at.slot >= term.operands.size())
        return fmt::format("{} of {}", what, net_.source.at(term.place));
    return fmt::format("{} of {}", what, net_.source.at(term.operands[at.slot].place));
}

std::string NetShapes::in_words(int size) const {
    if (size % batch_ != 0) return fmt::format("{}", size);
    return size == batch_ ? "B" : fmt::format("{} B", size / batch_);
}

void NetShapes::conflict(Size a, Size b, TextPlace place, std::string_view what) const {
    const auto origin = [&](Size size) {
        const int line = classes_.origin(size).line;
        return line == 0 ? std::string("as it was asked for")
                         : fmt::format("line {}: {}", line, net_.source.at(classes_.origin(size)));
    };
    net_.source.fail(place, fmt::format("{} must be equal: {} ({}) and {} ({})", what,
                                        in_words(*classes_.value(a)), origin(a),
                                        in_words(*classes_.value(b)), origin(b)));
}

void NetShapes::join(Size a, Size b, const Site& site, std::string_view what) {
    if (!classes_.join(a, b)) conflict(a, b, site.term->place, what);
}

/// What the operator asks of sizes whatever they are.
void NetShapes::relate(const Site& site) {
    const WrittenTerm& term = *site.term;
    if (is_scaled(term)) {
        const Sizes scaled = site.operands[term.operands[0].is_number() ? 1 : 0];
        join(scaled.rows, site.output.rows, site, "rows");
        join(scaled.columns, site.output.columns, site, "columns");
        return;
    }
    if (site.is_repeating) {
        for (std::size_t i = 1; i <= site.operands.size(); ++i)
            join(site.operands[0].rows, size_at(site, {i, false}), site,
                 fmt::format("{} and {}", words({0, false}, term), words({i, false}, term)));
        return;
    }
    if (term.op->arity == variadic) return;
    const auto [known, is_new] = relations_.try_emplace(term.op);
    if (is_new) known->second = shape_relations(*term.op);
    for (const ShapeSize one : known->second.ones)
        if (!classes_.give(size_at(site, one), 1, term.place))
            net_.source.fail(term.place,
                             fmt::format("{} must be 1, and are {}", words(one, term),
                                         in_words(*classes_.value(size_at(site, one)))));
    for (const auto& [a, b] : known->second.equal)
        join(size_at(site, a), size_at(site, b), site,
             fmt::format("{} and {}", words(a, term), words(b, term)));
}

void NetShapes::solve() {
    propagate();
    while (guess(false)) propagate();
    while (guess(true)) propagate();
}

/// Until nothing more follows.
void NetShapes::propagate() {
    for (std::size_t before = classes_.changes() + 1; before != classes_.changes();) {
        before = classes_.changes();
        for (Site& site : sites_) {
            if (site.is_decided) continue;
            if (site.is_repeating)
                decide_columns(site);
            else
                compute(site);
        }
    }
}

/// Columns of operands that are read entry by entry: all are equal, but for those of one column
/// beside B. Numbers have those of the others.
void NetShapes::decide_columns(Site& site) {
    std::vector<Size> columns;
    for (std::size_t i = 0; i < site.operands.size(); ++i)
        if (!site.term->operands[i].is_number()) columns.push_back(site.operands[i].columns);
    const auto known = [&](int value) {
        return std::ranges::any_of(columns,
                                   [&](Size size) { return classes_.value(size) == value; });
    };
    const bool is_all_known =
        std::ranges::all_of(columns, [&](Size size) { return classes_.value(size).has_value(); });
    if (columns.size() > 1 && !is_all_known) {
        const auto batch = std::ranges::find_if(
            columns, [&](Size size) { return classes_.value(size) == batch_; });
        if (batch != columns.end() && classes_.value(site.output.columns) != 1)
            join(site.output.columns, *batch, site, "columns");
        return;
    }
    site.is_decided = true;
    const bool is_repeated = known(batch_) && known(1);
    std::optional<std::size_t> widest;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (is_repeated && classes_.value(columns[i]) == 1) continue;
        if (widest)
            join(columns[*widest], columns[i], site, "columns of both sides");
        else
            widest = i;
    }
    join(columns[*widest], site.output.columns, site, "columns");
}

/// What the shape rule says of operands that are known.
void NetShapes::compute(Site& site) {
    const WrittenTerm& term = *site.term;
    const NumberContext context{steps_, batch_};
    Graph graph;
    std::vector<NodeId> operands;
    std::size_t place = 0;
    const auto add_operand = [&](std::size_t number) {
        const Sizes& sizes = site.operands[number];
        const auto rows = classes_.value(sizes.rows), columns = classes_.value(sizes.columns);
        if (rows && columns) operands.push_back(graph.input("x", {*rows, *columns}).id);
        return rows && columns;
    };
    for (const WrittenTerm& operand : term.operands) {
        if (operand.kind != TermKind::list) {
            const bool is_known = add_operand(place++);
            if (!is_known && !operand.is_number()) return;
            if (!is_known) operands.push_back(graph.input("x", {1, 1}).id);
            continue;
        }
        const std::size_t first = operands.size();
        for (std::size_t i = 0; i < operand.operands.size(); ++i)
            if (!add_operand(place++)) return;
        const std::vector<NodeId> once(operands.begin() + static_cast<std::ptrdiff_t>(first),
                                       operands.end());
        operands.resize(first);
        const std::int32_t times = value_of(operand.steps, context).count;
        for (std::int32_t i = 0; i < times; ++i)
            operands.insert(operands.end(), once.begin(), once.end());
    }
    if (is_scaled(term) || operands.empty()) return;
    std::vector<double> attributes;
    if (term.op != &mse_op)
        for (const WrittenTerm& attribute : term.attributes)
            attributes.push_back(value_of(attribute, context));
    site.is_decided = true;
    try {
        const Shape shape = term.op->shape({graph, *term.op, operands, attributes, {}});
        for (const auto& [size, value] : {std::pair{site.output.rows, shape.rows},
                                          std::pair{site.output.columns, shape.columns}})
            if (!classes_.give(size, value, term.place))
                net_.source.fail(term.place,
                                 fmt::format("this has {} rows and {} columns, which does not fit",
                                             in_words(shape.rows), in_words(shape.columns)));
    } catch (const ShapeError& error) {
        net_.source.fail(term.place, first_line_of(error));
    }
}

/// Takes what is most likely where nothing follows: a value that depends on the batch has B
/// columns, and a parameter beside such a value one; at last, what is beside another is as wide.
bool NetShapes::guess(bool is_last) {
    for (Site& site : sites_) {
        if (!site.is_repeating || site.is_decided) continue;
        for (std::size_t i = 0; i < site.operands.size(); ++i) {
            const WrittenTerm& operand = site.term->operands[i];
            const Size columns = site.operands[i].columns;
            if (operand.is_number() || classes_.value(columns)) continue;
            if (is_of_batch(operand)) return classes_.give(columns, batch_, operand.place);
            const bool is_beside_batch = std::ranges::any_of(
                site.term->operands, [this](const WrittenTerm& term) { return is_of_batch(term); });
            if (is_beside_batch) return classes_.give(columns, 1, operand.place);
            if (is_last && i > 0) {
                const std::size_t before = classes_.changes();
                join(site.operands[0].columns, columns, site, "columns");
                if (classes_.changes() != before) return true;
            }
        }
    }
    return false;
}

Shape NetShapes::shape(std::size_t name, int columns) const {
    const auto actual = [&](Size size) {
        const int value = *classes_.value(size);
        return value % batch_ == 0 ? value / batch_ * columns : value;
    };
    return {actual(names_[name].rows), actual(names_[name].columns)};
}

void NetShapes::require_known() const {
    std::vector<std::string> rows, columns;
    std::vector<Size> told;
    std::optional<TextPlace> place;
    const auto tell = [&](std::size_t i, bool is_columns) {
        const Size size = is_columns ? names_[i].columns : names_[i].rows;
        const bool is_told =
            classes_.value(size).has_value() ||
            std::ranges::any_of(told, [&](Size other) { return classes_.is_same(size, other); });
        if (is_told) return;
        told.push_back(size);
        (is_columns ? columns : rows).push_back(net_.names[i].name);
        if (!place) place = net_.names[i].place;
    };
    // Values and inputs first: their rows are what people know.
    for (const bool is_columns : {false, true})
        for (const bool is_parameter : {false, true})
            for (std::size_t i = 0; i < names_.size(); ++i) {
                const NetRole role = net_.names[i].role;
                const bool is_of_parameter = role == NetRole::parameter || role == NetRole::given;
                if (is_of_parameter == is_parameter) tell(i, is_columns);
            }
    if (!place) return;
    std::string text = "sizes are missing:";
    if (!rows.empty()) text += fmt::format(" rows of {}", fmt::join(rows, ", "));
    if (!columns.empty())
        text += fmt::format("{} columns of {}", rows.empty() ? "" : ";", fmt::join(columns, ", "));
    text += rows.empty() ? fmt::format("; say them in the text, such as {}: 4 x 6", columns.front())
                         : fmt::format("; say them in the text, such as {}: 4", rows.front());
    net_.source.fail(*place, text);
}

}  // namespace revolute::detail
