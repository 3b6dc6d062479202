#include <revolute/tools/equations/detail/writing/equation_number.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace revolute::detail {

namespace {

/// The number of columns of a batch.
constexpr const char* columns_name = "B";

/// A number that may depend on the number of columns.
struct Sized {
    double value = 0;
    std::optional<LengthLaw> law{};
};

std::string in_parentheses(const Formula& x, Precedence least) {
    return x.precedence >= least ? x.text : fmt::format("({})", x.text);
}

/// A sum of multiples of products of symbols, and a number.
class SymbolSum {
 public:
    static SymbolSum of(double number) {
        SymbolSum sum;
        sum.add_multiple(number, "");
        return sum;
    }

    /// Adds factor (symbol + more).
    void add(const Sized& factor, const std::string& symbol, double more) {
        add_times(factor, 1, symbol);
        add_times(factor, more, "");
    }

    /// Adds factor times `times` and a symbol, which may be none.
    void add_times(const Sized& factor, double times, const std::string& symbol) {
        if (!factor.law) return add_multiple(factor.value * times, symbol);
        const LengthLaw& law = *factor.law;
        const std::string product =
            symbol.empty() ? columns_name : fmt::format("{} {}", columns_name, symbol);
        add_multiple(law.factor * law.constant * times, symbol);
        add_multiple(law.factor * law.per_step * times, product);
    }

    /// The number that it is; none when there is a symbol in it.
    std::optional<double> number() const {
        return multiples_.empty() ? std::optional(constant_) : std::nullopt;
    }

    void add_multiple(double factor, const std::string& symbol) {
        if (symbol.empty()) {
            constant_ += factor;
            return;
        }
        const auto known = std::ranges::find(multiples_, symbol, &Multiple::second);
        if (known == multiples_.end())
            multiples_.emplace_back(factor, symbol);
        else
            known->first += factor;
        std::erase_if(multiples_, [](const Multiple& multiple) { return multiple.first == 0; });
    }

    /// Whether it is less than 0 wherever its symbols are greater, as far as its signs tell.
    bool is_negative() const {
        return constant_ <= 0 && !multiples_.empty() &&
               std::ranges::all_of(multiples_,
                                   [](const auto& multiple) { return multiple.first < 0; });
    }

    /// What a multiple of one symbol is a multiple by, which it is no more then: 1 otherwise.
    double take_factor() {
        if (constant_ != 0 || multiples_.size() != 1) return 1;
        return std::exchange(multiples_.front().first, 1);
    }

    void negate() {
        constant_ = 0 - constant_;
        for (Multiple& multiple : multiples_) multiple.first = -multiple.first;
    }

    /// "T-t+1", "2 t-3"; what is added comes before what is taken away: "4-t".
    Formula formula(Notation notation) const {
        std::vector<Multiple> ordered = multiples_;
        std::ranges::stable_sort(ordered, std::ranges::greater{},
                                 [](const auto& multiple) { return multiple.first > 0; });
        if (ordered.empty()) return number_formula(constant_, notation);
        const bool begins_with_number = constant_ > 0 && ordered.front().first < 0;
        std::string text = begins_with_number ? number_formula(constant_, notation).text : "";
        for (const auto& [factor, symbol] : ordered) {
            const std::string size =
                std::abs(factor) == 1 ? "" : number_in_sum(std::abs(factor), notation) + ' ';
            text += (factor < 0 ? "-" : text.empty() ? "" : "+") + size + symbol;
        }
        if (constant_ != 0 && !begins_with_number)
            text += (constant_ < 0 ? '-' : '+') + number_in_sum(std::abs(constant_), notation);
        const bool is_one = ordered.size() == 1 && constant_ == 0 && ordered[0].first > 0;
        const bool is_symbol = ordered[0].second.find(' ') == std::string::npos;
        return {text, !is_one                              ? Precedence::sum
                      : is_symbol && ordered[0].first == 1 ? Precedence::atom
                                                           : Precedence::product};
    }

 private:
    /// t+(1 / 3), (1 / 3) t: sums are written without spaces.
    static std::string number_in_sum(double number, Notation notation) {
        return in_parentheses(number_formula(number, notation), Precedence::atom);
    }

    using Multiple = std::pair<double, std::string>;

    double constant_ = 0;
    std::vector<Multiple> multiples_;
};

/// A factor of a number: a sum to a power.
struct PowerOfSum {
    SymbolSum sum;
    double power = 1;
};

Formula formula_of(const PowerOfSum& base, Notation notation) {
    Formula inside = base.sum.formula(notation);
    if (std::abs(base.power) == 1) return inside;
    if (std::abs(base.power) == 2)
        return {in_parentheses(inside, Precedence::atom) + "^2", Precedence::power};
    return {notation == Notation::latex ? fmt::format("\\sqrt{{{}}}", inside.text)
                                        : fmt::format("sqrt({})", inside.text)};
}

/// Those with a power above 0, or with one below, beside each other, and numbers first: 2 B N.
Formula product_of(std::vector<PowerOfSum>& bases, bool is_above, Notation notation) {
    double number = 1;
    std::vector<Formula> factors;
    for (PowerOfSum& base : bases) {
        if ((base.power > 0) != is_above) continue;
        if (const auto whole = base.sum.number(); whole && std::abs(base.power) == 1) {
            number *= *whole;
            continue;
        }
        if (std::abs(base.power) == 1) number *= base.sum.take_factor();
        factors.push_back(formula_of(base, notation));
    }
    if (number != 1) factors.insert(factors.begin(), number_formula(number, notation));
    if (factors.size() == 1) return factors.front();
    std::string text;
    for (const Formula& factor : factors) {
        if (!text.empty()) text += ' ';
        text += in_parentheses(factor, Precedence::product);
    }
    return {text, Precedence::product};
}

/// Takes the signs of what is negative out of the bases: 1 / (-10 B) is -1 / (10 B).
double without_signs(double factor, std::vector<PowerOfSum>& bases) {
    for (PowerOfSum& base : bases) {
        const double size = std::abs(base.power);
        if ((size != 1 && size != 2) || !base.sum.is_negative()) continue;
        base.sum.negate();
        if (size == 1) factor = -factor;
    }
    return factor;
}

/// In text what stands behind a quotient would be part of what it is divided by: (1 / N) A(T), not
/// 1 / N A(T).
constexpr Op quotient_sign{.name = "quotient"};

/// "1 / N", "2 (N-1)", "0.5 / sqrt(N)", "0.3 / (B N)", "-1 / (10 B)".
Formula quotient(double factor, std::vector<PowerOfSum> bases, Notation notation) {
    factor = without_signs(factor, bases);
    if (factor < 0)
        return {fmt::format("-{}", quotient(-factor, std::move(bases), notation).text),
                Precedence::sum};
    const auto fraction = quotient_of(factor);
    if (fraction && !bases.empty()) {  // 2 / (3 N), not (2 / 3) / N
        factor = fraction->above;
        bases.push_back({SymbolSum::of(fraction->below), -1});
    }
    const Formula above = product_of(bases, true, notation);
    const Formula below = product_of(bases, false, notation);
    const bool is_fraction = notation == Notation::latex && !below.text.empty();
    const bool is_alone = is_fraction && factor == 1;  // above a line that says where it ends
    std::string text = above.text.empty() ? ""
                       : is_alone         ? above.text
                                          : in_parentheses(above, Precedence::power);
    if (factor != 1 || text.empty()) {
        const std::string number = number_formula(factor, notation).text;
        text = text.empty() ? number : fmt::format("{} {}", number, text);
    }
    if (below.text.empty()) return {text, Precedence::product};
    if (is_fraction)
        return {fmt::format("\\frac{{{}}}{{{}}}", text, below.text), Precedence::product};
    return {fmt::format("{} / {}", text, in_parentheses(below, Precedence::power)),
            Precedence::product, &quotient_sign};
}

/// One number that grows.
class NumberWriter {
 public:
    NumberWriter(double value, const EquationGrowth& growth, std::int32_t variable,
                 const EquationStyle& style)
        : value_(value), growth_(growth), variable_(variable), style_(style) {}

    Formula write() const {
        if (growth_.scale != 1 || has_scale_law() || growth_.columns.scale) return scaled();
        if (has_law() ? is_product(*growth_.law) || growth_.columns.factor
                      : is_product(growth_.columns.value))
            return product();
        return line().formula(style_.notation);
    }

 private:
    using SymbolAndMore = std::pair<std::string, double>;

    /// What is even in the steps, in their number and in that of columns.
    SymbolSum line() const {
        SymbolSum sum;
        if (has_law()) {
            sum.add_times({growth_.law->constant, growth_.columns.constant}, 1, "");
            const auto [symbol, more] = growth_.slope == 0 ? count() : one_behind_last();
            sum.add({growth_.law->per_step, growth_.columns.per_step}, symbol, more);
        } else {
            sum.add_times({value_, growth_.columns.value}, 1, "");
        }
        if (growth_.slope != 0) add_step(sum);
        return sum;
    }

    bool has_law() const { return growth_.law && style_.is_general; }
    bool has_scale_law() const { return growth_.scale_law && style_.is_general; }

    static bool is_product(const std::optional<LengthLaw>& law) {
        return law && (law->power != 1 || law->factor != 1 || law->has_other());
    }

    /// "(t+1) / N", "0.1 (t+1)".
    Formula scaled() const {
        double factor = growth_.scale;
        std::vector<PowerOfSum> bases;
        // The factor of the law of N is part of that of B.
        if (growth_.columns.scale)
            factor = add_bases(*growth_.columns.scale, {columns_name, 0}, bases);
        if (has_scale_law()) {
            const double of_steps = add_bases(*growth_.scale_law, count(), bases);
            if (!growth_.columns.scale) factor = of_steps;
        }
        SymbolSum multiplied = line();
        if (const auto number = multiplied.number())
            factor *= *number;
        else
            bases.insert(bases.begin(), {std::move(multiplied), 1});
        return quotient(factor, std::move(bases), style_.notation);
    }

    /// The sums of a law of a symbol and so many more; returns its factor.
    static double add_bases(const LengthLaw& law, const SymbolAndMore& symbol,
                            std::vector<PowerOfSum>& bases) {
        SymbolSum sum;
        sum.add_multiple(law.constant, "");
        sum.add({law.per_step}, symbol.first, symbol.second);
        bases.push_back({std::move(sum), law.power});
        add_other(law, symbol, bases);
        return law.factor;
    }

    Formula product() const {
        const std::optional<LengthLaw>& of_columns =
            has_law() ? growth_.columns.factor : growth_.columns.value;
        double factor = 1;
        std::vector<PowerOfSum> bases;
        if (of_columns) {
            factor = add_bases(*of_columns, {columns_name, 0}, bases);
        } else if (has_law()) {
            factor = growth_.law->factor;
        }
        if (has_law()) {
            SymbolSum sum;
            sum.add_times({growth_.law->constant, growth_.columns.constant}, 1, "");
            const auto [symbol, more] = count();
            sum.add({growth_.law->per_step, growth_.columns.per_step}, symbol, more);
            bases.push_back({std::move(sum), growth_.law->power});
            add_other(*growth_.law, {symbol, more}, bases);
        }
        return quotient(factor, std::move(bases), style_.notation);
    }

    /// Of a law of `symbol` and so many more.
    static void add_other(const LengthLaw& law, const SymbolAndMore& symbol,
                          std::vector<PowerOfSum>& bases) {
        if (!law.has_other()) return;
        SymbolSum sum;
        sum.add_multiple(law.other_constant, "");
        sum.add({law.other_per_step}, symbol.first, symbol.second);
        bases.push_back({std::move(sum), law.other_power});
    }

    /// The number of steps, from 0 on: "N", which is said of one axis only, or T and 1 more.
    SymbolAndMore count() const {
        return style_.axes.size() == 1 ? SymbolAndMore{"N", static_cast<double>(style_.first_step)}
                                       : one_behind_last();
    }
    SymbolAndMore one_behind_last() const { return {last_step_name(style_.axes.front().axis), 1}; }

    void add_step(SymbolSum& sum) const {
        const Sized slope{growth_.slope, growth_.columns.slope};
        const auto& [axis, is_fixed, t] = growth_.step;
        if (!is_fixed) return sum.add(slope, axis_name(variable_), t);
        const auto steps = std::ranges::find(style_.axes, axis, &AxisSteps::axis);
        const bool is_number = written_step(axis, t, style_) == fmt::format("{}", t);
        if (is_number || steps == style_.axes.end()) return sum.add_times(slope, t, "");
        sum.add(slope, last_step_name(axis), t - (steps->steps - 1));
    }

    double value_;
    const EquationGrowth& growth_;
    std::int32_t variable_;
    const EquationStyle& style_;
};

}  // namespace

Formula growing_number(double value, const EquationGrowth& growth, std::int32_t variable,
                       const EquationStyle& style) {
    return NumberWriter(value, growth, variable, style).write();
}

}  // namespace revolute::detail
