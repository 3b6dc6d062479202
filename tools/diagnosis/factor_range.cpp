#include <revolute/tools/diagnosis/factor_range.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace revolute {

double FactorRange::relative_width() const {
    return (most - least) / std::max(std::abs(least), std::abs(most));
}

std::optional<FactorRange> FactorRange::common_with(const FactorRange& other) const {
    const FactorRange common{std::max(least, other.least), std::min(most, other.most)};
    return common.least <= common.most ? std::optional(common) : std::nullopt;
}

std::optional<FactorRange> factor_range(std::span<const double> right,
                                        std::span<const double> given, double bound) {
    FactorRange range{-HUGE_VAL, HUGE_VAL};
    for (std::size_t k = 0; k < right.size(); ++k) {
        if (right[k] == 0) {
            if (!(std::abs(given[k]) <= bound)) return std::nullopt;
            continue;
        }
        const double a = (given[k] - bound) / right[k], b = (given[k] + bound) / right[k];
        range.least = std::max(range.least, std::min(a, b));
        range.most = std::min(range.most, std::max(a, b));
        if (!std::isfinite(a) || !std::isfinite(b) || range.least > range.most) return std::nullopt;
    }
    return std::isfinite(range.least) ? std::optional(range) : std::nullopt;
}

namespace {

/// A size of the case of which a factor may be made; that of no size of 1.
struct NamedSize {
    int value;
    const char* letter;
    const char* meaning;
};

std::vector<NamedSize> above_one(std::vector<NamedSize> sizes) {
    std::erase_if(sizes, [](const NamedSize& size) { return size.value < 2; });
    return sizes;
}

std::vector<NamedSize> sizes_of_loss(const Case& of) {
    return above_one({{of.sizes.batch, "B", "the size of the batch"},
                      {of.sizes.steps, "T", "the number of steps"},
                      {of.sizes.output, "O", "the number of outputs"}});
}

std::vector<NamedSize> sizes_of_net(const Case& of) {
    return above_one({{of.sizes.hidden, "H", "the size of the state"},
                      {of.sizes.input, "I", "the number of inputs"}});
}

/// One size, or one over it.
std::vector<KnownFactor> single_sizes(std::span<const NamedSize> sizes) {
    std::vector<KnownFactor> factors;
    for (const auto& [value, letter, meaning] : sizes) {
        factors.push_back(
            {1.0 * value, fmt::format("a factor of {} = {}, {}", letter, value, meaning)});
        factors.push_back({1.0 / value, fmt::format("a factor of 1/{} = 1/{}, one over {}", letter,
                                                    value, meaning)});
    }
    return factors;
}

/// Adds the sizes that are one of the factors, or 1/2, by another name.
void add_sizes_alike(std::vector<KnownFactor>& factors, std::span<const NamedSize> sizes) {
    const auto name_of = [](const KnownFactor& factor) {
        return std::string_view(factor.words).substr(0, factor.words.find_first_of(":,"));
    };
    const std::vector<KnownFactor> known = factors;
    for (const KnownFactor& size : single_sizes(sizes)) {
        const auto is_alike = [&](const KnownFactor& factor) { return factor.value == size.value; };
        if ((size.value == 0.5 || std::ranges::any_of(known, is_alike)) &&
            std::ranges::find(known, name_of(size), name_of) == known.end())
            factors.push_back(size);
    }
}

}  // namespace

std::vector<KnownFactor> factors_of_loss(const Case& of) {
    const int B = of.sizes.batch, O = of.sizes.output;
    const int N = static_cast<int>(std::max<std::size_t>(1, of.architecture.answers.size()));
    const bool is_squared = of.architecture.loss != LossKind::cross_entropy;
    std::vector<KnownFactor> factors;
    if (B > 1) {
        factors.push_back(
            {1.0 * B,
             fmt::format("a factor of B = {}: a sum over the batch where its mean belongs", B)});
        factors.push_back(
            {1.0 / B, fmt::format("a factor of 1/B = 1/{}: B is divided by twice", B)});
    }
    if (N > 1)
        factors.push_back(
            {1.0 / N,
             fmt::format(
                 "a factor of {1}1/{0}: a mean over the {0} answers where their sum belongs", N,
                 N == of.sizes.steps ? "1/T = " : "")});
    if (O > 1)
        factors.push_back({1.0 / O, fmt::format("a factor of 1/O = 1/{}: a mean over the outputs "
                                                "where their sum belongs",
                                                O)});
    factors.push_back({2, is_squared ? "a factor of 2: the loss is half the squared error, so its "
                                       "derivative is yhat - y"
                                     : "a factor of 2"});
    if (is_squared && B > 1)
        factors.push_back({2.0 * B, fmt::format("a factor of 2 B = {}: a sum of squared errors "
                                                "where half their mean over the batch belongs",
                                                2 * B)});
    if (is_squared && O * N > 2) {
        const std::string all = N == 1   ? "O"
                                : O == 1 ? fmt::format("{}", N)
                                         : fmt::format("(O {})", N);
        factors.push_back(
            {2.0 / (O * N), fmt::format("a factor of 2/{} = {:.6g}: the mean of all squared "
                                        "errors, where half their sum, divided by B, belongs",
                                        all, 2.0 / (O * N))});
    }
    add_sizes_alike(factors, sizes_of_loss(of));
    return factors;
}

namespace {

/// "2/(B T) = 1/3", of a number on top and sizes either on top or below.
std::string made_of(int above, int below, const std::string& letters, bool are_above, int product) {
    const int numerator = are_above ? above * product : above;
    const int denominator = are_above ? below : below * product;
    const std::string top = !are_above   ? fmt::format("{}", above)
                            : above == 1 ? letters
                                         : fmt::format("{} {}", above, letters);
    const std::string bottom = are_above    ? fmt::format("{}", below)
                               : below == 1 ? letters
                                            : fmt::format("{} {}", below, letters);
    const bool is_product = bottom.find(' ') != std::string::npos;
    const std::string name = bottom == "1" ? top
                             : is_product  ? fmt::format("{}/({})", top, bottom)
                                           : fmt::format("{}/{}", top, bottom);
    return numerator % denominator == 0 ? fmt::format("{} = {}", name, numerator / denominator)
                                        : fmt::format("{} = {}/{}", name, numerator, denominator);
}

/// A size twice or half, and products of two.
std::vector<KnownFactor> pairs_of_sizes(std::span<const NamedSize> sizes) {
    std::vector<KnownFactor> factors;
    const auto add = [&](int above, int below, const std::string& letters, int product) {
        for (const bool are_above : {true, false})
            factors.push_back(
                {are_above ? 1.0 * above * product / below : 1.0 * above / below / product,
                 "a factor of " + made_of(above, below, letters, are_above, product)});
    };
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        add(2, 1, sizes[i].letter, sizes[i].value);
        if (sizes[i].value > 2) add(1, 2, sizes[i].letter, sizes[i].value);
        for (std::size_t j = i + 1; j < sizes.size(); ++j)
            add(1, 1, fmt::format("{} {}", sizes[i].letter, sizes[j].letter),
                sizes[i].value * sizes[j].value);
    }
    return factors;
}

/// The factor nearest to the middle of those in the range, with all its names.
std::optional<NamedFactor> named_one(std::span<const KnownFactor> factors,
                                     const FactorRange& range) {
    constexpr double alike = 1e-12;
    const KnownFactor* nearest = nullptr;
    const auto distance = [&](const KnownFactor& factor) {
        return std::abs(factor.value - range.middle());
    };
    for (const KnownFactor& factor : factors)
        if (factor.value != 1 && range.contains(factor.value) &&
            (nearest == nullptr || distance(factor) < distance(*nearest)))
            nearest = &factor;
    if (nearest == nullptr) return std::nullopt;
    NamedFactor named{.value = nearest->value, .words = {}, .has_name = true, .is_simple = true};
    for (const KnownFactor& factor : factors)
        if (std::abs(factor.value - named.value) <= alike * std::abs(named.value))
            named.words.push_back(factor.words);
    return named;
}

struct WrittenNumber {
    double value;
    std::string text;
    double as_simple;  ///< how many numbers are, about
};

/// The simplest fraction of small numbers; in a range that is so wide that some fraction always is
/// in it, none but those as simple as 1/12 and 3/4.
std::optional<WrittenNumber> fraction_in(const FactorRange& range) {
    constexpr int most = 12;
    constexpr double narrow = 2e-3, widest = 5e-2;
    if (range.relative_width() > widest) return std::nullopt;
    const int most_product = range.relative_width() > narrow ? most : most * most;
    std::optional<WrittenNumber> simplest;
    for (int below = 2; below <= most; ++below) {
        // A double: the middle may be too large for an integer.
        const double above = std::round(range.middle() * below), product = std::abs(above) * below;
        if (above != 0 && std::abs(above) <= most && product <= most_product &&
            range.contains(above / below) && (!simplest || product < simplest->as_simple))
            simplest = {above / below, fmt::format("{}/{}", above, below), product};
    }
    return simplest;
}

WrittenNumber shortest_decimal_in(const FactorRange& range) {
    constexpr int longest = 17;
    for (int digits = 1; digits < longest; ++digits) {
        std::string text = fmt::format("{:.{}g}", range.middle(), digits);
        if (const double value = std::stod(text); range.contains(value))
            return {value, std::move(text), std::pow(10.0, digits)};
    }
    return {range.middle(), fmt::format("{}", range.middle()), std::pow(10.0, longest)};
}

/// Of 0.25 and 1/4, which are one number, the decimal one.
WrittenNumber simplest_number_in(const FactorRange& range) {
    constexpr double of_two_digits = 100;
    WrittenNumber decimal = shortest_decimal_in(range);
    std::optional<WrittenNumber> fraction = fraction_in(range);
    const bool is_fraction =
        fraction && fraction->as_simple < decimal.as_simple &&
        (fraction->value != decimal.value || decimal.as_simple > of_two_digits);
    return is_fraction ? *std::move(fraction) : std::move(decimal);
}

}  // namespace

std::string shortest_number(const FactorRange& range) { return shortest_decimal_in(range).text; }

NamedFactor named_factor(const Case& of, std::span<const KnownFactor> known,
                         const FactorRange& range) {
    // A range of few digits has a product of sizes in it by chance.
    constexpr double narrow = 1e-3;
    std::vector<KnownFactor> all(known.begin(), known.end());
    all.insert(all.end(), {{-1, "the sign is wrong"}, {0.5, "a factor of 1/2"}});
    if (std::optional<NamedFactor> found = named_one(all, range)) {
        found->is_known = true;
        return *std::move(found);
    }
    if (range.most < 0) {
        NamedFactor opposite = named_factor(of, known, {-range.most, -range.least});
        if (opposite.has_name) {
            opposite.value *= -1;
            for (std::string& words : opposite.words)
                words.insert(0, "the sign is wrong, and there is ");
            return opposite;
        }
    }
    // What losses are divided by comes before sizes of the net.
    const std::vector<NamedSize> of_loss = sizes_of_loss(of), of_net = sizes_of_net(of);
    for (const auto& factors : {single_sizes(of_loss), single_sizes(of_net)})
        if (std::optional<NamedFactor> found = named_one(factors, range)) return *std::move(found);
    if (range.relative_width() <= narrow)
        if (std::optional<NamedFactor> found = named_one(pairs_of_sizes(of_loss), range))
            return *std::move(found);
    const WrittenNumber number = simplest_number_in(range);
    // The simplest number is no chance, if it is such a product.
    constexpr double alike = 1e-12;
    const FactorRange nearest{number.value * (1 - alike), number.value * (1 + alike)};
    if (std::optional<NamedFactor> found = named_one(pairs_of_sizes(of_loss), nearest))
        return *std::move(found);
    constexpr double of_three_digits = 1000;
    return {.value = number.value,
            .words = {fmt::format("a factor of {}, the same in every entry", number.text)},
            .number = number.text,
            .is_simple = number.as_simple <= of_three_digits};
}

}  // namespace revolute
