#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/detail/plural.hpp>
#include <revolute/tools/verification/detail/line_judge.hpp>
#include <revolute/tools/verification/net_comparison.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace revolute {

namespace {

using detail::NetTruth;
using detail::TrueValue;

/// How the leaves of one net are unlike those of the other.
std::vector<std::string> unlike_leaves(const NetTruth& first, const NetTruth& second,
                                       const NetComparison& names) {
    std::vector<std::string> unlike;
    const auto add_missing = [&](const NetTruth& one, const NetTruth& other,
                                 const std::string& other_name) {
        for (const std::string& leaf : one.leaves)
            if (!other.leaves.contains(leaf))
                unlike.push_back(fmt::format("{} has no {} {}", other_name, leaf,
                                             to_string(one.names.at(leaf).shape)));
    };
    add_missing(first, second, names.second_name);
    add_missing(second, first, names.first_name);
    for (const std::string& leaf : first.leaves) {
        if (!second.leaves.contains(leaf)) continue;
        const TrueValue &a = first.names.at(leaf), &b = second.names.at(leaf);
        if (a.shape != b.shape)
            unlike.push_back(fmt::format("{} is {} in {} and {} in {}", leaf, to_string(a.shape),
                                         names.first_name, to_string(b.shape), names.second_name));
    }
    return unlike;
}

/// The lines of a name, which `net_truth` may have given an underline.
std::vector<std::string> lines_of(const NetText& net, std::string name) {
    while (!net.has_name(name) && name.ends_with('_')) name.pop_back();
    return net.lines_of(name);
}

/// Compares two nets of so many steps.
class Comparing {
 public:
    Comparing(const NetText& first, const NetText& second, const NetComparisonOptions& options,
              int steps)
        : first_text_(first),
          second_text_(second),
          steps_(steps),
          first_(detail::net_truth(first, of_steps(options, steps), options.draws, options.seed)),
          second_(detail::net_truth(second, of_steps(options, steps), options.draws, options.seed,
                                    &first_)) {}

    void compare(NetComparison& found) const {
        found.unlike_leaves = unlike_leaves(first_, second_, found);
        if (!found.unlike_leaves.empty()) return;
        for (const auto& [name, t] : first_.computed) {
            if (found.value) break;
            found.value = difference(name, name, t);
        }
        found.loss = difference(first_.loss, second_.loss, 0);
        for (const auto& [name, value] : first_.names)
            if (value.is_adjoint && value.is_parameter)
                for (const auto& [t, draws] : value.at)
                    if (auto differs = difference(name, name, t))
                        found.gradients.push_back(*std::move(differs));
    }

 private:
    static NetTextSizes of_steps(const NetComparisonOptions& options, int steps) {
        NetTextSizes sizes = options.sizes;
        sizes.steps = steps;
        return sizes;
    }

    /// Where both nets have the value and its numbers are others.
    std::optional<NetDifference> difference(const std::string& name, const std::string& other,
                                            std::int32_t t) const {
        const TrueValue *a = first_.find(name), *b = second_.find(other);
        if (a == nullptr || b == nullptr || !a->at.contains(t) || !b->at.contains(t)) return {};
        const std::vector<Matrix>&own = a->at.at(t), &others = b->at.at(t);
        for (std::size_t draw = 0; draw < own.size(); ++draw) {
            if (detail::are_alike(own[draw], others[draw], a->largest[draw])) continue;
            NetDifference found{.value = a->has_steps ? fmt::format("{}({})", name, t) : name,
                                .steps = steps_,
                                .first_lines = lines_of(first_text_, name),
                                .second_lines = lines_of(second_text_, other)};
            if (own[draw].shape() == others[draw].shape())
                put_largest(own[draw], others[draw], found);
            return found;
        }
        return {};
    }

    static void put_largest(const Matrix& a, const Matrix& b, NetDifference& found) {
        double largest = -1;
        for (int c = 0; c < a.columns(); ++c)
            for (int r = 0; r < a.rows(); ++r)
                if (const double size = std::abs(a(r, c) - b(r, c)); !(size <= largest)) {
                    largest = size;
                    found.first = a(r, c), found.second = b(r, c);
                    found.row = r, found.column = c;
                }
    }

    const NetText& first_text_;
    const NetText& second_text_;
    int steps_;
    NetTruth first_, second_;
};

/// The fewest first: there a difference has come least far.
std::vector<int> numbers_of_steps(const NetText& first, const NetText& second, int most) {
    for (const NetText* net : {&first, &second})
        if (const auto steps = net->steps()) return {*steps};
    std::set<int> numbers{most};
    for (const int few : {1, 2})
        if (few < most) numbers.insert(few);
    return {numbers.begin(), numbers.end()};
}

std::string in_words(const NetDifference& difference, const NetComparison& of) {
    std::string text = fmt::format("{} is {:.6g} in {} and {:.6g} in {}, entry ({}, {}), with {}\n",
                                   difference.value, difference.first, of.first_name,
                                   difference.second, of.second_name, difference.row,
                                   difference.column, detail::plural(difference.steps, "step"));
    const auto add = [&](const std::string& name, const std::vector<std::string>& lines) {
        for (const std::string& line : lines) text += fmt::format("  {}: {}\n", name, line);
    };
    add(of.first_name, difference.first_lines);
    add(of.second_name, difference.second_lines);
    return text;
}

}  // namespace

NetComparison compare_nets(const NetText& first, const NetText& second,
                           const NetComparisonOptions& options) {
    NetComparison found{.first_name = first.name(), .second_name = second.name()};
    std::optional<NetDifference> value;
    for (const int steps : numbers_of_steps(first, second, options.sizes.steps)) {
        found.value.reset();
        Comparing(first, second, options, steps).compare(found);
        if (!value) value = found.value;
        if (!found.are_same()) break;
    }
    if (found.are_same()) found.value = std::move(value);
    return found;
}

std::string to_text(const NetComparison& comparison) {
    if (!comparison.unlike_leaves.empty()) {
        std::string text = "The nets are of other values, and cannot be compared:\n";
        for (const std::string& words : comparison.unlike_leaves)
            text += fmt::format("  {}\n", words);
        return text;
    }
    if (comparison.are_same()) {
        std::string text = "Losses and gradients are the same.\n";
        if (comparison.value)
            text += "A value between is another one: " + in_words(*comparison.value, comparison);
        return text;
    }
    std::string text = "The nets differ.\n";
    if (comparison.value) text += "first  " + in_words(*comparison.value, comparison);
    if (comparison.loss) text += "loss   " + in_words(*comparison.loss, comparison);
    for (const NetDifference& gradient : comparison.gradients)
        text += "       " + in_words(gradient, comparison);
    return text;
}

}  // namespace revolute
