#include <revolute/graph/cost/checked_count.hpp>
#include <revolute/tools/cost/net_cost.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace revolute {

namespace {

using Json = nlohmann::ordered_json;

std::string sizes_text(const Sizes& sizes) {
    const auto values = values_of(sizes);
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i)
        text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", size_names[i], values[i]);
    return text;
}

std::string formulas(const NetCost& net, int bytes) {
    const auto formula = [](const Polynomial& p) { return to_factored_string(p, size_names); };
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
Json json_of(const Polynomial& polynomial) {
    Json terms = Json::array();
    for (const auto& [powers, coefficient] : polynomial.terms()) {
        Json exponents = Json::object();
        for (std::size_t i = 0; i < powers.size(); ++i)
            if (powers[i] != 0) exponents[std::string(size_names[i])] = powers[i];
        terms.push_back({{"coefficient", coefficient}, {"exponents", std::move(exponents)}});
    }
    return {{"text", to_string(polynomial, size_names)}, {"terms", std::move(terms)}};
}

Json json_of(const PassPolynomials& formulas, const PassCost& cost, int bytes) {
    return {{"operations", cost.operations},
            {"bytes_kept", checked_product(bytes, cost.kept_entries)},
            {"operations_formula", json_of(formulas.operations)},
            {"bytes_kept_formula", json_of(bytes * formulas.kept_entries)}};
}

bool formulas_hold(const NetCost& polynomials, const Sizes& sizes, const Cost& cost) {
    return sizes.steps >= polynomials.least_steps && polynomials(sizes) == cost;
}

}  // namespace

std::string to_text(const NetCost& polynomials, const Sizes& sizes, const Cost& cost, int bytes) {
    std::string text = formulas(polynomials, bytes);
    text += fmt::format("for {} steps or more; B, I, H and O neither 1 nor equal to each other\n\n",
                        polynomials.least_steps);
    text += sizes_text(sizes) + "\n" + numbers(cost, bytes);
    if (!formulas_hold(polynomials, sizes, cost))
        text +=
            "The formulas do not hold for these sizes, of which the numbers are direct counts.\n";
    return text;
}

std::string to_json(const NetCost& polynomials, const Sizes& sizes, const Cost& cost, int bytes) {
    Json json;
    const auto values = values_of(sizes);
    for (std::size_t i = 0; i < values.size(); ++i)
        json["sizes"][std::string(size_names[i])] = values[i];
    json["bytes_an_entry"] = bytes;
    json["least_steps"] = polynomials.least_steps;
    json["formulas_hold"] = formulas_hold(polynomials, sizes, cost);
    json["forward"] = json_of(polynomials.forward, cost.forward, bytes);
    json["backward"] = json_of(polynomials.backward, cost.backward, bytes);
    return json.dump(2);
}

}  // namespace revolute
