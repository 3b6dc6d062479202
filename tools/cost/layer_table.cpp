#include <revolute/tools/cost/layer_table.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace revolute {

namespace {

struct Row {
    std::string name;
    std::string reads;
    std::string gives;
    std::int64_t parameters = 0;
};

std::int64_t entries(std::span<const Expr> values) {
    std::int64_t count = 0;
    for (const Expr& value : values)
        count += std::int64_t{value.shape().rows} * value.shape().columns;
    return count;
}

std::string name_of(std::size_t layer, std::size_t direction, std::size_t directions) {
    if (directions == 1) return fmt::format("{}", layer + 1);
    return fmt::format("{}, {}", layer + 1, direction == 0 ? "forward" : "backward");
}

void add_rows(const Layer& layer, std::size_t number, std::vector<Row>& rows) {
    for (std::size_t i = 0; i < layer.directions.size(); ++i) {
        const Unrolled& direction = layer.directions[i];
        rows.push_back({name_of(number, i, layer.directions.size()),
                        fmt::format("{}", direction.inputs.front().shape().rows),
                        fmt::format("{}", direction.output(0).shape().rows),
                        entries(layer.cells[i].parameters())});
    }
}

}  // namespace

std::string layer_table(const RecurrentNet& net, InitialState initial) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < net.layers.size(); ++i) add_rows(net.layers[i], i, rows);
    const ReadOut& answer = net.read_out;
    rows.push_back({"answer", fmt::format("{}", answer.V.shape().columns),
                    fmt::format("{}", answer.V.shape().rows),
                    entries(std::vector{answer.V, answer.c})});
    if (initial == InitialState::trainable)
        rows.push_back({"initial states", "", "", entries(net.initial_leaves())});
    std::int64_t sum = 0;
    for (const Row& row : rows) sum += row.parameters;
    rows.push_back({"all", "", "", sum});

    std::string text =
        fmt::format("{:<16}{:>8}{:>8}{:>14}\n", "layer", "reads", "gives", "parameters");
    for (const Row& row : rows)
        text +=
            fmt::format("{:<16}{:>8}{:>8}{:>14}\n", row.name, row.reads, row.gives, row.parameters);
    return text;
}

}  // namespace revolute
