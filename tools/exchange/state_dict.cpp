#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/state_dict.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace revolute {

namespace {

/// Where the rows of a parameter stand in an array.
struct Rows {
    std::size_t parameter;  ///< its number among the net's
    int first, count;
    /// Whether the array holds a second addend of the parameter: bias_hh, beside bias_ih.
    bool is_second = false;
};

/// An array of the state dict and the parameters that it is made of.
struct Array {
    ArrayShape shape;
    std::vector<Rows> rows{};
};

/// A parameter of a cell and its number among the net's.
struct NumberedParameter {
    CellParameter is;
    std::size_t number;
};

/// The arrays of a net, in their order.
class Layout {
 public:
    Layout(const Architecture& architecture, const Sizes& sizes) {
        Graph graph;
        const RecurrentNet net = one_step_net(graph, sizes, architecture);
        for (std::size_t layer = 0; layer < net.layers.size(); ++layer)
            for (std::size_t direction = 0; direction < net.layers[layer].cells.size(); ++direction)
                add_cell(net.layers[layer].cells[direction],
                         fmt::format("_l{}{}", layer, direction == 0 ? "" : "_reverse"));
        add_array("head.weight", {net.read_out.V, ParameterRole::input_weight});
        add_array("head.bias", {net.read_out.c, ParameterRole::bias});
        require_names_apart();
    }

    std::span<const Array> arrays() const { return arrays_; }
    std::vector<ArrayShape> array_shapes() const {
        std::vector<ArrayShape> shapes;
        for (const Array& array : arrays_) shapes.push_back(array.shape);
        return shapes;
    }
    /// Of the parameters, by number.
    std::span<const Shape> shapes() const { return shapes_; }

 private:
    void add_cell(const AnyCell& cell, const std::string& end) {
        std::vector<NumberedParameter> parameters;
        for (CellParameter& parameter : cell.parameter_table()) {
            parameters.push_back({std::move(parameter), shapes_.size()});
            shapes_.push_back(parameters.back().is.expression.shape());
        }
        std::vector<std::string> done;
        for (const NumberedParameter& parameter : parameters) {
            const std::string& array = parameter.is.array;
            if (array.empty()) {
                arrays_.push_back({{parameter.is.expression.label(), no_rows, parameter.is.role}});
                append(arrays_.back(), parameter, false);
                continue;
            }
            if (std::ranges::find(done, array) != done.end()) continue;
            done.push_back(array);
            add_rows(parameters, array, end);
            if (array == first_bias) {
                done.emplace_back(second_bias);
                add_second_bias(parameters, end);
            }
        }
    }

    /// All parameters of that array, one below the other.
    void add_rows(std::span<const NumberedParameter> parameters, const std::string& array,
                  const std::string& end) {
        arrays_.push_back({{array + end, no_rows, ParameterRole::other}});
        for (const NumberedParameter& parameter : parameters)
            if (parameter.is.array == array) append(arrays_.back(), parameter, false);
    }

    /// The second bias of each gate that has a first one: its own, or a second addend of the first.
    /// Then those of gates without a first one.
    void add_second_bias(std::span<const NumberedParameter> parameters, const std::string& end) {
        arrays_.push_back({{std::string(second_bias) + end, no_rows, ParameterRole::other}});
        for (const NumberedParameter& parameter : parameters) {
            if (parameter.is.array != first_bias) continue;
            const auto own = std::ranges::find_if(parameters, [&](const NumberedParameter& other) {
                return other.is.array == second_bias && other.is.gate == parameter.is.gate;
            });
            const bool has_own = own != parameters.end();
            append(arrays_.back(), has_own ? *own : parameter, !has_own);
        }
        for (const NumberedParameter& parameter : parameters)
            if (parameter.is.array == second_bias &&
                std::ranges::none_of(parameters, [&](const NumberedParameter& other) {
                    return other.is.array == first_bias && other.is.gate == parameter.is.gate;
                }))
                append(arrays_.back(), parameter, false);
    }

    void add_array(const char* name, const CellParameter& parameter) {
        arrays_.push_back({{name, no_rows, parameter.role}});
        append(arrays_.back(), {parameter, shapes_.size()}, false);
        shapes_.push_back(parameter.expression.shape());
    }

    /// Puts the parameter below what the array has.
    static void append(Array& array, const NumberedParameter& parameter, bool is_second) {
        const Shape own = parameter.is.expression.shape();
        Shape& shape = array.shape.shape;
        if (!array.rows.empty() && shape.columns != own.columns)
            throw ShapeError(fmt::format(
                "state dict: the parameters of {} must have as many columns each ({} has {})",
                array.shape.name, parameter.is.expression.label(), own.columns));
        if (array.rows.empty()) array.shape.role = parameter.is.role;
        array.rows.push_back({parameter.number, shape.rows, own.rows, is_second});
        shape = {shape.rows + own.rows, own.columns};
    }

    void require_names_apart() const {
        std::set<std::string_view> names;
        for (const Array& array : arrays_)
            if (!names.insert(array.shape.name).second)
                throw ShapeError(fmt::format(
                    "state dict: two arrays are called {}\n  the parameters of a net's cells must "
                    "have "
                    "names of their own: with_suffix puts the suffix of the cell into them",
                    array.shape.name));
    }

    static constexpr Shape no_rows{0, 0};
    static constexpr std::string_view first_bias = "bias_ih", second_bias = "bias_hh";

    std::vector<Array> arrays_;
    std::vector<Shape> shapes_;
};

enum class Meaning : bool { weights, gradients };

StateDict convert(const Architecture& architecture, const Sizes& sizes,
                  std::span<const Matrix> parameters, Meaning meaning) {
    const Layout layout(architecture, sizes);
    if (parameters.size() != layout.shapes().size())
        throw ShapeError(fmt::format("state dict: the net has {} parameters ({} given)",
                                     layout.shapes().size(), parameters.size()));
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (parameters[i].shape() != layout.shapes()[i])
            throw ShapeError(fmt::format("state dict: parameter {} of the net must be {} ({})",
                                         i + 1, to_string(layout.shapes()[i]),
                                         to_string(parameters[i].shape())));
    StateDict result;
    for (const Array& array : layout.arrays()) {
        Matrix values(array.shape.shape);
        for (const Rows& rows : array.rows) {
            if (rows.is_second && meaning == Meaning::weights) continue;
            const Matrix& parameter = parameters[rows.parameter];
            for (int c = 0; c < values.columns(); ++c)
                for (int r = 0; r < rows.count; ++r) values(rows.first + r, c) = parameter(r, c);
        }
        result.push_back({array.shape.name, std::move(values)});
    }
    return result;
}

/// The arrays as a look-up that was checked against the shapes.
class GivenArrays {
 public:
    GivenArrays(std::span<const ArrayShape> shapes, std::span<const NamedArray> arrays,
                std::string_view source)
        : arrays_(arrays), source_(source) {
        for (const NamedArray& array : arrays) {
            const auto same_name = [&](const auto& other) { return other.name == array.name; };
            if (std::ranges::none_of(shapes, same_name))
                throw ParseError(fmt::format("{}: the net has no array {} (it has {})", source_,
                                             array.name, names_of(shapes)));
            if (std::ranges::count_if(arrays, same_name) > 1)
                throw ParseError(fmt::format("{}: {} is there twice", source_, array.name));
        }
        for (const ArrayShape& expected : shapes)
            if (const Shape actual = (*this)[expected.name].shape(); actual != expected.shape)
                throw ParseError(fmt::format("{}: {} must be {} ({})", source_, expected.name,
                                             to_string(expected.shape), to_string(actual)));
    }

    const Matrix& operator[](const std::string& name) const {
        const auto found = std::ranges::find(arrays_, name, &NamedArray::name);
        if (found == arrays_.end())
            throw ParseError(fmt::format("{}: {} is missing", source_, name));
        return found->value;
    }

 private:
    static std::string names_of(std::span<const ArrayShape> shapes) {
        std::string text;
        for (const ArrayShape& shape : shapes)
            text += fmt::format("{}{}", text.empty() ? "" : ", ", shape.name);
        return text;
    }

    std::span<const NamedArray> arrays_;
    std::string_view source_;
};

}  // namespace

bool is_matrix(std::string_view name, Shape shape) {
    return shape.columns > 1 || name.find("weight") != std::string_view::npos;
}

StateDict to_state_dict(const Architecture& architecture, const Sizes& sizes,
                        std::span<const Matrix> parameters) {
    return convert(architecture, sizes, parameters, Meaning::weights);
}

StateDict gradients_to_state_dict(const Architecture& architecture, const Sizes& sizes,
                                  std::span<const Matrix> gradients) {
    return convert(architecture, sizes, gradients, Meaning::gradients);
}

std::vector<ArrayShape> state_dict_shapes(const Architecture& architecture, const Sizes& sizes) {
    return Layout(architecture, sizes).array_shapes();
}

std::vector<Matrix> from_state_dict(const Architecture& architecture, const Sizes& sizes,
                                    std::span<const NamedArray> arrays, std::string_view source) {
    const Layout layout(architecture, sizes);
    const std::vector<ArrayShape> shapes = layout.array_shapes();
    const GivenArrays given(shapes, arrays, source);
    std::vector<Matrix> parameters;
    for (const Shape& shape : layout.shapes()) parameters.emplace_back(shape);
    for (const Array& array : layout.arrays()) {
        const Matrix& values = given[array.shape.name];
        for (const Rows& rows : array.rows) {
            Matrix& parameter = parameters[rows.parameter];
            for (int c = 0; c < values.columns(); ++c)
                for (int r = 0; r < rows.count; ++r) {
                    const double value = values(rows.first + r, c);
                    // What is one of one addend keeps its bits, also those of -0.
                    parameter(r, c) = rows.is_second ? parameter(r, c) + value : value;
                }
        }
    }
    return parameters;
}

}  // namespace revolute
