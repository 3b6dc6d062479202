#pragma once

#include <revolute/ops/ops.hpp>
#include <revolute/rnn/cell_type.hpp>
#include <revolute/rnn/gate.hpp>

#include <string>
#include <vector>

// Cells that the library does not know, as its users define them.

namespace revolute::test {

/// The minimal gated unit (Zhou et al. 2016), which says what its parameters are:
///     f = sigmoid(W_f x + U_f h(t-1) + b_f),  n = tanh(W_n x + U_n (f o h(t-1)) + b_n),
///     h(t) = (1 - f) o h(t-1) + f o n.
class MinimalGatedUnit {
 public:
    MinimalGatedUnit(Graph& graph, int input, int hidden, std::string_view suffix)
        : f_(graph, input, hidden, "f", suffix, SourceLine::here()),
          n_(graph, input, hidden, "n", suffix, SourceLine::here()),
          suffix_(suffix) {}

    std::vector<StateTensor> state_tensors() const { return {{name("h"), f_.U.shape().rows}}; }
    std::vector<CellParameter> parameter_table() const {
        std::vector<CellParameter> table;
        f_.append_to(table);
        n_.append_to(table);
        return table;
    }
    std::vector<Expr> parameters() const { return expressions_of(parameter_table()); }
    State step(Expr x, const State& previous) const {
        const Expr h = previous.front();
        const Expr f = sigmoid(f_(x, h)).named(name("f"));
        const Expr n = tanh(n_(x, hadamard(f, h))).named(name("n"));
        const Expr kept = hadamard(1.0 - f, h);
        const Expr renewed = hadamard(f, n);
        return {(kept + renewed).named(name("h"))};
    }

 private:
    std::string name(std::string_view letter) const { return with_suffix(letter, suffix_); }

    Gate f_, n_;
    std::string suffix_;
};

/// h(t) = tanh(W x + U h(t-1) + V h(t-2) + b), which says nothing of its parameters. The state
/// before is a tensor of its own.
class TwoStepsBack {
 public:
    TwoStepsBack(Graph& graph, int input, int hidden, std::string_view suffix)
        : W_(graph.parameter(with_suffix("W", suffix), {hidden, input})),
          U_(graph.parameter(with_suffix("U", suffix), {hidden, hidden})),
          V_(graph.parameter(with_suffix("S", suffix), {hidden, hidden})),
          b_(graph.parameter(with_suffix("b", suffix), {hidden, 1})),
          h_(with_suffix("h", suffix)),
          before_(with_suffix("k", suffix)) {}

    std::vector<StateTensor> state_tensors() const {
        return {{h_, U_.shape().rows}, {before_, U_.shape().rows}};
    }
    std::vector<Expr> parameters() const { return {W_, U_, V_, b_}; }
    State step(Expr x, const State& previous) const {
        const Expr Wx = dense(W_, x, b_);
        const Expr Uh = U_ * previous[0];
        const Expr Vk = V_ * previous[1];
        return {tanh(Wx + Uh + Vk).named(h_), previous[0]};
    }

 private:
    Expr W_, U_, V_, b_;
    std::string h_, before_;
};

/// Fast weights (Ba et al. 2016), with a state that is a matrix for each sequence, A [H x H], kept
/// as the column of its entries: h(t) = tanh(W x + A(t-1) h(t-1) + b), A(t) = 0.9 A(t-1) + 0.5 h(t)
/// h(t)'.
class FastWeights {
 public:
    FastWeights(Graph& graph, int input, int hidden, std::string_view suffix)
        : W_(graph.parameter(with_suffix("W", suffix), {hidden, input})),
          b_(graph.parameter(with_suffix("b", suffix), {hidden, 1})),
          h_(with_suffix("h", suffix)),
          A_(with_suffix("A", suffix)) {}

    std::vector<StateTensor> state_tensors() const {
        const int hidden = W_.shape().rows;
        return {{h_, hidden}, {A_, hidden * hidden}};
    }
    std::vector<CellParameter> parameter_table() const {
        return {{.expression = W_, .role = ParameterRole::input_weight},
                {.expression = b_, .role = ParameterRole::bias, .start = 0.25}};
    }
    std::vector<Expr> parameters() const { return {W_, b_}; }
    State step(Expr x, const State& previous) const {
        const int hidden = W_.shape().rows;
        // Column j of A times entry j of h, for each sequence.
        Expr z = dense(W_, x, b_);
        for (int j = 0; j < hidden; ++j) {
            const Expr column = rows(previous[1], j * hidden, hidden);
            z = z + scale_columns(column, rows(previous[0], j, 1));
        }
        const Expr h = tanh(z).named(h_);
        std::vector<Operand> products;
        for (int j = 0; j < hidden; ++j) products.push_back(scale_columns(h, rows(h, j, 1)));
        const Expr outer = hidden == 1 ? scale_columns(h, h) : stack_rows(products);
        return {h, (0.9 * previous[1] + 0.5 * outer).named(A_)};
    }

 private:
    Expr W_, b_;
    std::string h_, A_;
};

/// A cell whose answer is a step behind its state, h(t) = tanh(W x + c(t-1) + b), c(t) = S h(t): no
/// gradient of S where it runs for one step.
class LateAnswer {
 public:
    LateAnswer(Graph& graph, int input, int hidden, std::string_view suffix)
        : W_(graph.parameter(with_suffix("W", suffix), {hidden, input})),
          S_(graph.parameter(with_suffix("S", suffix), {hidden, hidden})),
          b_(graph.parameter(with_suffix("b", suffix), {hidden, 1})),
          h_(with_suffix("h", suffix)),
          c_(with_suffix("c", suffix)) {}

    std::vector<StateTensor> state_tensors() const {
        return {{h_, S_.shape().rows}, {c_, S_.shape().rows}};
    }
    std::vector<Expr> parameters() const { return {W_, S_, b_}; }
    State step(Expr x, const State& previous) const {
        const Expr Wx = dense(W_, x, b_);
        const Expr h = tanh(Wx + previous[1]).named(h_);
        return {h, (S_ * h).named(c_)};
    }

 private:
    Expr W_, S_, b_;
    std::string h_, c_;
};

/// All of them.
inline const std::vector<CellType>& own_cells() {
    static const std::vector<CellType> all{
        cell_type<MinimalGatedUnit>("mgu"), cell_type<TwoStepsBack>("two-back"),
        cell_type<FastWeights>("fast-weights"), cell_type<LateAnswer>("late-answer")};
    return all;
}

}  // namespace revolute::test
