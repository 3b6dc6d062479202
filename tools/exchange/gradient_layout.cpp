#include <revolute/tools/exchange/gradient_layout.hpp>

#include <algorithm>
#include <set>

namespace revolute {

std::vector<GradientArray> gradient_arrays(const CaseResult& result) {
    std::vector<GradientArray> arrays;
    for (auto array = result.grads.rbegin(); array != result.grads.rend(); ++array)
        arrays.push_back({array->name, {array->value}});
    if (!result.dx.empty()) arrays.push_back({"dx", result.dx, ArrayKind::input});
    for (const StateArrays& states : result.dinitial)
        if (!states.values.empty())
            arrays.push_back({states.name, states.values, ArrayKind::initial_state});
    return arrays;
}

std::vector<GradientArray> forward_arrays(const CaseResult& result) {
    std::vector<GradientArray> arrays;
    if (result.loss) arrays.push_back({"loss", {Matrix(1, 1, *result.loss)}, ArrayKind::answer});
    if (!result.yhat.empty()) arrays.push_back({"yhat", result.yhat, ArrayKind::answer});
    return arrays;
}

GradientLayout::GradientLayout(const Case& of, const CaseNet& net,
                               std::span<const GradientArray> arrays) {
    // Each entry of a variable has its number, from 1, as its value: the layout shows where it
    // goes.
    std::vector<Matrix> numbers;
    std::vector<std::size_t> variable_of;  // by entry
    double number = 0;
    for (const Expr& variable : net.variables()) {
        numbers.emplace_back(variable.shape());
        for (double& entry : numbers.back().values()) entry = ++number;
        variable_of.resize(static_cast<std::size_t>(number), numbers.size() - 1);
    }
    const std::vector<GradientArray> numbered = gradient_arrays(gradients_of(of, numbers));
    const int hidden = of.sizes.hidden;
    for (const GradientArray& like : arrays) {
        const GradientArray& from = *std::ranges::find(numbered, like.name, &GradientArray::name);
        Array array{.name = like.name,
                    .kind = from.kind,
                    .shapes = {},
                    .entries = {},
                    .parts = {},
                    .variables = {}};
        for (std::size_t m = 0; m < from.values.size(); ++m) {
            const Matrix& matrix = from.values[m];
            const bool has_gates = !gates_in(net, like.name).empty();
            const auto first = static_cast<std::uint32_t>(parts_.size());
            const int gates = has_gates ? matrix.rows() / hidden : 1;
            for (int gate = 0; gate < gates; ++gate)
                parts_.push_back(
                    {arrays_.size(), m,
                     has_gates ? std::optional(static_cast<std::size_t>(gate)) : std::nullopt});
            array.shapes.push_back(matrix.shape());
            for (int c = 0; c < matrix.columns(); ++c)
                for (int r = 0; r < matrix.rows(); ++r) {
                    const auto entry = static_cast<std::uint32_t>(matrix(r, c)) - 1;
                    array.entries.push_back(entry);
                    array.parts.push_back(first +
                                          static_cast<std::uint32_t>(has_gates ? r / hidden : 0));
                    array.variables.push_back(variable_of[entry]);
                }
        }
        std::ranges::sort(array.variables);
        array.variables.erase(std::unique(array.variables.begin(), array.variables.end()),
                              array.variables.end());
        arrays_.push_back(std::move(array));
    }
}

std::vector<GradientArray> GradientLayout::arrays(std::span<const double> entries) const {
    std::vector<GradientArray> result;
    for (const Array& array : arrays_) {
        GradientArray made{array.name, {}, array.kind};
        auto entry = array.entries.begin();
        for (const Shape& shape : array.shapes) {
            made.values.emplace_back(shape);
            for (double& value : made.values.back().values()) value = entries[*entry++];
        }
        result.push_back(std::move(made));
    }
    return result;
}

std::vector<Expr> GradientLayout::variables_of(std::span<const Expr> all) const {
    std::set<std::size_t> numbers;
    for (const Array& array : arrays_)
        numbers.insert(array.variables.begin(), array.variables.end());
    std::vector<Expr> result;
    result.reserve(numbers.size());
    for (const std::size_t number : numbers) result.push_back(all[number]);
    return result;
}

namespace {

std::vector<CellParameter> table_of(const CaseNet& net) {
    return net.net.layers.front().cells.front().parameter_table();
}

/// Of the array without its layer: "weight_ih" of weight_ih_l1_reverse.
std::string_view without_layer(std::string_view array) {
    return array.substr(0, array.rfind("_l"));
}

}  // namespace

std::vector<std::string> gate_names(const CaseNet& net) {
    std::vector<std::string> gates;
    for (const CellParameter& parameter : table_of(net))
        if (parameter.role == ParameterRole::input_weight) gates.push_back(parameter.gate);
    return gates;
}

std::vector<std::string> gates_in(const CaseNet& net, const std::string& array) {
    // Each gate has rows in both biases, its own or those of the other one.
    const std::string_view named = without_layer(array);
    const std::string_view rows = named == "bias_hh" ? "bias_ih" : named;
    std::vector<std::string> gates;
    for (const CellParameter& parameter : table_of(net))
        if (parameter.array == rows) gates.push_back(parameter.gate);
    return gates.size() > 1 ? gates : std::vector<std::string>();
}

bool has_one_bias(const CaseNet& net) {
    return std::ranges::none_of(table_of(net), [](const CellParameter& parameter) {
        return parameter.role == ParameterRole::recurrent_bias;
    });
}

bool has_gate_rows(const std::string& name) {
    return name.starts_with("weight_") || name.starts_with("bias_");
}

}  // namespace revolute
