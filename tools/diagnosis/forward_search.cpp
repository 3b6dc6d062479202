#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/tools/diagnosis/derivations/forward_mistake.hpp>
#include <revolute/tools/diagnosis/hypothesis.hpp>
#include <revolute/tools/exchange/gradient_layout.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

// Which forward pass gives the answers and the loss that were given.

namespace revolute {

namespace {

/// What a net computes beside the answers and the loss that were given, as far as they were.
struct ForwardFit {
    bool gives_answers = true;
    bool gives_loss = true;
    std::vector<std::string> factors{};  ///< with which it gives the loss, in words
};

/// The answers come first: a net that does not give them is not asked for the loss.
ForwardFit forward_fit(const Case& of, const CaseResult& given, double tolerance) {
    const CaseNet net(of);
    std::vector<Expr> outputs{net.net.loss()};
    outputs.insert(outputs.end(), net.net.read_out.y.begin(), net.net.read_out.y.end());
    const std::vector<Matrix> values = evaluate(outputs, net.values);
    const auto is_near = [&](std::span<const Matrix> right, std::span<const Matrix> numbers) {
        return compare_arrays("", numbers, right, tolerance).agrees();
    };
    ForwardFit fit;
    fit.gives_answers = given.yhat.empty() || is_near(std::span(values).subspan(1), given.yhat);
    if (!fit.gives_answers || !given.loss) return fit;
    const Matrix loss(1, 1, *given.loss);
    fit.gives_loss = is_near(std::span(values).first(1), std::span(&loss, 1));
    if (!fit.gives_loss)
        fit.factors = factors_of_given_loss(of, values.front()(0, 0), *given.loss, tolerance);
    return fit;
}

/// The readings of a case with the fewest mistakes that give what was given. Answers, which are
/// many numbers, are given exactly; the loss, which is one, may have a factor besides.
class ForwardSearch {
 public:
    ForwardSearch(const Case& of, const CaseResult& given, double tolerance)
        : of_(of),
          given_(given),
          tolerance_(tolerance),
          answers_differ_(!forward_fit(of, given, tolerance).gives_answers) {}

    /// Mistakes in the order in which they act.
    void consider(std::span<const ForwardMistake* const> mistakes);
    /// Whether one mistake, and a factor of the loss at most, are enough.
    bool has_simple() const { return found_ && fewest_ <= 2; }
    std::optional<OtherForward> found() && { return std::move(found_); }

 private:
    /// How many mistakes the reading has, that of the loss among them; nothing where it does not
    /// fit.
    std::optional<std::size_t> count(std::size_t mistakes, const ForwardFit& fit) const;

    const Case& of_;
    const CaseResult& given_;
    double tolerance_;
    bool answers_differ_;
    std::optional<OtherForward> found_;
    std::size_t fewest_ = 0;
};

std::optional<std::size_t> ForwardSearch::count(std::size_t mistakes, const ForwardFit& fit) const {
    constexpr std::size_t of_unknown_loss = 3;  // anything that has a name is simpler
    if (!fit.gives_answers) return std::nullopt;
    if (fit.gives_loss) return mistakes;
    // Two mistakes and a factor are so many that some give a loss by chance, if there is nothing
    // but that.
    if (!fit.factors.empty())
        return mistakes == 1 || !given_.yhat.empty() ? std::optional(mistakes + 1) : std::nullopt;
    return answers_differ_ ? std::optional(mistakes + of_unknown_loss) : std::nullopt;
}

void ForwardSearch::consider(std::span<const ForwardMistake* const> mistakes) {
    Case changed = of_;
    for (const ForwardMistake* const mistake : mistakes) mistake->change(changed);
    const ForwardFit fit = forward_fit(changed, given_, tolerance_);
    const std::optional<std::size_t> here = count(mistakes.size(), fit);
    if (!here || (found_ && *here > fewest_)) return;
    if (!found_ || *here < fewest_) {
        fewest_ = *here;
        found_ = OtherForward{{}, std::move(changed), given_, fewest_};
        for (const ForwardMistake* const mistake : mistakes)
            if (mistake->change_result) mistake->change_result(found_->given);
    }
    std::vector<std::string> words;
    words.reserve(mistakes.size());
    for (const ForwardMistake* const mistake : mistakes) words.push_back(mistake->words);
    const std::string reading = fmt::format("{}", fmt::join(words, "; and "));
    for (const std::string& factor : fit.factors)
        found_->words.push_back(fmt::format("{}; and {}", reading, factor));
    if (fit.factors.empty())
        found_->words.push_back(
            fit.gives_loss
                ? reading
                : reading + "; and the loss is another one, by no factor that is known here");
}

}  // namespace

std::vector<std::string> factors_of_given_loss(const Case& of, double right, double given,
                                               double tolerance) {
    std::vector<KnownFactor> factors = factors_of_loss(of);
    for (KnownFactor& factor : factors)
        if (factor.words.starts_with("a factor of 2:"))
            factor.words = "a factor of 2: the squared error without its half";
    factors.insert(factors.end(), {{-1, "the other sign"}, {0.5, "a factor of 1/2"}});
    std::vector<std::string> words;
    for (const KnownFactor& factor : factors)
        if (factor.value != 1 &&
            std::abs(given - factor.value * right) <= tolerance * std::abs(given))
            words.push_back("the loss has " + factor.words);
    return words;
}

std::optional<OtherForward> find_forward_mistake(const Case& of, const CaseResult& given,
                                                 double tolerance) {
    // So many that fit by chance are to be expected at most, where one is told from the loss alone,
    // or two are.
    constexpr double most_of_one = 1e-3, most_of_two = 1e-2;
    const std::vector<ForwardMistake> all = forward_mistakes(of);
    const auto count = static_cast<double>(all.size());
    const double by_chance = given.yhat.empty() ? count * tolerance : 0;
    ForwardSearch search(of, given, tolerance);
    for (const ForwardMistake& mistake : all) search.consider(std::array{&mistake});
    if (!search.has_simple() && by_chance * count / 2 <= most_of_two)
        for (std::size_t i = 0; i < all.size(); ++i)
            for (std::size_t j = i + 1; j < all.size(); ++j) {
                std::array pair{&all[i], &all[j]};
                if (pair[1]->moves_gates) std::ranges::reverse(pair);
                search.consider(pair);
            }
    std::optional<OtherForward> found = std::move(search).found();
    if (found) found->may_be_chance = by_chance > most_of_one;
    return found;
}

}  // namespace revolute
