// Sequences of different lengths in one batch: without padding, with a mask, and one by one.

#include <revolute/graph/derivative/differentiate.hpp>
#include <revolute/graph/evaluate/evaluate.hpp>
#include <revolute/ops/ops.hpp>
#include <revolute/rnn/layers.hpp>
#include <revolute/rnn/lengths.hpp>
#include <revolute/rnn/recurrent_net.hpp>
#include <revolute/tools/support/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace revolute;

namespace {

constexpr int steps = 5, input = 2, hidden = 3, answer_rows = 2;
const std::vector<int> lengths{5, 3, 3, 1};
constexpr int batch = 4;
constexpr InitialState initial = InitialState::trainable;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The data of the batch, padded: column b of x[t] and target[t].
struct Data {
    explicit Data(LossKind kind) {
        Random random(5);
        for (int t = 0; t < steps; ++t) {
            x.push_back(random.matrix({input, batch}));
            if (kind == LossKind::mse) {
                target.push_back(random.matrix({answer_rows, batch}));
            } else {
                target.emplace_back(1, batch);
                for (double& value : target.back().values())
                    value = std::floor(random.uniform(0, answer_rows));
            }
        }
    }
    std::vector<Matrix> x, target;
};

Matrix columns_of(const Matrix& all, int first, int count) {
    Matrix part(all.rows(), count);
    for (int c = 0; c < count; ++c)
        for (int r = 0; r < all.rows(); ++r) part(r, c) = all(r, first + c);
    return part;
}

Matrix padded(Matrix matrix, int t, double padding) {
    for (int c = 0; c < batch; ++c)
        for (int r = 0; r < matrix.rows(); ++r)
            if (t >= lengths[static_cast<std::size_t>(c)]) matrix(r, c) = padding;
    return matrix;
}

/// Gradients with respect to the cells' parameters, h(-1), V and c, and the loss in front of them.
using Results = std::vector<Matrix>;

/// How the sequences stand in a net: the columns that begin with `first` and their inputs.
struct Form {
    Graph graph;
    Bindings values;
    std::vector<Expr> parameters, inputs;
    ReadOut head;

    void add_initial(const Layer& layer) {
        for (const Expr& leaf : layer.initial_leaves()) parameters.push_back(leaf);
    }
    /// Values of the variables, the same in every form.
    Results results() {
        parameters.insert(parameters.end(), {head.V, head.c});
        Random random(11);
        for (const Expr& x : parameters) values.bind(x, random.matrix(x.shape()));
        return evaluate(differentiate(head.loss, parameters).loss_and_gradients(), values);
    }
};

/// What the nets of all forms are: a layer, or one of each direction.
struct Kind {
    CellKind cell;
    LossKind loss;
    bool answers_every_step;
    bool is_bidirectional;
};

std::vector<AnyCell> cells(Form& form, const Kind& kind) {
    std::vector<AnyCell> all{make_cell(kind.cell, form.graph, input, hidden)};
    if (kind.is_bidirectional) all.push_back(make_cell(kind.cell, form.graph, input, hidden, "r"));
    for (const AnyCell& cell : all)
        for (const Expr& parameter : cell.parameters()) form.parameters.push_back(parameter);
    return all;
}

/// The batch shrinks; with one length, a sequence by itself.
Results without_padding(const Kind& kind, const Data& data, std::span<const int> of, int first) {
    Form form;
    const std::vector<AnyCell> made = cells(form, kind);
    form.inputs = shrinking_input_sequence(form.graph, "x", input, of);
    const Layer layer = kind.is_bidirectional
                            ? bidirectional(made[0], made[1], form.inputs, initial)
                            : unidirectional(made[0], form.inputs, initial);
    form.add_initial(layer);
    for (std::size_t t = 0; t < form.inputs.size(); ++t)
        form.values.bind(form.inputs[t],
                         columns_of(data.x[t], first, form.inputs[t].shape().columns));
    if (kind.answers_every_step) {
        form.head = read_out(layer.outputs, answer_rows, kind.loss);
        for (std::size_t t = 0; t < form.inputs.size(); ++t)
            form.values.bind(form.head.targets[t],
                             columns_of(data.target[t], first, form.inputs[t].shape().columns));
    } else {
        const Expr last = last_outputs(layer.outputs);
        form.head = read_out(std::span(&last, 1), answer_rows, kind.loss);
        form.values.bind(form.head.targets[0],
                         columns_of(data.target[0], first, static_cast<int>(of.size())));
    }
    return form.results();
}

/// Every sequence in a net of its own; loss and gradients are their means.
Results one_by_one(const Kind& kind, const Data& data) {
    Results total;
    for (int b = 0; b < batch; ++b) {
        const Results own = without_padding(
            kind, data, std::span(lengths).subspan(static_cast<std::size_t>(b), 1), b);
        if (total.empty())
            for (const Matrix& matrix : own) total.emplace_back(matrix.shape());
        for (std::size_t i = 0; i < own.size(); ++i)
            for (std::size_t k = 0; k < own[i].size(); ++k)
                total[i].values()[k] += own[i].values()[k] / batch;
    }
    return total;
}

/// Padded with `padding`, which must not matter.
Results with_mask(const Kind& kind, const Data& data, double padding) {
    Form form;
    const std::vector<AnyCell> made = cells(form, kind);
    form.inputs = input_sequence(form.graph, "x", {input, batch}, steps);
    const Lengths of = input_lengths(form.graph, batch, steps);
    const Layer layer = kind.is_bidirectional
                            ? bidirectional(made[0], made[1], form.inputs, of, initial)
                            : unidirectional(made[0], form.inputs, of, initial);
    form.add_initial(layer);
    std::vector<int> last;
    for (const int length : lengths) last.push_back(length - 1);
    const Expr answered =
        kind.is_bidirectional ? outputs_at(layer.outputs, last) : layer.outputs.back();
    form.head = kind.answers_every_step ? read_out_masked(layer.outputs, of, answer_rows, kind.loss)
                                        : read_out(std::span(&answered, 1), answer_rows, kind.loss);
    Matrix row(1, batch);
    std::ranges::copy(lengths, row.values().begin());
    form.values.bind(of.lengths, row);
    for (std::size_t t = 0; t < steps; ++t)
        form.values.bind(form.inputs[t], padded(data.x[t], static_cast<int>(t), padding));
    for (std::size_t t = 0; t < form.head.targets.size(); ++t)
        form.values.bind(form.head.targets[t],
                         padded(data.target[t], static_cast<int>(t), padding));
    return form.results();
}

/// Relative to the largest entry of all: sums in another order.
void check_equal(const Results& actual, const Results& expected) {
    REQUIRE(actual.size() == expected.size());
    double error = 0, scale = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(actual[i].shape() == expected[i].shape());
        for (std::size_t k = 0; k < expected[i].size(); ++k) {
            REQUIRE(std::isfinite(actual[i].values()[k]));
            error = std::max(error, std::abs(actual[i].values()[k] - expected[i].values()[k]));
            scale = std::max(scale, std::abs(expected[i].values()[k]));
        }
    }
    REQUIRE(scale > 1e-3);
    CHECK(error <= 1e-12 * scale);
}

template <class Test>
void for_every_kind(const Test& test) {
    for (const CellKind cell : cell_kinds())
        for (const LossKind loss : {LossKind::mse, LossKind::cross_entropy})
            for (const bool every_step : {false, true})
                for (const bool both : {false, true}) {
                    CAPTURE(name_of(cell));
                    CAPTURE(static_cast<int>(loss));
                    CAPTURE(every_step);
                    CAPTURE(both);
                    test(Kind{cell, loss, every_step, both}, Data(loss));
                }
}

}  // namespace

TEST_CASE("lengths: a batch that shrinks equals its sequences one by one") {
    for_every_kind([](const Kind& kind, const Data& data) {
        check_equal(without_padding(kind, data, lengths, 0), one_by_one(kind, data));
    });
}

TEST_CASE("lengths: a padded batch with a mask equals its sequences one by one") {
    for_every_kind([](const Kind& kind, const Data& data) {
        check_equal(with_mask(kind, data, 0.5), one_by_one(kind, data));
    });
}

// NaN times zero is NaN, so one path from padding to a result would show: equal bits prove that
// there is none.
TEST_CASE("lengths: padding of NaN changes no bit of loss and gradients") {
    for_every_kind([](const Kind& kind, const Data& data) {
        CHECK(with_mask(kind, data, not_a_number) == with_mask(kind, data, 0.5));
    });
}
