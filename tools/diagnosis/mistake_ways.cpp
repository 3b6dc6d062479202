#include <revolute/tools/diagnosis/mistake_search.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

// Several mistakes at once: from what one of them explains, ways go on to what it leaves over.

namespace revolute {

namespace {

/// So many mistakes at once are looked for, and so many ways are followed from what one, two, ...
/// of them explain.
constexpr std::size_t most_mistakes = 4;
constexpr std::array<std::size_t, most_mistakes> ways_from{4, 2, 1, 0};
/// More words for the same numbers say nothing.
constexpr std::size_t most_words = 4;

bool is_in_one_of(std::span<const Finding> findings, const std::string& array) {
    return std::ranges::any_of(findings, [&](const Finding& finding) {
        return std::ranges::find(finding.arrays, array) != finding.arrays.end();
    });
}

}  // namespace

bool MistakeSearch::Stage::is_better_than(const Stage& other) const {
    return std::pair(unexplained.size(), mistakes()) <
           std::pair(other.unexplained.size(), other.mistakes());
}

bool MistakeSearch::Stage::is_worse_than(std::size_t mistakes) const {
    return !unexplained.empty() || this->mistakes() > mistakes;
}

MistakeSearch::Stage MistakeSearch::explain() {
    std::vector<Way> ways = first_ways();
    std::optional<Stage> best;
    std::size_t looked_through = 0, paired = 0;
    while (looked_through < ways.size() || paired < ways.size())
        if (looked_through < ways.size())
            look_through(ways, looked_through++, best);
        else
            go_on_with_pair(ways, paired++, best);
    return *best;
}

void MistakeSearch::look_through(std::vector<Way>& ways, std::size_t number,
                                 std::optional<Stage>& best) {
    const Way way = ways[number];
    const std::size_t known = way.mistakes();
    if (best && (!best->is_worse_than(known) || !has_time())) return;
    Judge judge = judge_after(way);
    std::vector<Mistake> of_several;
    if (!judge.differing().empty()) {
        if (best && !best->is_worse_than(known + 1)) return;
        if (known == 0) judge.note_factors();
        const bool is_first = way.found.empty();
        of_several = consider_one(judge, way.start->value(), is_first,
                                  is_first && !(best && best->unexplained.empty()));
    }
    if (Stage stage = stage_on(way, judge); is_founded(*stage.start, stage.unexplained) &&
                                            (!best || stage.is_better_than(*best)) &&
                                            !may_be_chance(stage))
        best = std::move(stage);
    if (known >= most_mistakes || judge.is_explained_but_for_a_number()) return;
    auto next = ways.begin() + static_cast<std::ptrdiff_t>(number) + 1;
    for (const FactorRange& factor : judge.noted_factors())
        if (add_start(factor)) next = std::next(ways.insert(next, {&starts_.back(), {}, {}}));
    for (Found& more : candidates(judge, ways_from[way.found.size()])) {
        ways.push_back({way.start, way.found, {}});
        ways.back().found.push_back(std::move(more));
    }
    ways[number].of_several = std::move(of_several);
}

MistakeSearch::Stage MistakeSearch::stage_on(const Way& way, const Judge& judge) const {
    Stage stage{way.start, way.found, judge.findings(), {}, {}};
    for (const std::size_t i : judge.differing())
        if (!is_in_one_of(stage.more, judge.right()[i].name)) {
            stage.unexplained.push_back(i);
            stage.nearest.push_back(judge.nearest(i));
        }
    return stage;
}

bool MistakeSearch::may_be_chance(const Stage& stage) const {
    if (stage.found.empty() || stage.unexplained.empty()) return false;
    const Judge& judge = stage.start->judge;
    std::vector<std::size_t> explained;
    std::ranges::set_difference(judge.differing(), stage.unexplained,
                                std::back_inserter(explained));
    return !judge.are_enough_for_mistake(explained);
}

void MistakeSearch::go_on_with_pair(std::vector<Way>& ways, std::size_t number,
                                    const std::optional<Stage>& best) {
    const Way& way = ways[number];
    const std::size_t with_pair = way.mistakes() + 2;
    if (way.of_several.empty() || with_pair > most_mistakes || !best->is_worse_than(with_pair) ||
        !has_time())
        return;
    std::vector<Found> both = pair(judge_after(way), way.of_several);
    if (both.empty()) return;
    both.insert(both.begin(), way.found.begin(), way.found.end());
    ways.push_back({way.start, std::move(both), {}});
}

Judge MistakeSearch::judge_after(const Way& way) {
    const Start& start = *way.start;
    values_.resume(start.derivation);
    for (const Found& one : way.found) values_.accept(one.alterations);
    return start.judge.after(values_.gradients());
}

std::vector<MistakeSearch::Found> MistakeSearch::candidates(const Judge& judge,
                                                            std::size_t most) const {
    std::vector<const Match*> matches;
    for (const Match& match : judge.matches())
        if (match.mistake && !match.mistake->column && !match.is_beside_others)
            matches.push_back(&match);
    std::ranges::stable_sort(matches, [](const Match* a, const Match* b) {
        return std::pair(a->explained.size(), a->parts) > std::pair(b->explained.size(), b->parts);
    });
    std::vector<Found> result;
    std::vector<const Match*> first;  // of each result
    for (const Match* match : matches) {
        const auto same = std::ranges::find_if(first, [&](const Match* other) {
            return std::abs(other->signature - match->signature) <=
                   1e-12 * std::abs(other->signature);
        });
        if (same != first.end()) {
            Found& known = result[static_cast<std::size_t>(same - first.begin())];
            if (known.words.size() < most_words && match->level == (*same)->level)
                known.words.push_back(match->words);
        } else if (result.size() < most) {
            first.push_back(match);
            result.push_back({{match->words}, match->mistake->alterations});
        }
    }
    return result;
}

std::vector<Mistake> MistakeSearch::likely_first(std::span<const Mistake> mistakes) {
    constexpr double alike = 1e-12;  // of numbers that are the same but for rounding
    std::vector<std::pair<int, const Mistake*>> ranked;
    std::vector<double> known;
    for (const Mistake& mistake : mistakes) {
        const auto gradients = values_.gradients(mistake.alterations);
        const double sum = weighted_sum(gradients);
        const bool is_new = std::ranges::none_of(known, [sum](double other) {
            return std::abs(other - sum) <= alike * std::abs(other);
        });
        if (is_new) known.push_back(sum);
        const bool is_everywhere = std::ranges::all_of(
            mistake.alterations,
            [](const Alteration& alteration) { return alteration.reach == Reach::everywhere; });
        ranked.emplace_back(!is_new ? 2 : is_everywhere ? 0 : 1, &mistake);
    }
    std::ranges::stable_sort(ranked, {}, &std::pair<int, const Mistake*>::first);
    std::vector<Mistake> result;
    result.reserve(ranked.size());
    for (const auto& [rank, mistake] : ranked) result.push_back(*mistake);
    return result;
}

MistakeSearch::Pairs MistakeSearch::pairs(const Judge& judge, std::span<const Mistake> mistakes) {
    Pairs best;
    std::size_t most = 0;
    const BackwardValues::Derivation before = values_.derivation();
    // With mistake i in the derivation.
    const auto consider = [&](std::size_t i, std::size_t j) {
        if (!values_.has_room_for(mistakes[j].alterations)) return;
        const std::size_t explained =
            judge.explained_by(values_.gradients(mistakes[j].alterations)).size();
        if (explained == 0 || explained < most) return;
        if (explained > most) best.clear();
        most = explained;
        best.emplace_back(std::min(i, j), std::max(i, j));
    };
    const auto explains_all = [&] { return most == judge.differing().size(); };
    // The first ones with each other before any with the last ones: in blocks, as each costs a pass
    // to put in.
    constexpr std::size_t block = 32;
    const std::size_t blocks = (mistakes.size() + block - 1) / block;
    for (std::size_t sum = 0; sum + 1 < 2 * blocks; ++sum)
        for (std::size_t a = sum < blocks ? 0 : sum - blocks + 1; 2 * a <= sum; ++a)
            for (std::size_t i = a * block; i < std::min((a + 1) * block, mistakes.size()); ++i) {
                if (!has_time() || explains_all()) break;
                values_.accept(mistakes[i].alterations);
                const std::size_t end = std::min((sum - a + 1) * block, mistakes.size());
                for (std::size_t j = std::max((sum - a) * block, i + 1); j < end && has_time(); ++j)
                    consider(i, j);
                values_.resume(before);
            }
    if (!explains_all()) return best;
    // What else gives the same with one of the first pair.
    for (const std::size_t i : {best.front().first, best.front().second}) {
        values_.accept(mistakes[i].alterations);
        for (std::size_t j = 0; j < mistakes.size() && has_time(); ++j)
            if (j != best.front().first && j != best.front().second) consider(i, j);
        values_.resume(before);
    }
    return best;
}

std::vector<MistakeSearch::Found> MistakeSearch::pair(const Judge& judge,
                                                      std::span<const Mistake> of_several) {
    const std::vector<Mistake> mistakes = likely_first(of_several);
    const Pairs found = pairs(judge, mistakes);
    if (found.empty()) return {};
    const auto first = found.front().first, second = found.front().second;
    std::vector<Found> both{{{mistakes[first].words()}, mistakes[first].alterations},
                            {{mistakes[second].words()}, mistakes[second].alterations}};
    const auto add = [&](Found& to, const Mistake& known, const Mistake& other) {
        if (to.words.size() < most_words && !says_more(other, known))
            to.words.push_back(other.words());
    };
    for (const auto& [i, j] : std::span(found).subspan(1)) {
        if (i == first || j == first)
            add(both[1], mistakes[second], mistakes[i == first ? j : i]);
        else if (i == second || j == second)
            add(both[0], mistakes[first], mistakes[i == second ? j : i]);
    }
    return both;
}

}  // namespace revolute
