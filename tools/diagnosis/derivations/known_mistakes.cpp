#include <revolute/graph/derivative/derivative_rule.hpp>
#include <revolute/graph/leaf.hpp>
#include <revolute/tools/diagnosis/derivations/detail/mistakes.hpp>
#include <revolute/tools/diagnosis/derivations/known_mistakes.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

namespace revolute {

namespace {

/// Rules are not tried in more places when values take so many bytes.
constexpr std::size_t most_bytes = std::size_t{1} << 29;

/// Which variable a use reads that belongs to a step, or to the head of one answer: a parameter,
/// perhaps through what belongs to no step, such as a bias that is spread over the batch.
std::optional<std::size_t> parameter_of(const BackwardWalk& walk, Use use) {
    const Graph& graph = walk.graph();
    NodeId node = walk.operand(use);
    if (!graph.depends_on_time(use.consumer) || graph.depends_on_time(node)) return std::nullopt;
    while (graph.operand_count(node) == 1) node = graph.operand(node, 0);
    const auto found = std::ranges::find(walk.variables(), node, &Expr::id);
    if (found == walk.variables().end() || &graph.op(node) != &parameter_op) return std::nullopt;
    return static_cast<std::size_t>(found - walk.variables().begin());
}

/// Which cell of the net a node belongs to: their number, layer by layer and direction by
/// direction; the head comes behind them.
class Cells {
 public:
    explicit Cells(const RecurrentNet& net) {
        for (const Layer& layer : net.layers)
            for (const Unrolled& direction : layer.directions) {
                NodeId last{0};
                for (const State& state : direction.states)
                    for (const Expr& tensor : state) last = std::max(last, tensor.id);
                ends_.push_back(last);
            }
    }

    std::size_t size() const { return ends_.size(); }
    std::size_t operator()(NodeId node) const {
        return static_cast<std::size_t>(std::ranges::lower_bound(ends_, node) - ends_.begin());
    }

 private:
    std::vector<NodeId> ends_;
};

/// Whether another operand of the site is a parameter.
bool has_parameter_beside(const RuleSite& site) {
    const Graph& graph = *site.output.graph;
    for (std::uint32_t slot = 0; slot < graph.operand_count(site.output.id); ++slot)
        if (slot != site.slot &&
            detail::is_parameter_spread(graph, graph.operand(site.output.id, slot)))
            return true;
    return false;
}

}  // namespace

KnownMistakes::KnownMistakes(const Case& of, const CaseNet& net, const BackwardWalk& walk,
                             BackwardValues& values, std::span<const Expr> given)
    : case_(of),
      net_(net),
      walk_(walk),
      values_(values),
      reaches_given_(differentiable_nodes(walk.graph(), given, index(walk.loss().id) + 1)),
      families_(use_families(walk)),
      neighbours_(net.net, families_) {
    for (std::uint32_t use = 0; use < walk.uses().size(); ++use) {
        const Use& edge = walk.uses()[use];
        number_of_[{edge.consumer, edge.slot}] = use;
        parameter_of_.push_back(parameter_of(walk, edge));
    }
}

RuleSite KnownMistakes::site(std::size_t family) const {
    const Use use = families_[family].uses.front();
    return {walk_.graph().at(use.consumer), use.slot};
}

std::optional<Alteration> KnownMistakes::alteration(const MistakenRule& rule, std::size_t family,
                                                    std::uint32_t use) {
    const auto [place, is_new] = known_.try_emplace({&rule, use});
    if (!is_new) return place->second;
    Alteration made{.use = use};
    if (rule.term == nullptr) {
        made.factor = rule.factor;
    } else if (const std::optional<Expr> term =
                   rule.term({values_.site(use), family, neighbours_})) {
        made.term = values_.term(use, *term);
        if (!made.term) return std::nullopt;  // the right one
    } else {
        made.factor = 0;
    }
    place->second = made;
    return made;
}

std::vector<Alteration> KnownMistakes::alterations(Place& place, Reach reach,
                                                   std::optional<int> step) {
    std::vector<Alteration> result;
    std::erase_if(place.families, [&](std::size_t family) {
        const std::size_t before = result.size();
        for (const Use& use : families_[family].uses) {
            const auto here = walk_.graph().step(use.consumer);
            if (step && !(here && here->t == *step)) continue;
            std::optional<Alteration> made =
                alteration(*place.rule, family, number_of_.at({use.consumer, use.slot}));
            if (!made) continue;
            made->reach = reach;
            result.push_back(*made);
        }
        return result.size() == before;
    });
    std::ranges::sort(result);
    return result;
}

std::vector<Mistake> KnownMistakes::in_rules(std::optional<int> step) {
    std::vector<Mistake> mistakes;
    std::set<std::vector<Alteration>> known;
    for (const std::span<const MistakenRule> kind : mistaken_rules())
        for (const MistakenRule& rule : kind)
            for (const Place& any : places_of(rule))
                for (const Reach reach : {Reach::everywhere, Reach::recurrence, Reach::step}) {
                    if (reach != Reach::everywhere && !rule.has_reach) continue;
                    if (values_.bytes() > most_bytes) {
                        leaves_some_out_ = true;
                        return mistakes;
                    }
                    Place place = any;
                    std::vector<Alteration> made = alterations(place, reach, step);
                    if (made.empty() || !known.insert(made).second) continue;
                    mistakes.push_back(
                        {[this, place, reach, step] { return words(place, reach, step); },
                         std::move(made),
                         {},
                         place.families.size()});
                }
    return mistakes;
}

std::vector<Mistake> KnownMistakes::in_column(std::span<const Mistake> mistakes, int column) const {
    std::vector<Mistake> result;
    for (const Mistake& mistake : mistakes) {
        const bool stays = std::ranges::all_of(mistake.alterations, [&](const Alteration& a) {
            return walk_.graph().shape(walk_.uses()[a.use].consumer).columns == case_.sizes.batch;
        });
        if (stays)
            result.push_back({[words = mistake.words, column] {
                                  return fmt::format("{}, in column {} of the batch alone", words(),
                                                     column);
                              },
                              mistake.alterations, column, mistake.families});
    }
    return result;
}

std::vector<Mistake> KnownMistakes::with_factor() {
    constexpr static MistakenRule any{.applies = [](const RuleSite&) { return true; },
                                      .words =
                                          [](const UseFamily& family, const Neighbours&) {
                                              return fmt::format(
                                                  "the term that {} adds to the adjoint of {}",
                                                  family.described(), family.operand);
                                          },
                                      .is_of_adjoints = true};
    std::vector<Mistake> mistakes;
    for (const Place& place : places_of(any)) {
        std::vector<Alteration> made;
        std::size_t adjoints = 0;
        for (const std::size_t family : place.families)
            for (const Use& use : families_[family].uses) {
                made.push_back({.use = number_of_.at({use.consumer, use.slot})});
                adjoints += walk_.graph().shape(use.consumer).size();
            }
        if (adjoints < 3) continue;  // whatever a term of one number is, a factor gives it
        mistakes.push_back({[this, place] { return words(place, Reach::everywhere, {}); }, made});
    }
    return mistakes;
}

std::vector<KnownMistakes::Families> KnownMistakes::alike_in_cells(const Families& families) const {
    const Cells cell_of(net_.net);
    std::vector<Families> by_cell(cell_of.size() + 1);
    for (const std::size_t family : families)
        by_cell[cell_of(site(family).output.id)].push_back(family);
    by_cell.pop_back();
    std::vector<Families> result;
    const std::size_t count = by_cell.front().size();
    const bool same =
        std::ranges::all_of(by_cell, [&](const Families& cell) { return cell.size() == count; });
    if (by_cell.size() == 1 || !same) return result;
    for (std::size_t i = 0; i < count; ++i) {
        result.emplace_back();
        for (const Families& cell : by_cell) result.back().push_back(cell[i]);
        std::ranges::sort(result.back());
    }
    return result;
}

std::vector<KnownMistakes::Families> KnownMistakes::of_one_kind(const Families& families) const {
    std::map<std::string, Families> kinds, of_one_operand;
    for (const std::size_t family : families) {
        const RuleSite at = site(family);
        const bool is_product = at.op().role == Role::product;
        const std::string what = is_product ? families_[family].operands[0].substr(0, 1)
                                 : has_parameter_beside(at)
                                     ? fmt::format("{} with a parameter", at.op().name)
                                     : std::string(at.op().name);
        const std::string kind = fmt::format("{} {}", what, at.slot);
        kinds[kind].push_back(family);
        of_one_operand[fmt::format("{} {}", kind, families_[family].operand)].push_back(family);
    }
    std::vector<Families> result;
    for (std::map<std::string, Families>* const sets : {&kinds, &of_one_operand})
        for (auto& [kind, members] : *sets)
            if (members.size() > 1) result.push_back(std::move(members));
    return result;
}

/// All terms of one adjoint, such as those that h[t-1] has from every gate.
std::vector<KnownMistakes::Families> KnownMistakes::of_one_operand(const Families& families) const {
    std::map<std::string, Families> by_operand;
    for (const std::size_t family : families)
        by_operand[families_[family].operand].push_back(family);
    std::vector<Families> result;
    for (auto& [operand, members] : by_operand)
        if (members.size() > 1) result.push_back(std::move(members));
    return result;
}

std::vector<KnownMistakes::Place> KnownMistakes::places_of(const MistakenRule& rule) const {
    Families all;
    for (std::size_t i = 0; i < families_.size(); ++i)
        if (rule.applies(site(i))) all.push_back(i);
    std::vector<Place> places;
    if (all.empty()) return places;
    const auto add = [&](const std::vector<Families>& sets) {
        for (const Families& set : sets) places.push_back({&rule, set});
    };
    if (rule.is_shared) {
        // The gates and what else has a name, without an activation inside a formula, such as
        // tanh(c).
        Families named;
        std::ranges::copy_if(all, std::back_inserter(named), [&](std::size_t family) {
            return families_[family].consumer != families_[family].formula;
        });
        add({all});
        if (named.size() > 1 && named.size() < all.size()) add({named});
    }
    add(of_one_kind(all));
    add(alike_in_cells(all));
    for (const std::size_t family : all) places.push_back({&rule, {family}});
    // Behind the single ones: all terms of an adjoint are often what one term behind it is.
    if (rule.is_of_adjoints) add(of_one_operand(all));
    for (Place& place : places)
        std::erase_if(place.families, [&](std::size_t family) {
            return std::ranges::none_of(families_[family].uses,
                                        [&](const Use& use) { return matters(use); });
        });
    std::erase_if(places, [](const Place& place) { return place.families.empty(); });
    return places;
}

std::string KnownMistakes::words(const Place& place, Reach reach, std::optional<int> step) const {
    const UseFamily& first = families_[place.families.back()];
    std::string text = place.rule->words(first, neighbours_);
    if (place.families.size() > 1) text += likewise(place.families);
    if (reach == Reach::recurrence) text += ", on the way to the step before alone";
    if (reach == Reach::step) text += ", in the gradients of the step's parameters alone";
    if (step) return fmt::format("{}, at the step t = {} alone", text, *step);
    return first.uses.size() > 1 ? text + ", at every step" : text;
}

/// The other places, as many as one reads: by the adjoint that they add to where they are in the
/// same formula.
std::string KnownMistakes::likewise(std::span<const std::size_t> families) const {
    constexpr std::size_t most = 4;
    const UseFamily& first = families_[families.back()];
    std::vector<std::string> places;
    for (std::size_t i = families.size() - 1; i-- > 0;) {
        const UseFamily& family = families_[families[i]];
        std::string place = family.described() != first.described() ? family.described()
                            : family.operand != first.operand
                                ? fmt::format("the adjoint of {}", family.operand)
                                : std::string();
        if (!place.empty() && std::ranges::find(places, place) == places.end())
            places.push_back(std::move(place));
    }
    if (places.empty()) return {};
    const std::size_t told = std::min(most, places.size());
    return fmt::format("; likewise for {}{}", fmt::join(std::span(places).first(told), ", "),
                       places.size() > told ? " and more" : "");
}

}  // namespace revolute
