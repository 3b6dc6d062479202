#include <revolute/graph/derivative_rule.hpp>
#include <revolute/graph/operation_count.hpp>
#include <revolute/tools/gradient_probe.hpp>
#include <revolute/tools/hypothesis.hpp>
#include <revolute/tools/mistaken_rule.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

// Mistakes in the derivation: the backward graph is made again with a mistaken rule in some places.

namespace revolute {

namespace {

/// So many nodes are appended, and about so many operations done, at most; the search ends there, after some seconds.
constexpr std::uint32_t most_nodes = 3'000'000;
constexpr std::int64_t most_operations = 30'000'000'000;
/// So many derivations are evaluated at a time: the forward pass and the right backward pass are done once for them.
constexpr std::size_t most_waiting = 200;
/// A gradient is looked for that goes back over so many steps and no further, or is cut off after every so many:
/// each number costs a backward pass, so that all of them would cost the square of the number of steps.
constexpr int longest_window = 64;

/// A rule, and the families in which it is taken.
struct Mistake {
    const MistakenRule* rule;
    std::vector<std::size_t> families;
};

/// Sees to it that mistakes which lead to the same backward graph are tried once.
class Derivations {
 public:
    Derivations(const Case& of, Judge& judge)
        : case_(of),
          judge_(judge),
          net_(of),
          walk_(net_.net, net_.variables()),
          families_(use_families(walk_)),
          probe_(of, net_, judge),
          neighbours_(net_.net, families_) {
        const std::vector<Expr> right = walk_.gradients(right_rule);
        known_.insert(ids_of(right));
        for (std::size_t i = 0; i < families_.size(); ++i)
            for (const Use& use : families_[i].uses) family_of_[{use.consumer, use.slot}] = i;
    }

    std::span<const UseFamily> families() const { return families_; }
    const RecurrentNet& net() const { return net_.net; }
    bool compares_initial_states() const {
        return std::ranges::any_of(judge_.given(), [](const GradientArray& array) {
            return array.name == "dh0" || array.name == "dc0";
        });
    }
    int steps() const { return static_cast<int>(net_.net.inputs.size()); }

    /// The site of the first use of a family.
    RuleSite site(std::size_t family) {
        const Use use = families_[family].uses.front();
        return {net_.graph.at(use.consumer), use.slot};
    }

    /// The derivation that leaves out the uses for which `is_cut` holds.
    template <class Condition>
    void cut(std::string words, const Condition& is_cut) {
        const TermRule rule = [&](const Pullback& p) -> std::optional<Expr> {
            if (is_cut(p)) return std::nullopt;
            return pull_back(p);
        };
        add({rule, rule}, [&] { return std::move(words); });
    }

    /// Notes that more is known than there is room to try.
    void leave_some_out() { judge_.leave_some_out(); }

    /// The mistake at all steps, or at one.
    void make(const Mistake& mistake, Reach reach, std::optional<int> step) {
        const TermRule mistaken = [&](const Pullback& p) -> std::optional<Expr> {
            const auto found = family_of_.find({p.output.id, p.slot});
            if (found == family_of_.end()) return pull_back(p);
            const std::size_t family = found->second;
            const bool is_here = std::ranges::binary_search(mistake.families, family) &&
                                 (!step || (p.output.step() && p.output.step()->t == *step));
            return is_here ? mistake.rule->term({p, family, neighbours_}) : pull_back(p);
        };
        const TermRule right = right_rule;
        add({reach == Reach::step ? right : mistaken,
             reach == Reach::recurrence ? right : mistaken},
            [&] { return words(mistake, reach, step); });
    }

    /// Tries what was added.
    void finish() {
        if (waiting_.empty()) return;
        std::vector<Expr> sums;
        for (const Waiting& waiting : waiting_)
            sums.insert(sums.end(), waiting.sums.begin(), waiting.sums.end());
        operations_ += operation_count(sums);
        if (operations_ > most_operations) {
            judge_.leave_some_out();
        } else {
            const std::vector<Matrix> values = evaluate(sums, net_.values);
            const std::size_t count = net_.variables().size();
            for (std::size_t i = 0; i < waiting_.size(); ++i)
                if (probe_.is_promising(std::span(values).subspan(i * count, count)))
                    consider(waiting_[i]);
        }
        waiting_.clear();
    }

 private:
    /// A derivation: what it takes for the gradients, and their sums for the probe.
    struct Waiting {
        std::string words;
        std::vector<Expr> gradients;
        std::vector<Expr> sums;
    };

    /// Asks for words only where the gradients are new: a mistake that is none has no words.
    template <class Words>
    void add(const Derivation& derivation, const Words& words) {
        if (net_.graph.size() > most_nodes || operations_ > most_operations)
            return judge_.leave_some_out();
        std::vector<Expr> gradients = walk_.gradients(derivation);
        if (!known_.insert(ids_of(gradients)).second) return;
        std::vector<Expr> sums = probe_.sums(gradients);
        waiting_.push_back({words(), std::move(gradients), std::move(sums)});
        if (waiting_.size() == most_waiting) finish();
    }

    /// Evaluates the gradients and hands them to the judge.
    void consider(const Waiting& waiting) {
        const std::vector<Matrix> values = evaluate(waiting.gradients, net_.values);
        const auto arrays = gradient_arrays(gradients_of(case_, values));
        Hypothesis hypothesis{waiting.words, {}};
        for (const GradientArray& array : judge_.given())
            hypothesis.arrays.push_back(
                std::ranges::find(arrays, array.name, &GradientArray::name)->values);
        judge_.consider(hypothesis);
    }

    std::string words(const Mistake& mistake, Reach reach, std::optional<int> step) const {
        const UseFamily& first = families_[mistake.families.back()];
        std::string text = mistake.rule->words(first, neighbours_);
        if (mistake.families.size() > 1) text += likewise(mistake.families);
        if (reach == Reach::recurrence) text += ", on the way to the step before alone";
        if (reach == Reach::step) text += ", in the gradients of the step's parameters alone";
        if (step) return fmt::format("{}, at the step t = {} alone", text, *step);
        return first.uses.size() > 1 ? text + ", at every step" : text;
    }

    /// The other places, as many as one reads.
    std::string likewise(std::span<const std::size_t> families) const {
        constexpr std::size_t most = 4;
        std::vector<std::string> places;
        for (std::size_t i = families.size() - 1; i-- > 0 && places.size() < most;)
            places.push_back(families_[families[i]].described());
        return fmt::format("; likewise for {}{}", fmt::join(places, ", "),
                           families.size() - 1 > most ? " and more" : "");
    }

    const Case& case_;
    Judge& judge_;
    CaseNet net_;
    BackwardWalk walk_;
    std::vector<UseFamily> families_;
    GradientProbe probe_;
    Neighbours neighbours_;
    std::map<std::pair<NodeId, std::uint32_t>, std::size_t> family_of_;
    std::set<std::vector<NodeId>> known_;  // gradients of derivations that were tried
    std::vector<Waiting> waiting_;
    std::int64_t operations_ = 0;
};

/// The states of one tensor of the cell (of all, when there is no number), and their initial leaves.
std::vector<bool> marked_states(const RecurrentNet& net, std::optional<std::size_t> tensor) {
    std::vector<bool> marked(index(net.loss().id) + 1, false);
    const auto mark = [&](const State& state) {
        for (std::size_t k = 0; k < state.size(); ++k)
            if (!tensor || k == *tensor) marked[index(state[k].id)] = true;
    };
    for (const Layer& layer : net.layers)
        for (const Unrolled& direction : layer.directions) {
            mark(direction.initial.state);
            std::ranges::for_each(direction.states, mark);
        }
    return marked;
}

/// How many steps of its recurrence come before the consumer, which reads a marked state of the step before;
/// nothing for other uses.
std::optional<int> steps_before(const RuleSite& site, const std::vector<bool>& marked, int steps) {
    const auto here = site.output.step(), there = site.input().step();
    if (!here || !there || here == there || !marked[index(site.input().id)]) return std::nullopt;
    return there->t < here->t ? here->t : steps - 1 - here->t;
}

/// Gradients that do not go back to the first step, or not by every state, or not from every answer.
void consider_cuts(Derivations& derivations) {
    const RecurrentNet& net = derivations.net();
    const int steps = derivations.steps();
    derivations.cut("the answer at the last step alone hands its adjoint on to the layer below it",
                    [&](const Pullback& p) {
                        const bool is_head = p.slot == 1 && p.input(0) == net.read_out.V;
                        return is_head && p.output.step() && p.output.step()->t < steps - 1;
                    });
    const std::vector<bool> all = marked_states(net, std::nullopt);
    if (steps - 1 > longest_window) derivations.leave_some_out();
    for (int k = 1; k <= std::min(steps - 1, longest_window); ++k) {
        derivations.cut(
            fmt::format("the gradient is cut off: it goes back over the last {} of {} steps and no "
                        "further",
                        k, steps),
            [&](const Pullback& p) { return steps_before(p, all, steps) == steps - k; });
        derivations.cut(k == 1 ? "the gradient is cut off at every step"
                               : fmt::format("the gradient is cut off every {} steps", k),
                        [&](const Pullback& p) {
                            const auto before = steps_before(p, all, steps);
                            return before && *before > 0 && *before % k == 0;
                        });
    }
    const std::vector<StateTensor> tensors = net.layers.front().cells.front().state_tensors();
    for (std::size_t i = 0; i < tensors.size() && tensors.size() > 1; ++i) {
        const std::vector<bool> marked = marked_states(net, i);
        derivations.cut(
            fmt::format("the adjoint of {} is not passed on to the step before, at every step",
                        tensors[i].name.front()),
            [&](const Pullback& p) { return steps_before(p, marked, steps).has_value(); });
        if (!derivations.compares_initial_states()) continue;
        derivations.cut(
            fmt::format("the adjoint of {} is passed on to the initial state alone, not to a step "
                        "before",
                        tensors[i].name.front()),
            [&](const Pullback& p) { return steps_before(p, marked, steps).value_or(0) > 0; });
    }
}

/// Which cell of the net a family belongs to: their number, layer by layer and direction by direction; the head
/// comes behind them.
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

using Families = std::vector<std::size_t>;

/// The families in the same place of every cell together: cells of a net are made alike.
std::vector<Families> alike_in_cells(Derivations& derivations, const Families& families) {
    const Cells cell_of(derivations.net());
    std::vector<Families> by_cell(cell_of.size() + 1);
    for (const std::size_t family : families)
        by_cell[cell_of(derivations.site(family).output.id)].push_back(family);
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

/// Several families of the same operand of one operator; of products, with parameters of the same
/// letter.
std::vector<Families> of_one_kind(Derivations& derivations, const Families& families) {
    std::map<std::string, Families> kinds;
    for (const std::size_t family : families) {
        const RuleSite site = derivations.site(family);
        const bool is_product = site.op().role == Role::product;
        const std::string what = is_product
                                     ? derivations.families()[family].operands[0].substr(0, 1)
                                     : std::string(site.op().name);
        kinds[fmt::format("{} {}", what, site.slot)].push_back(family);
    }
    std::vector<Families> result;
    for (auto& [kind, members] : kinds)
        if (members.size() > 1) result.push_back(std::move(members));
    return result;
}

/// Where the rule may be taken: in all families it applies to, in those that are alike, in each.
std::vector<Mistake> places_of(const MistakenRule& rule, Derivations& derivations) {
    Families all;
    for (std::size_t i = 0; i < derivations.families().size(); ++i)
        if (rule.applies(derivations.site(i))) all.push_back(i);
    std::vector<Mistake> mistakes;
    if (all.empty()) return mistakes;
    const auto add = [&](const std::vector<Families>& groups) {
        for (const Families& group : groups) mistakes.push_back({&rule, group});
    };
    if (rule.is_shared) add({all});
    add(of_one_kind(derivations, all));
    add(alike_in_cells(derivations, all));
    for (const std::size_t family : all) mistakes.push_back({&rule, {family}});
    return mistakes;
}

void consider_rules(Derivations& derivations, std::span<const std::optional<int>> steps) {
    const bool at_one_step = steps.front().has_value();
    std::vector<Mistake> mistakes;
    for (const std::span<const MistakenRule> kind : mistaken_rules())
        for (const MistakenRule& rule : kind)
            if (rule.at_one_step || !at_one_step)
                std::ranges::move(places_of(rule, derivations), std::back_inserter(mistakes));
    for (const std::optional<int> step : steps)
        for (const Mistake& mistake : mistakes)
            for (const Reach reach : {Reach::everywhere, Reach::recurrence, Reach::step})
                if (reach == Reach::everywhere || mistake.rule->has_reach)
                    derivations.make(mistake, reach, step);
    derivations.finish();
}

}  // namespace

void consider_derivations(const Case& of, Judge& judge) {
    Derivations derivations(of, judge);
    consider_cuts(derivations);
    consider_rules(derivations, std::array{std::optional<int>()});
}

void consider_mistakes_at_one_step(const Case& of, Judge& judge) {
    Derivations derivations(of, judge);
    std::vector<std::optional<int>>
        steps;  // the late ones, whose mistakes reach fewest steps, first
    for (int t = derivations.steps(); t-- > 0;) steps.emplace_back(t);
    consider_rules(derivations, steps);
}

}  // namespace revolute
