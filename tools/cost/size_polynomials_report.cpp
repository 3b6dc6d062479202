#include <revolute/graph/cost/checked_count.hpp>
#include <revolute/tools/cost/size_polynomials.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace revolute {

namespace {

using Json = nlohmann::ordered_json;

std::string sizes_text(const SizePolynomials& of, std::span<const std::int64_t> sizes) {
    std::string text;
    for (std::size_t i = 0; i < sizes.size(); ++i)
        text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", of.names[i], sizes[i]);
    return text;
}

std::vector<std::string_view> views_of(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
}

/// "B, I, H and O".
std::string names_but_steps(const SizePolynomials& of) {
    const std::span<const std::string> names = std::span(of.names).subspan(1);
    if (names.size() == 1) return names.front();
    return fmt::format("{} and {}", fmt::join(names.first(names.size() - 1), ", "), names.back());
}

std::string formulas(const SizePolynomials& net, int bytes) {
    const auto formula = [names = views_of(net.names)](const Polynomial& p) {
        return to_factored_string(p, names);
    };
    return fmt::format(
        "Floating-point operations\n  forward   {}\n  backward  {}\n"
        "Bytes of kept values, {} an entry\n  forward   {}\n  backward  {}\n",
        formula(net.forward.operations), formula(net.backward.operations), bytes,
        formula(bytes * net.forward.kept_entries), formula(bytes * net.backward.kept_entries));
}

/// Forward, backward, and both together.
std::array<std::pair<std::string_view, PassCost>, 3> rows_of(const Cost& cost) {
    const PassCost both{checked_sum(cost.forward.operations, cost.backward.operations),
                        checked_sum(cost.forward.kept_entries, cost.backward.kept_entries)};
    return {{{"forward", cost.forward}, {"backward", cost.backward}, {"together", both}}};
}

std::string numbers(const Cost& cost, int bytes) {
    std::string text = fmt::format("{:10}{:>20}{:>20}\n", "", "operations", "bytes kept");
    for (const auto& [name, pass] : rows_of(cost))
        text += fmt::format("{:10}{:>20}{:>20}\n", name, pass.operations,
                            checked_product(bytes, pass.kept_entries));
    return text;
}

/// The polynomial as a text and as a list of terms.
Json json_of(const Polynomial& polynomial, const std::vector<std::string>& names) {
    Json terms = Json::array();
    for (const auto& [powers, coefficient] : polynomial.terms()) {
        Json exponents = Json::object();
        for (std::size_t i = 0; i < powers.size(); ++i)
            if (powers[i] != 0) exponents[names[i]] = powers[i];
        terms.push_back({{"coefficient", coefficient}, {"exponents", std::move(exponents)}});
    }
    return {{"text", to_string(polynomial, views_of(names))}, {"terms", std::move(terms)}};
}

Json json_of(const PassPolynomials& formulas, const std::vector<std::string>& names,
             const PassCost& cost, int bytes) {
    return {{"operations", cost.operations},
            {"bytes_kept", checked_product(bytes, cost.kept_entries)},
            {"operations_formula", json_of(formulas.operations, names)},
            {"bytes_kept_formula", json_of(bytes * formulas.kept_entries, names)}};
}

bool formulas_hold(const SizePolynomials& polynomials, std::span<const std::int64_t> sizes,
                   const Cost& cost) {
    return sizes.front() >= polynomials.least_steps && polynomials(sizes) == cost;
}

}  // namespace

std::string to_text(const SizePolynomials& polynomials, std::span<const std::int64_t> sizes,
                    const Cost& cost, int bytes) {
    std::string text = formulas(polynomials, bytes);
    text += fmt::format("for {} steps or more; {} neither 1 nor equal to each other\n\n",
                        polynomials.least_steps, names_but_steps(polynomials));
    text += sizes_text(polynomials, sizes) + "\n" + numbers(cost, bytes);
    if (!formulas_hold(polynomials, sizes, cost))
        text +=
            "The formulas do not hold for these sizes, of which the numbers are direct counts.\n";
    return text;
}

std::string to_json(const SizePolynomials& polynomials, std::span<const std::int64_t> sizes,
                    const Cost& cost, int bytes) {
    Json json;
    for (std::size_t i = 0; i < sizes.size(); ++i) json["sizes"][polynomials.names[i]] = sizes[i];
    json["bytes_an_entry"] = bytes;
    json["least_steps"] = polynomials.least_steps;
    json["formulas_hold"] = formulas_hold(polynomials, sizes, cost);
    json["forward"] = json_of(polynomials.forward, polynomials.names, cost.forward, bytes);
    json["backward"] = json_of(polynomials.backward, polynomials.names, cost.backward, bytes);
    return json.dump(2);
}

}  // namespace revolute
