#include "published_net.hpp"
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/embedding.hpp>
#include <revolute/rnn/gru.hpp>
#include <revolute/rnn/simple_rnn.hpp>
#include <revolute/rnn/unroll.hpp>

#include <algorithm>
#include <array>

namespace revolute::test {

namespace {

/// What reads the encoder's states for a decoder's: the context [H x B] for a query [H x B].
using Attend = std::function<Expr(Expr query)>;
/// Makes it of the encoder's states and W_a, U_a, v_a.
using Attention = std::function<Attend(const std::vector<Expr>& states, Expr W, Expr U, Expr v)>;

/// Encoder and decoder with additive attention (Bahdanau et al. 2015), the decoder on a time axis
/// of its own, half as long, fed with the targets.
BuiltNet attending(Graph& graph, const NetSizes& s, const Attention& attention) {
    const int steps = std::max(1, s.N / 2);
    const Gru encoder(graph, s.I, s.H, Reset::after_product, "e"),
        decoder(graph, s.H + s.O, s.H, Reset::after_product, "d");
    const Unrolled encoded =
        unroll(encoder, input_sequence(graph, "x", {s.I, s.B}, s.N),
               initial_state(graph, encoder.state_tensors(), s.B, InitialState::zero));
    const Expr W = graph.parameter("W_a", {s.H, s.H}), U = graph.parameter("U_a", {s.H, s.H}),
               v = graph.parameter("v_a", {s.H, 1}), V = graph.parameter("V", {s.O, s.H}),
               c = graph.parameter("c", {s.O, 1});
    const Attend context = attention(encoded.outputs(), W, U, v);
    State state{encoded.last()};
    Expr fed = graph.constant(0.0, {s.O, s.B});
    std::vector<Expr> losses;
    for (int k = 0; k < steps; ++k) {
        const Scope at(graph, Step{1, k});
        state = decoder.step(stack_rows({context(state[0]).named("ctx"), fed}), state);
        const Expr y = dense(V, state[0], c).named("y");
        fed = graph.input("Y", {s.O, s.B});
        losses.push_back(mse(y, fed));
    }
    std::vector<Expr> variables = encoder.parameters();
    for (const Expr& parameter : decoder.parameters()) variables.push_back(parameter);
    variables.insert(variables.end(), {W, U, v, V, c});
    return {accumulate(losses).named("L"), variables};
}

/// One sequence: its states are the columns of a matrix.
BuiltNet attention_of_one(Graph& graph, const NetSizes& s) {
    return attending(graph, s, [](const std::vector<Expr>& h, Expr W, Expr U, Expr v) -> Attend {
        const Expr K = stack_columns(h), keys = (W * K).named("keys");
        return [=](Expr query) {
            const Expr scores =
                transpose(v) * tanh(keys + broadcast_columns(U * query, K.shape().columns));
            return K * transpose(softmax_of_rows(scores)).named("alpha");
        };
    });
}

/// A batch: the scores of every step below each other.
BuiltNet attention_of_batch(Graph& graph, const NetSizes& s) {
    return attending(graph, s, [](const std::vector<Expr>& h, Expr W, Expr U, Expr v) -> Attend {
        std::vector<Expr> keys;
        for (std::size_t t = 0; t < h.size(); ++t) {
            const Scope at(*W.graph, Step{0, static_cast<int>(t)});
            keys.push_back((W * h[t]).named("key"));
        }
        return [=](Expr query) {
            const Expr q = U * query;
            std::vector<Expr> scores, terms;
            for (const Expr& key : keys) scores.push_back(transpose(v) * tanh(key + q));
            const Expr alpha = softmax(stack_rows(scores)).named("alpha");
            for (std::size_t t = 0; t < h.size(); ++t)
                terms.push_back(scale_columns(h[t], rows(alpha, static_cast<int>(t), 1)));
            return accumulate(terms);
        };
    });
}

/// A batch without a loop over the encoder's steps: their states beside each other.
BuiltNet attention_at_once(Graph& graph, const NetSizes& s) {
    return attending(graph, s, [](const std::vector<Expr>& h, Expr W, Expr U, Expr v) -> Attend {
        const Expr K = stack_columns(h), keys = (W * K).named("keys");  // column t B + b
        return [=, N = static_cast<int>(h.size())](Expr query) {
            const int H = query.shape().rows, B = query.shape().columns;
            const std::vector<Expr> queries(static_cast<std::size_t>(N), U * query);
            const Expr scores = transpose(v) * tanh(keys + stack_columns(queries));
            const Expr alpha = softmax_of_rows(reshape(scores, B, N)).named("alpha");
            const Expr weighted = scale_columns(K, reshape(alpha, 1, B * N));
            return reshape(row_sums(reshape(weighted, H * B, N)), H, B);
        };
    });
}

/// A language model with tied embeddings (Press and Wolf 2017): logits E' h(t) + c.
BuiltNet language_model(Graph& graph, const NetSizes& s) {
    const int vocabulary = 10 * s.O;
    const Embedding embedding(graph, vocabulary, s.H);
    const SimpleRnn cell(graph, s.H, s.H);
    const Unrolled net =
        unroll(cell, embedding(input_sequence(graph, "word", {1, s.B}, s.N)),
               initial_state(graph, cell.state_tensors(), s.B, InitialState::zero));
    const Expr c = graph.parameter("c", {vocabulary, 1});
    std::vector<Expr> losses;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr h = net.output(static_cast<std::size_t>(t));
        const Expr z = dense(transpose(embedding.table), h, c).named("z");
        losses.push_back(softmax_cross_entropy(z, graph.input("next_word", {1, s.B})));
    }
    return {((1.0 / s.N) * accumulate(losses)).named("L"),
            {embedding.table, cell.W, cell.U, cell.b, c}};
}

/// What a hidden Markov model is made of, as logarithms: [n x n] to each state from each, [n x
/// symbols], [n x 1].
struct MarkovModel {
    Expr A, B, p, transitions, emissions, start;

    MarkovModel(Graph& graph, int n, int symbols)
        : A(graph.parameter("A", {n, n})),
          B(graph.parameter("B", {n, symbols})),
          p(graph.parameter("p", {n, 1})),
          transitions((transpose(A) - broadcast_rows(log_sum_exp(transpose(A)), n)).named("logA")),
          emissions((B - broadcast_columns(log_sum_exp_of_rows(B), symbols)).named("logB")),
          start(p - broadcast_rows(log_sum_exp(p), n)) {}
};

/// The forward algorithm in logarithms:
/// a_j(t) = log sum_i exp(a_i(t-1) + log A_ij) + log B_j(o(t)).
BuiltNet markov_model(Graph& graph, const NetSizes& s) {
    const MarkovModel model(graph, s.H, 5 * s.O);
    Expr a = model.start;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        if (t > 0)
            a = log_sum_exp_of_rows(model.transitions + transpose(broadcast_columns(a, s.H)));
        a = (a + gather_columns(model.emissions, graph.input("seen", {1, 1}))).named("alpha");
    }
    return {(-log_sum_exp(a)).named("L"), {model.A, model.B, model.p}};
}

/// The same for a batch: a(t) = m + log(A exp(a(t-1) - m)) with the largest entry m.
BuiltNet markov_batch(Graph& graph, const NetSizes& s) {
    const MarkovModel model(graph, s.H, 5 * s.O);
    const Expr A = exp(model.transitions);
    Expr a = broadcast_columns(model.start, s.B);
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        if (t > 0) {
            const Expr m = broadcast_rows(stop_gradient(column_max(a)), s.H);
            a = m + log(A * exp(a - m));
        }
        a = (a + gather_columns(model.emissions, graph.input("seen", {1, s.B}))).named("alpha");
    }
    return {(-sum(log_sum_exp(a))).named("L"), {model.A, model.B, model.p}};
}

constexpr std::array<double, 7> ctc_labels{0, 2, 0, 3, 0, 3, 0};  // 0 is the blank

/// Connectionist temporal classification (Graves et al. 2006) in logarithms, over the labels with
/// blanks between them; what is forbidden is -inf.
BuiltNet temporal_classification(Graph& graph, const NetSizes& s) {
    const int states = static_cast<int>(ctc_labels.size()), classes = s.O + 3;
    const Expr W = graph.parameter("W", {classes, s.I}), b = graph.parameter("b", {classes, 1}),
               labels = graph.input("labels", {1, states}), skip = graph.input("skip", {states, 1}),
               first = graph.input("first", {states, 1}), one = graph.input("one", {states, 1});
    const auto shifted = [&](Expr a, int by) {
        return place_rows(rows(a, 0, states - by), by, states);
    };
    Expr a = first;
    for (int t = 0; t < s.N; ++t) {
        const Scope at(graph, Step{0, t});
        const Expr z = dense(W, graph.input("x", {s.I, 1}), b);
        const Expr log_p = z - broadcast_rows(log_sum_exp(z), classes);
        if (t > 0) a = log_sum_exp({a, shifted(a, 1) + one, shifted(a, 2) + skip});
        a = (a + transpose(gather_columns(transpose(log_p), labels))).named("alpha");
    }
    return {(-log_sum_exp(rows(a, states - 2, 2))).named("L"), {W, b}};
}

Matrix ctc_value(std::string_view label, Shape shape) {
    const double forbidden = -1e9;
    const auto column = [&](const std::function<bool(std::size_t)>& is_allowed) {
        Matrix values(shape);
        for (std::size_t i = 0; i < ctc_labels.size(); ++i)
            values.values()[i] = is_allowed(i) ? 0 : forbidden;
        return values;
    };
    if (label == "labels") {
        Matrix values(shape);
        std::ranges::copy(ctc_labels, values.values().begin());
        return values;
    }
    if (label == "first") return column([](std::size_t i) { return i < 2; });
    if (label == "one") return column([](std::size_t i) { return i > 0; });
    if (label == "skip")
        return column([](std::size_t i) {
            return i > 1 && ctc_labels.at(i) != 0 && ctc_labels.at(i) != ctc_labels.at(i - 2);
        });
    return random_values(label, shape, 0.5);
}

}  // namespace

std::vector<PublishedNet> nets_of_symbols() {
    const auto symbols = [](std::string_view label, Shape shape) {
        const bool is_symbol = label.starts_with("seen") || label.find("word") != label.npos;
        return is_symbol ? random_indices(label, shape, 10) : random_values(label, shape, 0.7);
    };
    using enum Generality;
    return {{"attention of one sequence", attention_of_one, {.N = 16, .B = 1}, rolls},
            {"attention of a batch", attention_of_batch, {.N = 16}, none},
            {"attention at once", attention_at_once, {.N = 16}, none},
            {.name = "language model", .build = language_model, .value = symbols},
            {.name = "hidden Markov model", .build = markov_model, .value = symbols},
            {.name = "hidden Markov model of a batch", .build = markov_batch, .value = symbols},
            {.name = "CTC", .build = temporal_classification, .value = ctc_value}};
}

}  // namespace revolute::test
