#include <revolute/graph/rolling/lengths/detail/length_law.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace revolute::detail {

std::optional<double> whole(double value) {
    const double nearest = std::round(value);
    const bool is_so = std::abs(value - nearest) <= 1e-9 * std::max(1.0, std::abs(value));
    return is_so ? std::optional(nearest + 0.0) : std::nullopt;
}

namespace {

/// Of what a law and a builder compute in different orders.
constexpr double roundings_of_laws = 4;

bool is_near(double a, double b, double roundings) {
    return std::abs(a - b) <= roundings * std::numeric_limits<double>::epsilon() * std::abs(b);
}

using Three = std::array<double, 3>;

/// Laws that numbers may follow, not yet compared with them.
class LawCandidates {
 public:
    LawCandidates(std::int32_t steps, const Three& values, std::int32_t apart)
        : steps_(steps), values_(values), apart_(apart) {}

    std::vector<LengthLaw> all() {
        for (const double power : {1.0, -1.0, 0.5, -0.5, 2.0, -2.0}) add_power(power);
        for (const double power : {1.0, 0.5}) {
            add_product(power);
            add_product(-power);
            add_quotient(power);
        }
        return std::move(found_);
    }

 private:
    /// What is to follow a law if the number is it to the power.
    Three bases(double power) const {
        Three bases{};
        for (std::size_t i = 0; i < 3; ++i) bases[i] = std::pow(values_[i], 1.0 / power);
        return bases;
    }
    double sign(double power) const { return std::abs(power) == 1 || values_[0] > 0 ? 1 : -1; }

    void add_power(double power) {
        const Three base = bases(power);
        const double per_step = (base[2] - base[0]) / (2 * apart_);
        if (!std::isfinite(per_step) || per_step == 0) return;
        const double constant = base[0] - per_step * steps_;
        const auto whole_constant = whole(constant), whole_per_step = whole(per_step);
        if (whole_constant && whole_per_step && *whole_per_step != 0)
            found_.push_back({sign(power), *whole_constant, *whole_per_step, power});
        if (const auto offset = whole(constant / per_step)) add_scaled({1, *offset, 1, power});
    }

    /// ((N + a) (N + b)) to a power, for whole a and b: its bases are even at the second
    /// difference.
    void add_product(double power) {
        const Three base = bases(power);
        const double curve = (base[0] - 2 * base[1] + base[2]) / (2.0 * apart_ * apart_);
        const double slope = (base[1] - base[0]) / apart_ - curve * apart_;
        const double root = std::sqrt(slope * slope - 4 * curve * base[0]);
        if (!std::isfinite(root) || curve == 0) return;
        const auto a = offset((slope + root) / (2 * curve) - steps_);
        const auto b = offset((slope - root) / (2 * curve) - steps_);
        if (a && b) add_scaled({1, std::max(*a, *b), 1, power, std::min(*a, *b), 1, power});
    }

    /// (a + p N) / (N + b) to a power, for whole b and p/a a fraction of small numbers.
    void add_quotient(double power) {
        const Three base = bases(power);
        const double curve = base[0] - 2 * base[1] + base[2];
        const double next = steps_ + apart_, last = steps_ + 2 * apart_;
        const auto b = offset(-(base[0] * steps_ - 2 * base[1] * next + base[2] * last) / curve);
        if (!b) return;
        const double first = base[0] * (steps_ + *b);
        const double per_step = (base[1] * (next + *b) - first) / apart_;
        if (per_step == 0) return;
        const double constant = (first - per_step * steps_) / per_step;
        constexpr int most_parts = 100;
        for (int parts = 1; parts <= most_parts; ++parts)
            if (const auto a = nearly_whole(constant * parts); a && parts * steps_ + *a > 0)
                return add_scaled({1, *a, static_cast<double>(parts), power, *b, 1, -power});
    }

    /// What differences of the numbers tell, of which cancellation left fewer digits.
    static std::optional<double> nearly_whole(double value) {
        const double nearest = std::round(value);
        const bool is_so = std::abs(value - nearest) <= 1e-6 && std::abs(nearest) < 1e6;
        return is_so ? std::optional(nearest + 0.0) : std::nullopt;
    }

    /// The same of what is added to the number of steps. Where that is zero, a law has no sense.
    std::optional<double> offset(double value) const {
        const auto found = nearly_whole(value);
        return found && steps_ + *found > 0 ? found : std::nullopt;
    }

    void add_scaled(LengthLaw law) {
        law.factor = values_[0] / law.at(steps_);
        found_.push_back(law);
        if (!std::isfinite(law.factor)) return;
        law.factor = std::stod(fmt::format("{:.15g}", law.factor));
        found_.push_back(law);
    }

    std::int32_t steps_;
    const Three& values_;
    std::int32_t apart_;
    std::vector<LengthLaw> found_;
};

}  // namespace

std::optional<LengthLaw> fit_law(std::int32_t steps, const std::array<double, 3>& values,
                                 std::int32_t apart) {
    const std::vector<LengthLaw> candidates = LawCandidates(steps, values, apart).all();
    // The same bits are better than the same number but for rounding.
    for (const double roundings : {0.0, roundings_of_laws})
        for (const LengthLaw& law : candidates) {
            bool is_right = true;
            for (std::int32_t i = 0; i < 3; ++i)
                is_right &= is_near(law.at(steps + i * apart), values[static_cast<std::size_t>(i)],
                                    roundings);
            if (is_right && std::isfinite(law.factor)) return law;
        }
    return std::nullopt;
}

bool is_foretold(double foretold, double built) {
    return is_near(foretold, built, roundings_of_laws);
}

}  // namespace revolute::detail
