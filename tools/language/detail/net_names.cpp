#include <revolute/ops/loss.hpp>
#include <revolute/tools/language/detail/net_names.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute::detail {

namespace {

bool is_alone(const WrittenTerm& term) { return term.kind == TermKind::name && !term.step; }

}  // namespace

NetNames::NetNames(const NetSource& source, const NetSyntax& syntax) {
    for (std::size_t i = 0; i < syntax.equations.size(); ++i) {
        const WrittenEquation& line = syntax.equations[i];
        add_use(source, line.name, line.step, line.left_place);
        NetName& left = names_[number(line.name)];
        if (!line.step && !left.lines.empty())
            source.fail(line.left_place,
                        fmt::format("{} is defined twice, here and in line {}", line.name,
                                    syntax.equations[left.lines.front()].left_place.line));
        left.lines.push_back(i);
        add_term(source, line.right);
    }
    for (const WrittenLeaf& leaf : syntax.leaves) add_leaf(source, leaf);
    for (const WrittenSize& size : syntax.sizes) add_size(source, size);
    decide_roles();
}

void NetNames::know(const std::string& name, bool has_steps, std::int32_t axis) {
    if (by_name_.contains(name)) return;
    NetName& known = named(name, {});
    known.has_steps = has_steps;
    known.axis = axis;
    known.role = has_steps ? NetRole::input : NetRole::given;
}

const NetName* NetNames::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &names_[found->second];
}

NetName& NetNames::named(const std::string& name, TextPlace place) {
    const auto [found, is_new] = by_name_.try_emplace(name, names_.size());
    if (is_new) {
        names_.push_back({});
        names_.back().name = name;
        names_.back().place = place;
    }
    return names_[found->second];
}

void NetNames::add_use(const NetSource& source, const std::string& name,
                       const std::optional<WrittenStep>& step, TextPlace place) {
    const bool is_new = !by_name_.contains(name);
    NetName& use = named(name, place);
    if (!is_new && use.has_steps != step.has_value())
        source.fail(place, fmt::format("{} has {} step here, and {} in line {}", name,
                                       step ? "a" : "no", step ? "none" : "one", use.place.line));
    use.has_steps = step.has_value();
    if (step && step->axis) use.axis = *step->axis;
}

void NetNames::add_term(const NetSource& source, const WrittenTerm& term) {
    if (term.kind == TermKind::name) {
        add_use(source, term.name, term.step, term.place);
        named(term.name, term.place).is_read = true;
    }
    for (const WrittenTerm& operand : term.operands) add_term(source, operand);
    if (term.kind != TermKind::operation || !term.op->is_loss) return;
    // A target may stand on either side of the minus sign.
    for (const WrittenTerm& operand : term.operands)
        if (is_alone(operand)) targets_.insert(operand.name);
}

void NetNames::add_leaf(const NetSource& source, const WrittenLeaf& leaf) {
    const NetName* known = find(leaf.name);
    if (known == nullptr) source.fail(leaf.place, fmt::format("no line reads {}", leaf.name));
    if (known->has_steps != leaf.step.has_value())
        source.fail(leaf.place, fmt::format("{} has {} step here, and {} in line {}", leaf.name,
                                            leaf.step ? "a" : "no", leaf.step ? "none" : "one",
                                            known->place.line));
    if (leaf.step && leaf.step->is_variable())
        source.fail(leaf.place, "a fixed step was expected, such as h(-1)");
    if (!leaf.step && !known->lines.empty())
        source.fail(leaf.place,
                    fmt::format("{} is defined by a line, and cannot be given", leaf.name));
    names_[number(leaf.name)].leaves.push_back(leaf);
}

void NetNames::add_size(const NetSource& source, const WrittenSize& size) {
    const NetName* known = find(size.name);
    if (known == nullptr)
        source.fail(size.place, fmt::format("no line reads or defines {}", size.name));
    if (known->size)
        source.fail(size.place, fmt::format("the size of {} was said in line {}", size.name,
                                            known->size->place.line));
    names_[number(size.name)].size = size;
}

void NetNames::decide_roles() {
    for (NetName& name : names_) {
        if (!name.lines.empty())
            name.role = NetRole::value;
        else if (name.has_steps)
            name.role = NetRole::input;
        else if (std::ranges::any_of(name.leaves,
                                     [](const WrittenLeaf& leaf) { return !leaf.is_trainable; }))
            name.role = NetRole::given;
        else
            name.role = targets_.contains(name.name) ? NetRole::target : NetRole::parameter;
    }
}

std::optional<std::size_t> NetNames::loss(const NetSyntax& syntax) const {
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < syntax.equations.size(); ++i) {
        const WrittenEquation& line = syntax.equations[i];
        if (line.step) continue;
        if (line.name == "L") return i;
        if (!(*this)[line.name].is_read) last = i;
    }
    return last;
}

}  // namespace revolute::detail
