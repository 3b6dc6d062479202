#include <revolute/tools/language/detail/line_groups.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

#include <map>

namespace revolute::detail {

namespace {

/// Calls `visit` for each name in the term.
template <class Visit>
void for_each_name(const WrittenTerm& term, const Visit& visit) {
    if (term.kind == TermKind::name) visit(term);
    for (const WrittenTerm& operand : term.operands) for_each_name(operand, visit);
}

/// By name: the number of its component.
std::vector<std::size_t> components_of(const NetSyntax& syntax, const NetNames& names) {
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> reads(names.all().size());
    for (const WrittenEquation& line : syntax.equations)
        for_each_name(line.right, [&](const WrittenTerm& read) {
            boost::add_edge(names.number(line.name), names.number(read.name), reads);
        });
    std::vector<std::size_t> components(names.all().size());
    if (!components.empty()) boost::strong_components(reads, components.data());
    return components;
}

}  // namespace

std::vector<LineGroup> line_groups(const NetSyntax& syntax, const NetNames& names) {
    const std::vector<std::size_t> components = components_of(syntax, names);
    std::vector<LineGroup> groups;
    std::map<std::size_t, std::size_t> group_of;  // by component
    for (std::size_t i = 0; i < syntax.equations.size(); ++i) {
        const WrittenEquation& line = syntax.equations[i];
        const std::size_t own = components[names.number(line.name)];
        const auto [group, is_new] = group_of.try_emplace(own, groups.size());
        if (is_new) groups.emplace_back();
        LineGroup& into = groups[group->second];
        into.lines.push_back(i);
        for_each_name(line.right, [&](const WrittenTerm& read) {
            if (components[names.number(read.name)] == own && read.step &&
                read.step->is_variable() && read.step->offset > 0)
                into.is_descending = true;
        });
    }
    return groups;
}

}  // namespace revolute::detail
