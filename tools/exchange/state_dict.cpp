#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/state_dict.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace revolute {

namespace {

/// How the parameters of a kind of cell are ordered: W, U, b for each gate, then what it has beyond.
struct Layout {
    std::size_t gates;
    std::size_t peepholes = 0;
    bool has_hidden_bias = false;  ///< a second bias, b_hn, of the last gate

    std::size_t size() const { return 3 * gates + peepholes + (has_hidden_bias ? 1 : 0); }
};

Layout layout_of(CellKind kind) {
    switch (kind) {
        case CellKind::simple:
        case CellKind::simple_relu:
            return {1};
        case CellKind::gru:
            return {.gates = 3, .has_hidden_bias = true};
        case CellKind::gru_before:
            return {3};
        case CellKind::lstm:
            return {4};
        case CellKind::lstm_peephole:
            return {.gates = 4, .peepholes = 3};
    }
    throw InternalError("state dict: a kind of cell has no layout");
}

/// "_l0", or "_l0_reverse".
std::string ending(int layer, int direction) {
    return fmt::format("_l{}{}", layer, direction == 0 ? "" : "_reverse");
}

/// What stands below each other in an array: parameters first, first + stride, ... of a cell.
Matrix stack(std::span<const Matrix> cell, std::size_t first, std::size_t stride,
             std::size_t count) {
    const Shape part = cell[first].shape();
    Matrix all(static_cast<int>(count) * part.rows, part.columns);
    for (std::size_t i = 0; i < count; ++i)
        for (int c = 0; c < part.columns; ++c)
            for (int r = 0; r < part.rows; ++r)
                all(static_cast<int>(i) * part.rows + r, c) = cell[first + i * stride](r, c);
    return all;
}

/// The i-th of `count` parts below each other.
Matrix part_of(const Matrix& all, std::size_t i, std::size_t count) {
    Matrix part(all.rows() / static_cast<int>(count), all.columns());
    for (int c = 0; c < part.columns(); ++c)
        for (int r = 0; r < part.rows(); ++r)
            part(r, c) = all(static_cast<int>(i) * part.rows() + r, c);
    return part;
}

void put_last_part(Matrix& all, const Matrix& part) {
    std::ranges::copy(part.values(), all.values().end() - static_cast<std::ptrdiff_t>(part.size()));
}

enum class Meaning : bool { weights, gradients };

void append_cell(StateDict& result, const Layout& layout, std::span<const Matrix> cell,
                 const std::string& end, Meaning meaning) {
    const Matrix bias = stack(cell, 2, 3, layout.gates);
    Matrix second = meaning == Meaning::gradients ? bias : Matrix(bias.shape());
    if (layout.has_hidden_bias) put_last_part(second, cell[3 * layout.gates]);
    result.push_back({"weight_ih" + end, stack(cell, 0, 3, layout.gates)});
    result.push_back({"weight_hh" + end, stack(cell, 1, 3, layout.gates)});
    result.push_back({"bias_ih" + end, bias});
    result.push_back({"bias_hh" + end, std::move(second)});
    if (layout.peepholes > 0)
        result.push_back({"peephole" + end, stack(cell, 3 * layout.gates, 1, layout.peepholes)});
}

StateDict convert(const Architecture& architecture, std::span<const Matrix> parameters,
                  Meaning meaning) {
    const Layout layout = layout_of(architecture.cell);
    const std::size_t directions = architecture.is_bidirectional ? 2 : 1;
    const std::size_t cells = static_cast<std::size_t>(architecture.layers) * directions;
    if (parameters.size() != cells * layout.size() + 2)
        throw ShapeError(fmt::format("state dict: the net has {} parameters ({} given)",
                                     cells * layout.size() + 2, parameters.size()));
    StateDict result;
    for (std::size_t i = 0; i < cells; ++i)
        append_cell(result, layout, parameters.subspan(i * layout.size(), layout.size()),
                    ending(static_cast<int>(i / directions), static_cast<int>(i % directions)),
                    meaning);
    result.push_back({"head.weight", parameters[parameters.size() - 2]});
    result.push_back({"head.bias", parameters[parameters.size() - 1]});
    return result;
}

/// The arrays as a look-up that was checked against the shapes.
class Arrays {
 public:
    Arrays(std::span<const ArrayShape> shapes, std::span<const NamedArray> arrays,
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

/// b of gate i: the sum of both biases, but for a gate that keeps them apart.
Matrix bias_of(const Layout& layout, const Matrix& first, const Matrix& second, std::size_t i) {
    Matrix bias = part_of(first, i, layout.gates);
    if (layout.has_hidden_bias && i + 1 == layout.gates) return bias;
    const Matrix other = part_of(second, i, layout.gates);
    std::ranges::transform(bias.values(), other.values(), bias.data(), std::plus{});
    return bias;
}

}  // namespace

bool has_cell_state(CellKind kind) {
    return kind == CellKind::lstm || kind == CellKind::lstm_peephole;
}

bool is_weight(std::string_view name) { return name.find("weight") != std::string_view::npos; }

StateDict to_state_dict(const Architecture& architecture, std::span<const Matrix> parameters) {
    return convert(architecture, parameters, Meaning::weights);
}

StateDict gradients_to_state_dict(const Architecture& architecture,
                                  std::span<const Matrix> gradients) {
    return convert(architecture, gradients, Meaning::gradients);
}

std::vector<ArrayShape> state_dict_shapes(const Architecture& architecture, const Sizes& sizes) {
    const Layout layout = layout_of(architecture.cell);
    const int directions = architecture.is_bidirectional ? 2 : 1;
    const int rows = static_cast<int>(layout.gates) * sizes.hidden;
    std::vector<ArrayShape> shapes;
    for (int layer = 0; layer < architecture.layers; ++layer)
        for (int direction = 0; direction < directions; ++direction) {
            const std::string end = ending(layer, direction);
            const int input = layer == 0 ? sizes.input : directions * sizes.hidden;
            shapes.push_back({"weight_ih" + end, {rows, input}});
            shapes.push_back({"weight_hh" + end, {rows, sizes.hidden}});
            shapes.push_back({"bias_ih" + end, {rows, 1}});
            shapes.push_back({"bias_hh" + end, {rows, 1}});
            if (layout.peepholes > 0) shapes.push_back({"peephole" + end, {3 * sizes.hidden, 1}});
        }
    shapes.push_back({"head.weight", {sizes.output, directions * sizes.hidden}});
    shapes.push_back({"head.bias", {sizes.output, 1}});
    return shapes;
}

std::vector<Matrix> from_state_dict(const Architecture& architecture, const Sizes& sizes,
                                    std::span<const NamedArray> arrays, std::string_view source) {
    const Layout layout = layout_of(architecture.cell);
    const Arrays array(state_dict_shapes(architecture, sizes), arrays, source);
    std::vector<Matrix> parameters;
    for (int layer = 0; layer < architecture.layers; ++layer)
        for (int direction = 0; direction < (architecture.is_bidirectional ? 2 : 1); ++direction) {
            const std::string end = ending(layer, direction);
            const Matrix& second = array["bias_hh" + end];
            for (std::size_t i = 0; i < layout.gates; ++i) {
                parameters.push_back(part_of(array["weight_ih" + end], i, layout.gates));
                parameters.push_back(part_of(array["weight_hh" + end], i, layout.gates));
                parameters.push_back(bias_of(layout, array["bias_ih" + end], second, i));
            }
            for (std::size_t i = 0; i < layout.peepholes; ++i)
                parameters.push_back(part_of(array["peephole" + end], i, layout.peepholes));
            if (layout.has_hidden_bias)
                parameters.push_back(part_of(second, layout.gates - 1, layout.gates));
        }
    parameters.push_back(array["head.weight"]);
    parameters.push_back(array["head.bias"]);
    return parameters;
}

}  // namespace revolute
