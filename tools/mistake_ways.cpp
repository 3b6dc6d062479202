#include <revolute/tools/mistake_search.hpp>

#include <algorithm>
#include <array>
#include <cmath>

// Several mistakes at once: from what one of them explains, ways go on to what it leaves over.

namespace revolute {

namespace {

/// So many mistakes at once are looked for, and so many ways are followed from what one, two, ... of them explain.
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
    if (Stage stage = stage_on(way, judge);
        is_founded(*stage.start, stage.unexplained) && (!best || stage.is_better_than(*best)))
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
        if (match.mistake && !match.mistake->column) matches.push_back(&match);
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

MistakeSearch::Pairs MistakeSearch::pairs(const Judge& judge, std::span<const Mistake> mistakes) {
    Pairs best;
    std::size_t most = 0;
    const BackwardValues::Derivation before = values_.derivation();
    for (std::size_t i = 0; i < mistakes.size() && has_time(); ++i) {
        values_.accept(mistakes[i].alterations);
        for (std::size_t j = i + 1; j < mistakes.size() && has_time(); ++j) {
            if (!values_.has_room_for(mistakes[j].alterations)) continue;
            const std::size_t explained =
                judge.explained_by(values_.gradients(mistakes[j].alterations)).size();
            if (explained == 0 || explained < most) continue;
            if (explained > most) best.clear();
            most = explained;
            best.emplace_back(i, j);
        }
        values_.resume(before);
    }
    return best;
}

std::vector<MistakeSearch::Found> MistakeSearch::pair(const Judge& judge,
                                                      std::span<const Mistake> mistakes) {
    const Pairs found = pairs(judge, mistakes);
    if (found.empty()) return {};
    const auto [first, second] = found.front();
    std::vector<Found> both{{{mistakes[first].words()}, mistakes[first].alterations},
                            {{mistakes[second].words()}, mistakes[second].alterations}};
    const auto add = [&](Found& to, const Mistake& known, const Mistake& other) {
        if (to.words.size() < most_words && !says_more(other, known))
            to.words.push_back(other.words());
    };
    for (const auto& [i, j] : std::span(found).subspan(1)) {
        if (i == first) add(both[1], mistakes[second], mistakes[j]);
        if (j == second) add(both[0], mistakes[first], mistakes[i]);
    }
    return both;
}

}  // namespace revolute
