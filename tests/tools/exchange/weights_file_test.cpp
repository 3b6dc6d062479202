#include <revolute/graph/values/error.hpp>
#include <revolute/tools/exchange/weights_file.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/message.hpp>
#include <support/temporary_folder.hpp>

#include <doctest/doctest.h>

using namespace revolute;
using test::message_of;

namespace {

const Sizes sizes{.steps = 2, .input = 2, .hidden = 3, .output = 1, .batch = 1};

StateDict random_arrays(const Architecture& architecture) {
    Random random(1);
    StateDict arrays;
    for (const auto& [name, shape, role] : state_dict_shapes(architecture, sizes))
        arrays.push_back({name, random.matrix(shape)});
    return arrays;
}

std::string refused(const char* text) {
    return message_of<ParseError>([&] { parse_weights(text, "w.json"); });
}

}  // namespace

TEST_CASE("weights file: a weight is a list of rows, a bias a list of numbers, an array a line") {
    const StateDict arrays{{"weight_ih_l0", Matrix::from_rows({{1, 0.5}, {-2, 3}})},
                           {"bias_ih_l0", Matrix::from_rows({{0.25}, {4}})},
                           {"head.weight", Matrix::from_rows({{7}})},
                           {"head.bias", Matrix::from_rows({{8}})}};
    const char* text =
        "{\n"
        " \"weight_ih_l0\": [[1.0,0.5],[-2.0,3.0]],\n"
        " \"bias_ih_l0\": [0.25,4.0],\n"
        " \"head.weight\": [[7.0]],\n"
        " \"head.bias\": [8.0]\n"
        "}\n";
    CHECK(weights_to_json(arrays) == text);
    CHECK(parse_weights(text, "w.json") == arrays);
}

TEST_CASE("weights file: what is written reads back to the same bits, for every cell") {
    const test::TemporaryFolder folder;
    for (const CellKind kind : cell_kinds()) {
        CAPTURE(name_of(kind));
        const StateDict arrays =
            random_arrays({.cell = kind, .layers = 2, .is_bidirectional = true});
        write_file(folder / "w.json", weights_to_json(arrays));
        CHECK(read_weights(folder / "w.json") == arrays);
    }
}

TEST_CASE("weights file: what is no list of numbers or of rows is named") {
    const std::string prefix = "w.json: has no weights that can be read: ";
    CHECK(refused("{\"a\": [1,") == prefix + "no JSON from line 1, column 9 on");
    for (const std::string word : {"NaN", "nan", "-Infinity", "Infinity", "inf", "-inf", "+Inf"}) {
        CAPTURE(word);
        CHECK(refused(("{\"a\":\n [1, " + word + "]}").c_str()) ==
              prefix + word +
                  " in a[1] is no number that JSON has (line 2, column 6)\n  what wrote the file "
                  "had a "
                  "value that is not finite there; it must be mended or left out");
    }
    CHECK(refused("{\"a\": [1, nil]}") == prefix + "no JSON from line 1, column 12 on");
    CHECK(
        refused("{\"format\": \"revolute model\"}") ==
        "w.json: is a model file, where weights are needed\n  `revolute weights w.json` prints its "
        "weights; `revolute train --resume w.json` goes on with its training");
    CHECK(refused("[1]") == prefix + "the whole must be an object (a list of 1)");
    const std::string wanted = " must be a list of numbers, or of rows of numbers";
    CHECK(refused("{\"a\": 1}") == prefix + "a" + wanted + " (1)");
    CHECK(refused("{\"a\": []}") == prefix + "a" + wanted + " (a list of 0)");
    CHECK(refused("{\"a\": {\"b\": 1}}") == prefix + "a" + wanted + " (an object)");
    CHECK(refused("{\"a\": \"a text that is longer than forty bytes, so cut\"}") ==
          prefix + "a" + wanted + " (a text of 46 bytes)");
    CHECK(refused("{\"a\": [[]]}") == prefix + "a[0]" + wanted + " (a list of 0)");
    CHECK(refused("{\"a\": [1, \"2\"]}") == prefix + "a[1] must be a number (\"2\")");
    CHECK(refused("{\"a\": [1, null]}") == prefix + "a[1] must be a number (null)");
    CHECK(refused("{\"a\": [[1, 2], [3]]}") == prefix + "a[1] must be a list of 2 (a list of 1)");
    CHECK(refused("{\"a\": [[1, 2], 3]}") == prefix + "a[1] must be a list of 2 (3)");
    CHECK(refused("{\"a\": [[1, [2]]]}") == prefix + "a[0][1] must be a number (a list of 1)");
}

TEST_CASE("weights file: arrays that do not fit the net are named with both shapes") {
    const Architecture lstm{.cell = CellKind::lstm};
    const auto fits = [&](const Architecture& architecture, const StateDict& arrays) {
        return message_of<ParseError>(
            [&] { from_state_dict(architecture, sizes, arrays, "w.json"); });
    };
    CHECK(fits({}, random_arrays(lstm)) == "w.json: weight_ih_l0 must be [3 x 2] ([12 x 2])");
    StateDict arrays = random_arrays(lstm);
    arrays.erase(arrays.begin() + 2);
    CHECK(fits(lstm, arrays) == "w.json: bias_ih_l0 is missing");
    CHECK(fits(lstm, random_arrays({.cell = CellKind::lstm_peephole})) ==
          "w.json: the net has no array peephole_l0 (it has weight_ih_l0, weight_hh_l0, "
          "bias_ih_l0, bias_hh_l0, head.weight, head.bias)");
}
