// A net with two time axes: an encoder, and a decoder that is fed the targets.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/graph/notation/print.hpp>
#include <revolute/graph/structure.hpp>
#include <revolute/rnn/embedding.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/rnn/sequence_to_sequence.hpp>
#include <revolute/rnn/stack.hpp>
#include <revolute/tools/checks/finite_differences.hpp>
#include <revolute/tools/support/random.hpp>
#include <support/message.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

using namespace revolute;
using test::message_of;

namespace {

constexpr int hidden = 3, rows = 2, batch = 2, inputs_read = 3, answers = 2;

/// Encoder and decoder of one kind, with random values at every leaf.
struct Net {
    explicit Net(CellKind kind, DecoderOptions options = {.steps = answers, .rows = rows})
        : encoder(make_cell(kind, graph, 2, hidden, "e")),
          decoder(make_cell(kind, graph, rows, hidden, "d")),
          inputs(input_sequence(graph, "x", {2, batch}, inputs_read)),
          net(sequence_to_sequence(encoder, decoder, inputs, options)) {
        Random random(9);
        std::vector<Expr> leaves = net.variables();
        leaves.insert(leaves.end(), inputs.begin(), inputs.end());
        // Mostly positive, so that no unit of relu is dead.
        for (const Expr& leaf : leaves) values.bind(leaf, random.matrix(leaf.shape(), -0.4, 1.0));
        std::vector<Expr> targets = net.read_out.targets;
        targets.push_back(net.start);
        for (const Expr& target : targets) {
            Matrix value = random.matrix(target.shape());
            if (options.loss == LossKind::cross_entropy)
                for (double& entry : value.values()) entry = std::floor(std::abs(2 * entry));
            values.bind(target, value);
        }
    }

    Graph graph;
    AnyCell encoder, decoder;
    std::vector<Expr> inputs;
    SequenceToSequence net;
    Bindings values;
};

void check_gradients(const Net& net) {
    const std::vector<Expr> variables = net.net.variables();
    const Derivative d = differentiate(net.net.loss(), variables);
    const std::vector<Matrix> gradients = evaluate(d.gradients(), net.values);
    for (std::size_t i = 0; i < variables.size(); ++i) {
        CAPTURE(variables[i].label());
        CHECK(largest_entry(gradients[i]) > 0);
        CHECK(
            check_by_differences(net.net.loss(), variables[i], gradients[i], net.values).verdict !=
            Verdict::differs);
    }
}

}  // namespace

TEST_CASE("sequence_to_sequence: the encoder runs on axis t, the decoder on axis s") {
    const Net net(CellKind::lstm);
    CHECK(net.net.encoder.last().label() == "he[2]");
    CHECK(net.net.decoder.output(0).label() == "hd[s=0]");
    CHECK(net.net.decoder.output(1).label() == "hd[s=1]");
    CHECK(net.net.start.label() == "Y[s=-1]");
    CHECK(net.net.read_out.targets[1].label() == "Y[s=1]");
    CHECK(net.net.read_out.y[1].label() == "y[s=1]");
    CHECK(net.net.loss().label() == "L");
    const std::string listing = to_text(net.net.loss());
    for (const char* line : {"\nhe[2] = oe[2] o ", "\nhd[s=0] = od[s=0] o ",
                             "\ny[s=1] = ", "\nY[s=-1] = input  [2 x 2]\n",
                             "\nl[s=1] = 1/2 mean |y[s=1] - Y[s=1]|^2  [1 x 1]\n"}) {
        CAPTURE(line);
        CHECK(listing.find(line) != std::string::npos);
    }
    CHECK(net.net.decoder.initial.state == net.net.encoder.final_state());
    CHECK(net.net.parameters.size() ==
          net.encoder.parameters().size() + net.decoder.parameters().size() + 2);
}

TEST_CASE("sequence_to_sequence: a decoder's step is fed the target of the step before") {
    const Net net(CellKind::simple);
    CHECK(net.net.decoder.inputs == std::vector{net.net.start, net.net.read_out.targets[0]});
    // The answer at s = 0 sees the start alone, the one at s = 1 the target at s = 0 too, none its
    // own.
    for (std::size_t s = 0; s < answers; ++s) {
        const auto needed = ancestors(net.graph, std::array{net.net.read_out.y[s].id});
        CHECK(needed[index(net.net.start.id)]);
        CHECK(needed[index(net.net.read_out.targets[0].id)] == (s == 1));
        CHECK_FALSE(needed[index(net.net.read_out.targets[1].id)]);
        CHECK(needed[index(net.inputs[0].id)]);
    }
}

TEST_CASE("sequence_to_sequence: gradients agree with finite differences for every cell") {
    for (const CellKind kind : cell_kinds())
        for (const LossKind loss : {LossKind::mse, LossKind::cross_entropy}) {
            CAPTURE(name_of(kind));
            check_gradients(Net(
                kind,
                {.steps = answers, .rows = rows, .loss = loss, .initial = InitialState::given}));
        }
}

TEST_CASE(
    "sequence_to_sequence: the adjoint of the encoder's last state comes from the decoder's first "
    "step") {
    const Net net(CellKind::simple);
    const Derivative d = differentiate(net.net.loss(), net.net.parameters);
    const std::vector<Term> terms = d.terms(net.net.encoder.last());
    REQUIRE(terms.size() == 1);
    CHECK(terms.front().consumer.step() == Step{1, 0});
}

TEST_CASE("sequence_to_sequence: the loss is the sum of the steps' losses") {
    const Net net(CellKind::gru);
    double sum = 0;
    for (std::size_t s = 0; s < answers; ++s) {
        const Matrix y = evaluate(net.net.read_out.y[s], net.values);
        const Matrix& target = *net.values.find(net.net.read_out.targets[s]);
        for (std::size_t i = 0; i < y.size(); ++i)
            sum += std::pow(y.values()[i] - target.values()[i], 2) / (2 * batch);
    }
    CHECK(evaluate(net.net.loss(), net.values)(0, 0) == doctest::Approx(sum).epsilon(1e-14));
}

TEST_CASE("sequence_to_sequence: stacks of layers and an embedding that both sides share") {
    Graph graph;
    const Embedding embedding(graph, 4, 2);
    const auto stack = [&](std::string_view suffix) {
        return Stack(
            {make_cell(CellKind::gru, graph, 2, hidden, fmt::format("1{}", suffix)),
             make_cell(CellKind::lstm, graph, hidden, hidden, fmt::format("2{}", suffix))});
    };
    const auto symbols = input_sequence(graph, "a", {1, batch}, inputs_read);
    const SequenceToSequence net = sequence_to_sequence(
        stack("e"), stack("d"), embedding(symbols),
        {.steps = answers, .rows = 4, .loss = LossKind::cross_entropy, .feed = [&](Expr target) {
             return embedding(target);
         }});
    Bindings values;
    Random random(6);
    std::vector<Expr> variables = net.variables();
    variables.push_back(embedding.table);
    for (const Expr& leaf : variables) values.bind(leaf, random.matrix(leaf.shape()));
    for (const Expr& symbol : symbols) values.bind(symbol, Matrix::from_rows({{1, 3}}));
    values.bind(net.start, Matrix::from_rows({{0, 0}}));
    for (const Expr& target : net.read_out.targets)
        values.bind(target, Matrix::from_rows({{2, 1}}));
    const Derivative d = differentiate(net.loss(), variables);
    CHECK(d.terms(embedding.table).size() == inputs_read + answers);
    for (const Expr& variable : variables) {
        CAPTURE(variable.label());
        CHECK(check_by_differences(net.loss(), variable, evaluate(d[variable], values), values)
                  .verdict == Verdict::agrees);
    }
}

TEST_CASE("sequence_to_sequence: no answer, no input, and a decoder of another state are refused") {
    Graph graph;
    const AnyCell encoder = make_cell(CellKind::lstm, graph, 1, 3, "e");
    const AnyCell other = make_cell(CellKind::gru, graph, 1, 3, "d");
    const auto inputs = input_sequence(graph, "x", {1, 1}, 2);
    const int line = __LINE__ + 1;
    const auto no_answer = [&] { sequence_to_sequence(encoder, encoder, inputs, {.steps = 0}); };
    CHECK(message_of<GraphError>(no_answer) ==
          fmt::format("sequence_to_sequence: needs at least one answer (0)\n  asked for at "
                      "sequence_to_sequence_test.cpp:{}",
                      line));
    CHECK(message_of<GraphError>([&] { sequence_to_sequence(encoder, encoder, {}, {}); }) ==
          "sequence_to_sequence: needs an expression");
    const int next = __LINE__ + 1;
    const auto other_state = [&] { sequence_to_sequence(encoder, other, inputs, {}); };
    CHECK(message_of<GraphError>(other_state) ==
          fmt::format("sequence_to_sequence: the decoder's state must be as the encoder's, from "
                      "which it starts\n  the encoder has he with 3 rows, ce with 3 rows\n  the "
                      "decoder has hd with 3 rows\n  asked for at sequence_to_sequence_test.cpp:{}",
                      next));
}

TEST_CASE("sequence_to_sequence: a batch that shrinks, or grows, is refused") {
    Graph graph;
    const AnyCell encoder = make_cell(CellKind::lstm, graph, 1, 3, "e");
    const AnyCell decoder = make_cell(CellKind::lstm, graph, 1, 3, "d");
    const Expr two = graph.input("x", {1, 2}, {"made.cpp", 1});
    const Expr one = graph.input("x", {1, 1}, {"made.cpp", 2});
    const int line = __LINE__ + 2;
    const auto of = [&](std::vector<Expr> inputs) {
        return message_of<ShapeError>([&] { sequence_to_sequence(encoder, decoder, inputs, {}); });
    };
    CHECK(of({two, two, one}) ==
          fmt::format("sequence_to_sequence: every input must have as many columns as the first (1 "
                      "and 2): the decoder starts from the last state of the whole batch\n"
                      "  the first is x [1 x 2], made at made.cpp:1\n"
                      "  another is x [1 x 1], made at made.cpp:2\n"
                      "  asked for at sequence_to_sequence_test.cpp:{}",
                      line));
    CHECK(of({one, two})
              .starts_with("sequence_to_sequence: every input must have as many columns "
                           "as the first (2 and 1): "));
}
