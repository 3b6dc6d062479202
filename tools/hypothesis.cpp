#include <revolute/tools/hypothesis.hpp>

#include <algorithm>

namespace revolute {

namespace {

/// How small the rest must be beside the difference that a hypothesis is to explain.
constexpr double rest = 1e-4;

}  // namespace

std::vector<GradientArray> gradient_arrays(const CaseResult& result) {
    std::vector<GradientArray> arrays;
    for (auto array = result.grads.rbegin(); array != result.grads.rend(); ++array)
        arrays.push_back({array->name, {array->value}});
    const auto add = [&](const char* name, const std::vector<Matrix>& values) {
        if (!values.empty()) arrays.push_back({name, values});
    };
    add("dx", result.dx);
    add("dh0", result.dh0);
    add("dc0", result.dc0);
    return arrays;
}

Judge::Judge(std::vector<GradientArray> right, std::vector<GradientArray> given, double tolerance)
    : right_(std::move(right)), given_(std::move(given)), recognition_(recognition * tolerance) {
    for (std::size_t i = 0; i < given_.size(); ++i) {
        const double scale = largest_entry(right_[i].values);
        const double difference = largest_difference(given_[i].values, right_[i].values);
        // Negated, so that NaN differs.
        verdicts_.push_back({std::max(scale, largest_entry(given_[i].values)), difference,
                             !(difference <= tolerance * scale),
                             given_[i].values.size() * given_[i].values.front().size()});
        if (verdicts_.back().differs) differing_.push_back(i);
    }
}

bool Judge::is_met(std::size_t i, double left, std::size_t entries) const {
    const Verdict& verdict = verdicts_[i];
    const double per_entry = left / static_cast<double>(entries);
    return per_entry <= recognition_ * verdict.scale &&
           (!verdict.differs || per_entry <= rest * verdict.difference);
}

bool Judge::is_promising(std::span<const double> differences) const {
    bool explains = false;
    for (std::size_t i = 0; i < differences.size(); ++i) {
        const bool met = is_met(i, differences[i], verdicts_[i].entries);
        if (!met && !differs(i)) return false;
        explains = explains || (met && differs(i));
    }
    return explains;
}

void Judge::consider(const Hypothesis& hypothesis) {
    Match match{hypothesis.words, level_, {}};
    for (std::size_t i = 0; i < given_.size(); ++i) {
        if (hypothesis.arrays[i].empty()) continue;
        const bool met = is_met(i, largest_difference(hypothesis.arrays[i], given_[i].values));
        if (!met && !differs(i)) return;
        if (met && differs(i)) match.explained.push_back(i);
    }
    if (!match.explained.empty()) matches_.push_back(std::move(match));
}

bool Judge::has_full_explanation() const {
    return std::ranges::any_of(matches_,
                               [&](const Match& match) { return match.explained == differing_; });
}

Finding Judge::finding(const Match& best, std::span<const std::size_t> left) const {
    Finding result;
    for (const Match& match : matches_)
        if (match.explained == best.explained && match.level == best.level &&
            std::ranges::find(result.words, match.words) == result.words.end())
            result.words.push_back(match.words);
    for (const std::size_t i : best.explained)
        if (std::ranges::binary_search(left, i)) result.arrays.push_back(right_[i].name);
    return result;
}

std::vector<Finding> Judge::findings() const {
    std::vector<std::pair<std::size_t, Finding>> found;  // by the first array that is explained
    std::vector<std::size_t> left = differing_;
    while (!left.empty()) {
        const auto is_left = [&](std::size_t i) { return std::ranges::binary_search(left, i); };
        const auto gain = [&](const Match& match) {
            return std::ranges::count_if(match.explained, is_left);
        };
        const auto best = std::ranges::max_element(matches_, {}, gain);
        if (best == matches_.end() || gain(*best) == 0) break;
        const std::size_t first = *std::ranges::find_if(best->explained, is_left);
        found.emplace_back(first, finding(*best, left));
        std::erase_if(
            left, [&](std::size_t i) { return std::ranges::binary_search(best->explained, i); });
    }
    std::ranges::sort(found, {}, &std::pair<std::size_t, Finding>::first);
    std::vector<Finding> result;
    result.reserve(found.size());
    for (auto& [first, finding] : found) result.push_back(std::move(finding));
    return result;
}

std::vector<std::string> gate_names(const CaseNet& net) {
    std::vector<std::string> names;
    for (const Expr& parameter : net.net.layers.front().cells.front().parameters()) {
        const std::string name = parameter.label();
        const std::size_t underscore = name.find('_');
        if (name.front() == 'W')
            names.push_back(underscore == std::string::npos ? "" : name.substr(underscore + 1));
    }
    return names;
}

bool has_gate_rows(const std::string& name) {
    return name.starts_with("weight_") || name.starts_with("bias_");
}

}  // namespace revolute
