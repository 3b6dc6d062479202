#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/state_dict.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/message.hpp>
#include <support/nets.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace revolute;
using test::architectures;
using test::message_of;

namespace {

const Sizes sizes{.steps = 2, .input = 2, .hidden = 3, .output = 2, .batch = 1};

std::vector<Matrix> random_parameters(const Architecture& architecture) {
    Graph graph;
    Random random(1);
    std::vector<Matrix> values;
    for (const Expr& parameter : recurrent_net(graph, sizes, architecture).parameters())
        values.push_back(random.matrix(parameter.shape()));
    return values;
}

const Matrix& array(const StateDict& arrays, const std::string& name) {
    return std::ranges::find(arrays, name, &NamedArray::name)->value;
}

}  // namespace

TEST_CASE("state dict: parameters go out and come back for every cell, stack and direction") {
    for (const Architecture& architecture : architectures()) {
        CAPTURE(architecture.cell.name());
        const std::vector<Matrix> parameters = random_parameters(architecture);
        StateDict arrays = to_state_dict(architecture, sizes, parameters);
        const std::vector<ArrayShape> shapes = state_dict_shapes(architecture, sizes);
        REQUIRE(arrays.size() == shapes.size());
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            CHECK(arrays[i].name == shapes[i].name);
            CHECK(arrays[i].value.shape() == shapes[i].shape);
        }
        std::ranges::reverse(arrays);  // any order will do
        CHECK(from_state_dict(architecture, sizes, arrays) == parameters);
    }
}

TEST_CASE("state dict: gates are rows in the order i f g o") {
    const Architecture lstm{.cell = CellKind::lstm};
    const std::vector<Matrix> parameters = random_parameters(lstm);
    const StateDict arrays = to_state_dict(lstm, sizes, parameters);
    const Matrix& weight = array(arrays, "weight_ih_l0");
    CHECK(weight.shape() == Shape{12, 2});
    for (int gate = 0; gate < 4; ++gate)
        for (int r = 0; r < 3; ++r)
            for (int c = 0; c < 2; ++c)
                CHECK(weight(3 * gate + r, c) ==
                      parameters[static_cast<std::size_t>(3 * gate)](r, c));
}

TEST_CASE("state dict: both biases are added, but for n of the reset after the product") {
    const Architecture gru{.cell = CellKind::gru};
    StateDict arrays = to_state_dict(gru, sizes, random_parameters(gru));
    for (NamedArray& entry : arrays)
        if (entry.name.starts_with("bias_"))
            for (int r = 0; r < 9; ++r) entry.value(r, 0) = entry.name == "bias_ih_l0" ? r : 100;
    const std::vector<Matrix> parameters = from_state_dict(gru, sizes, arrays);
    CHECK(parameters[2] == Matrix::from_rows({{100}, {101}, {102}}));  // b_r
    CHECK(parameters[5] == Matrix::from_rows({{103}, {104}, {105}}));  // b_z
    CHECK(parameters[8] == Matrix::from_rows({{6}, {7}, {8}}));        // b_n
    CHECK(parameters[9] == Matrix(3, 1, 100));                         // b_hn
}

TEST_CASE("state dict: weights go out with zeros in bias_hh, gradients with the same in both") {
    const Architecture lstm{.cell = CellKind::lstm};
    const std::vector<Matrix> parameters = random_parameters(lstm);
    CHECK(array(to_state_dict(lstm, sizes, parameters), "bias_hh_l0") == Matrix(12, 1));
    const StateDict gradients = gradients_to_state_dict(lstm, sizes, parameters);
    CHECK(array(gradients, "bias_hh_l0") == array(gradients, "bias_ih_l0"));

    const Architecture gru{.cell = CellKind::gru};
    const std::vector<Matrix> of_gru = random_parameters(gru);
    const Matrix second = array(gradients_to_state_dict(gru, sizes, of_gru), "bias_hh_l0");
    for (int r = 0; r < 3; ++r) {
        CHECK(second(r, 0) == of_gru[2](r, 0));
        CHECK(second(6 + r, 0) == of_gru[9](r, 0));
    }
}

TEST_CASE("state dict: what does not fit is named") {
    const Architecture simple;
    const StateDict arrays = to_state_dict(simple, sizes, random_parameters(simple));
    const auto refused = [&](const StateDict& changed) {
        return message_of<ParseError>([&] { from_state_dict(simple, sizes, changed); });
    };
    CHECK(refused(StateDict(arrays.begin() + 1, arrays.end())) ==
          "state dict: weight_ih_l0 is missing");
    StateDict changed = arrays;
    changed.push_back(arrays[0]);
    CHECK(refused(changed) == "state dict: weight_ih_l0 is there twice");
    changed = arrays;
    changed.push_back({"weight_ih_l1", Matrix(1, 1)});
    CHECK(refused(changed) ==
          "state dict: the net has no array weight_ih_l1 (it has weight_ih_l0, weight_hh_l0, "
          "bias_ih_l0, bias_hh_l0, head.weight, head.bias)");
    changed = arrays;
    changed[1].value = Matrix(3, 4);
    CHECK(refused(changed) == "state dict: weight_hh_l0 must be [3 x 3] ([3 x 4])");
    CHECK(message_of<ShapeError>([&] { to_state_dict(simple, sizes, std::vector<Matrix>(3)); }) ==
          "state dict: the net has 5 parameters (3 given)");
    std::vector<Matrix> other_shape = random_parameters(simple);
    other_shape[1] = Matrix(3, 2);
    CHECK(message_of<ShapeError>([&] { to_state_dict(simple, sizes, other_shape); }) ==
          "state dict: parameter 2 of the net must be [3 x 3] ([3 x 2])");
}
