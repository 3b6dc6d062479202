// Cells that are defined here, and not in the library, through everything that the program does
// with its own.

#include <revolute/graph/cost/cost.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/rolling/roll.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/checks/check_gradient.hpp>
#include <revolute/tools/checks/net_check.hpp>
#include <revolute/tools/cost/layer_table.hpp>
#include <revolute/tools/cost/net_cost.hpp>
#include <revolute/tools/diagnosis/diagnosis_report.hpp>
#include <revolute/tools/equations/equations.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/exchange/state_dict.hpp>
#include <revolute/tools/exchange/weights_file.hpp>
#include <revolute/tools/figures/dot.hpp>
#include <revolute/tools/figures/figure.hpp>
#include <revolute/tools/training/model_file.hpp>
#include <revolute/tools/training/sequence_net.hpp>
#include <revolute/tools/training/trainer.hpp>
#include <support/equation_check.hpp>
#include <support/message.hpp>
#include <support/own_cells.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace revolute;
using test::own_cells;

namespace {

/// Nets of every cell: the plainest, and one with all that nets may have.
std::vector<Architecture> nets() {
    std::vector<Architecture> all;
    for (const CellType& cell : own_cells()) {
        all.push_back({.cell = cell});
        all.push_back({.cell = cell,
                       .layers = 2,
                       .is_bidirectional = true,
                       .is_residual = true,
                       .initial = InitialState::trainable});
    }
    return all;
}

RolledDerivative derived(const Architecture& architecture, const Sizes& sizes) {
    Graph graph;
    const RecurrentNet net = recurrent_net(graph, sizes, architecture);
    return rolled_up(differentiate(net.loss(), net.variables(), Unreachable::zeros));
}

nlohmann::json columns_of(const Matrix& matrix) {
    nlohmann::json all = nlohmann::json::array();
    for (int c = 0; c < matrix.columns(); ++c) {
        all.emplace_back(nlohmann::json::array());
        for (int r = 0; r < matrix.rows(); ++r) all.back().push_back(matrix(r, c));
    }
    return all;
}

/// The text of a case with random numbers; with an initial state of each of these tensors.
std::string case_text(const CellType& cell, const Sizes& sizes,
                      std::span<const StateTensor> tensors) {
    Random random(11);
    nlohmann::json text{{"name", "own"},         {"cell", cell.name()}, {"T", sizes.steps},
                        {"B", sizes.batch},      {"I", sizes.input},    {"H", sizes.hidden},
                        {"O", sizes.output},     {"layers", 1},         {"bidirectional", false},
                        {"many_to_many", false}, {"loss", "mse_half"}};
    for (int t = 0; t < sizes.steps; ++t)
        text["x"].push_back(columns_of(random.matrix({sizes.input, sizes.batch})));
    text["y"] = columns_of(random.matrix({sizes.output, sizes.batch}));
    for (const StateTensor& tensor : tensors)
        text[tensor.name + "0"] =
            nlohmann::json::array({columns_of(random.matrix({tensor.rows, sizes.batch}))});
    StateDict arrays;
    for (const ArrayShape& array : state_dict_shapes({.cell = cell}, sizes))
        arrays.push_back({array.name, random.matrix(array.shape)});
    text["params"] = nlohmann::json::parse(weights_to_json(arrays));
    return text.dump();
}

Series sines() {
    std::vector<double> first;
    for (int i = 0; i < 60; ++i) first.push_back(std::sin(0.5 * i));
    return {.source = "sines.csv",
            .axis = {.name = "t", .first = 0, .spacing = 1},
            .targets = {{"first", first}},
            .inputs = {{"first", first}}};
}

}  // namespace

TEST_CASE("own cells: gradients agree with differences and with forward mode, of every size") {
    for (const Architecture& net : nets())
        for (const Sizes& sizes :
             {Sizes{.steps = 1, .input = 1, .hidden = 1, .output = 1, .batch = 1},
              Sizes{.steps = 4, .input = 2, .hidden = 3, .output = 2, .batch = 3}}) {
            CAPTURE(net.cell.name());
            const NetCheck check = check_net(sizes, net, 7);
            CHECK(check.passes());
            CHECK(check.no_closed_form == "none for the cell " + net.cell.name());
        }
}

TEST_CASE("own cells: figures of every view are drawn, and folded") {
    for (const Architecture& net : nets()) {
        CAPTURE(net.cell.name());
        Graph graph;
        const Sizes sizes{.steps = 14, .input = 2, .hidden = 3, .output = 1, .batch = 1};
        const RecurrentNet built = recurrent_net(graph, sizes, net);
        const Derivative d = differentiate(built.loss(), built.variables(), Unreachable::zeros);
        for (const ShownSteps steps : {ShownSteps::all, ShownSteps::folded, ShownSteps::elided}) {
            // Elided figures leave t = 2 out, where h_0 is read as h(t-2), and the last step but
            // one, where nothing reads A.
            if (steps == ShownSteps::elided && net.cell.name() != "mgu") continue;
            const FigureOptions options{.steps = steps};
            for (const Figure& figure : {forward(d.loss(), options), backward(d, options),
                                         joint(d, options), local_derivatives(d, options)}) {
                std::ostringstream out;
                write_dot(out, figure);
                CHECK(out.str().find("h") != std::string::npos);
                CHECK(!figure.nodes.empty());
            }
        }
    }
}

TEST_CASE("own cells: equations are those of any number of steps, and give the gradients") {
    for (const Architecture& net : nets()) {
        CAPTURE(net.cell.name());
        const Sizes sizes{.input = 2, .hidden = 2, .output = 1, .batch = 1};
        const Equations general = general_equations([&](std::int32_t steps) {
            Sizes of = sizes;
            of.steps = steps;
            return derived(net, of);
        });
        CHECK(general.is_general);
        CHECK(to_text(general).find("dL") == std::string::npos);  // the loss has no adjoint line
        CHECK(!to_latex(general).empty());
    }
}

TEST_CASE("own cells: what nets cost is counted, and tabulated") {
    for (const CellType& cell : {own_cells()[0], own_cells()[1], own_cells()[3]}) {
        CAPTURE(cell.name());
        const CountedNet net{{.cell = cell}};
        const Sizes sizes{37, 5, 9, 2, 6};
        CHECK(net_cost(net)(sizes) == cost(rolled_net(net, sizes)));
        const CountedNet both{{.cell = cell, .layers = 2, .is_bidirectional = true}};
        CHECK(net_cost(both)(sizes) == cost(rolled_net(both, sizes)));
        Graph graph;
        const RecurrentNet built = recurrent_net(graph, sizes, net.architecture);
        CHECK(layer_table(built, InitialState::zero).find("layer") != std::string::npos);
    }
}

TEST_CASE(
    "own cells: arrays of weights are PyTorch's where the cell says so, else the parameters") {
    const Sizes sizes{.steps = 3, .input = 2, .hidden = 4, .output = 1};
    const auto names = [&](const Architecture& net) {
        std::vector<std::string> all;
        for (const ArrayShape& array : state_dict_shapes(net, sizes))
            all.push_back(array.name + " " + to_string(array.shape));
        return all;
    };
    CHECK(names({.cell = own_cells()[0], .layers = 2}) ==
          std::vector<std::string>{"weight_ih_l0 [8 x 2]", "weight_hh_l0 [8 x 4]",
                                   "bias_ih_l0 [8 x 1]", "bias_hh_l0 [8 x 1]",
                                   "weight_ih_l1 [8 x 4]", "weight_hh_l1 [8 x 4]",
                                   "bias_ih_l1 [8 x 1]", "bias_hh_l1 [8 x 1]",
                                   "head.weight [1 x 4]", "head.bias [1 x 1]"});
    CHECK(names({.cell = own_cells()[1], .layers = 2}) ==
          std::vector<std::string>{"W1 [4 x 2]", "U1 [4 x 4]", "S1 [4 x 4]", "b1 [4 x 1]",
                                   "W2 [4 x 4]", "U2 [4 x 4]", "S2 [4 x 4]", "b2 [4 x 1]",
                                   "head.weight [1 x 4]", "head.bias [1 x 1]"});
    Random random(3);
    for (const Architecture& net : nets()) {
        CAPTURE(net.cell.name());
        const std::vector<Matrix> parameters = initial_parameters(net, sizes, random);
        const StateDict arrays = to_state_dict(net, sizes, parameters);
        CHECK(parse_weights(weights_to_json(arrays), "text") == arrays);
        CHECK(from_state_dict(net, sizes, arrays) == parameters);
    }
}

TEST_CASE("own cells: arrays of one name, of a cell that leaves its suffix out, are refused") {
    const CellType silent(
        "silent", [](Graph& graph, int input, int hidden, std::string_view, SourceLine) -> AnyCell {
            return test::TwoStepsBack(graph, input, hidden, "");
        });
    const Sizes sizes{.steps = 3, .input = 2, .hidden = 4, .output = 1};
    CHECK(state_dict_shapes({.cell = silent}, sizes).size() == 6);
    CHECK(test::message_of<ShapeError>([&] {
              state_dict_shapes({.cell = silent, .layers = 2}, sizes);
          }).starts_with("state dict: two arrays are called W\n"));
}

TEST_CASE("own cells: training starts where the table says, and draws what it says nothing of") {
    Random random(1);
    const Sizes sizes{.steps = 3, .input = 2, .hidden = 4, .output = 1};
    const std::vector<Matrix> fast = initial_parameters({.cell = own_cells()[2]}, sizes, random);
    CHECK(fast[1] == Matrix(4, 1, 0.25));
    const std::vector<Matrix> back = initial_parameters({.cell = own_cells()[1]}, sizes, random);
    for (const Matrix& drawn : {back[0], back[1], back[2], back[3]})
        CHECK(std::ranges::count(drawn.values(), 0.0) == 0);
}

TEST_CASE("own cells: trained, saved, loaded, predicted, and trained further") {
    const Series series = sines();
    for (const Architecture& net : nets()) {
        if (net.initial != InitialState::zero) continue;  // a forecast starts from zeros
        CAPTURE(net.cell.name());
        const TrainingSettings settings{.architecture = net, .window = 4, .hidden = 3, .epochs = 6};
        const TrainingResult trained = train(series, 50, settings);
        CHECK(trained.model.epochs_done == 6);
        const std::string json = to_json(trained.model, trained.state);
        const ForecastModel loaded = parse_model(json, "model", own_cells());
        CHECK(loaded == trained.model);
        CHECK(forecast_ahead(loaded, series, 5).front().values ==
              forecast_ahead(trained.model, series, 5).front().values);
        CHECK(forecast_each(loaded, series, 50).front().values.size() == 10);

        // As by hand, from the weights that were saved.
        Graph graph;
        const RecurrentNet built = recurrent_net(graph, loaded.sizes(1), net);
        SequenceNet by_program(net, loaded.sizes(1));
        Random random(5);
        std::vector<Matrix> inputs;
        Bindings values;
        for (const Expr& x : built.inputs) {
            inputs.push_back(random.matrix(x.shape()));
            values.bind(x, inputs.back());
        }
        const std::vector<Expr> parameters = built.parameters();
        for (std::size_t i = 0; i < parameters.size(); ++i)
            values.bind(parameters[i], loaded.parameters[i]);
        const Matrix expected = evaluate(built.read_out.y.front(), values);
        const Matrix actual = by_program.answer(loaded.parameters, inputs);
        CHECK(actual(0, 0) == doctest::Approx(expected(0, 0)).epsilon(1e-12));
    }
}

TEST_CASE("own cells: a parameter that one step does not reach is trained where more do") {
    const TrainingSettings settings{
        .architecture = {.cell = own_cells()[3]}, .window = 1, .hidden = 2, .epochs = 2};
    const std::vector<Matrix> one_step = train(sines(), 50, settings).model.parameters;
    TrainingSettings longer = settings;
    longer.epochs = 3;
    CHECK(train(sines(), 50, longer).model.parameters[1] == one_step[1]);  // S stays
    longer.window = 2;
    CHECK(train(sines(), 50, longer).model.parameters[1] != one_step[1]);
}

TEST_CASE("own cells: a model of a cell that the reader does not know is refused with the names") {
    const TrainingSettings settings{
        .architecture = {.cell = own_cells()[0]}, .window = 4, .hidden = 2, .epochs = 1};
    const std::string json = to_json(train(sines(), 50, settings).model);
    CHECK(test::message_of<ParseError>([&] { parse_model(json, "model.json"); }) ==
          "model.json: is a damaged model file: cell must be one of \"simple\", \"simple-relu\", "
          "\"gru\", \"gru-before\", \"lstm\", \"lstm-peephole\" (\"mgu\")");
    CHECK(test::message_of<ParseError>(
              [&] { parse_model(json, "model.json", std::span(own_cells()).subspan(1)); })
              .ends_with(
                  "\"lstm-peephole\", \"two-back\", \"fast-weights\", \"late-answer\" (\"mgu\")"));
}

TEST_CASE("own cells: a program of a net is compiled, and explained") {
    for (const CellType& cell : own_cells()) {
        const CountedNet net{{.cell = cell}};
        const Program program = compile(
            rolled_net(net, {.steps = 20, .input = 2, .hidden = 3, .output = 1, .batch = 2}));
        CHECK(explain(program).find("loop") != std::string::npos);
    }
}

TEST_CASE("own cells: a case of one is read, its gradients are the engine's, and files hold them") {
    const Sizes sizes{.steps = 4, .input = 2, .hidden = 2, .output = 1, .batch = 3};
    for (const CellType& cell : own_cells()) {
        CAPTURE(cell.name());
        Graph graph;
        const std::vector<StateTensor> tensors =
            make_cell(cell, graph, sizes.input, sizes.hidden).state_tensors();
        const Case of = parse_case(case_text(cell, sizes, tensors), "text", own_cells());
        CHECK(of.unknown_keys.empty());
        REQUIRE(of.initial.size() == tensors.size());
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            CHECK(of.initial[i].name == tensors[i].name + "0");
            CHECK(of.initial[i].values.front().shape() == Shape{tensors[i].rows, 3});
            CHECK(largest_entry(of.initial[i].values) > 0);
        }
        const CaseResult result = solve(of);
        CHECK(result.dinitial.size() == tensors.size());
        const CaseNet net(of);
        const std::vector<Expr> variables = net.variables();
        const GradientCheck check = check_gradient(net.net.loss(), variables, net.values);
        CHECK(check.passes());
        const CaseResult again = parse_gradients(to_json(result, of), "text", of);
        CHECK(again.grads == result.grads);
        CHECK(again.dinitial == result.dinitial);
        CHECK(again.unknown_keys.empty());
        // Without states in the file they are zeros.
        for (const StateArrays& states :
             parse_case(case_text(cell, sizes, {}), "text", own_cells()).initial)
            CHECK(largest_entry(states.values) == 0);
    }
}

TEST_CASE("own cells: right gradients are not accused, and mistakes are told") {
    const Sizes sizes{.steps = 4, .input = 2, .hidden = 2, .output = 1, .batch = 3};
    for (const CellType& cell : own_cells()) {
        CAPTURE(cell.name());
        const Case of = parse_case(case_text(cell, sizes, {}), "text", own_cells());
        const CaseResult right = solve(of);
        CHECK(compare_gradients(of, right).agrees());
        CaseResult doubled = right;
        for (NamedArray& array : doubled.grads)
            for (double& value : array.value.values()) value *= 2;
        doubled.dx.clear();
        doubled.dinitial.clear();
        const GradientComparison comparison = compare_gradients(of, doubled);
        CHECK_FALSE(comparison.agrees());
        CHECK(comparison.unexplained.empty());
        REQUIRE(!comparison.findings.empty());
        CHECK(comparison.findings.front().words.front().find("factor of 2") != std::string::npos);
        CHECK(!to_text(comparison, of).empty());
    }
}

TEST_CASE("own cells: a case of a cell that the reader does not know is refused with the names") {
    const std::string text = case_text(own_cells()[0], {.steps = 2}, {});
    CHECK(test::message_of<ParseError>([&] {
              parse_case(text, "case.json");
          }).find("must be \"rnn\", \"gru\", \"gru-before\", \"lstm\" or \"lstm-peephole\"") !=
          std::string::npos);
    CHECK(test::message_of<ParseError>([&] {
              parse_case(text, "case.json", std::span(own_cells()).subspan(1));
          }).find("\"lstm-peephole\", \"two-back\", \"fast-weights\" or \"late-answer\"") !=
          std::string::npos);
}
