// The gradient of the simple RNN (many-to-one, mean squared error, h(-1) = 0): the program compiled of the
// graph beside back-propagation through time written by hand on CBLAS, in turns, in double, one thread.
// Prints medians and their ratio; the gradients of both must agree.

#include <revolute/graph/differentiate.hpp>
#include <revolute/graph/program/program.hpp>
#include <revolute/graph/simplify.hpp>
#include <revolute/ops/simplification_rules.hpp>
#include <revolute/rnn/recurrent_net.hpp>

#include <cblas.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

using namespace revolute;

namespace {

/// Sizes as `Sizes`, one output. Matrices are column-major, sequences contiguous in time.
class HandWritten {
 public:
    HandWritten(int steps, int batch, int input, int hidden)
        : T_(steps), B_(batch), I_(input), H_(hidden) {
        const auto make = [](std::vector<double>& values, int size) {
            values.resize(static_cast<std::size_t>(size));
        };
        for (std::vector<double>* const slab : {&h_, &dz_}) make(*slab, H_ * B_ * T_);
        make(y_, B_);
        make(x, I_ * B_ * T_);
        make(Y, B_);
        make(W, H_ * I_), make(dW, H_ * I_);
        make(U, H_ * H_), make(dU, H_ * H_);
        make(b, H_), make(db, H_);
        make(V, H_), make(dV, H_);
    }

    void run() {
        forward();
        backward();
    }

    std::vector<double> x, Y, W, U, b, V, dW, dU, db, dV;
    double c = 0;
    double dc = 0;

 private:
    double* at(std::vector<double>& slab, int t) { return slab.data() + H_ * B_ * t; }

    void product(CBLAS_TRANSPOSE turn_a, CBLAS_TRANSPOSE turn_b, int m, int n, int k,
                 const double* A, const double* B, double beta, double* C) const {
        if (n == 1)
            cblas_dgemv(CblasColMajor, turn_a, turn_a == CblasTrans ? k : m,
                        turn_a == CblasTrans ? m : k, 1, A, turn_a == CblasTrans ? k : m, B, 1,
                        beta, C, 1);
        else
            cblas_dgemm(CblasColMajor, turn_a, turn_b, m, n, k, 1, A, turn_a == CblasTrans ? k : m,
                        B, turn_b == CblasTrans ? n : k, beta, C, m);
    }

    void forward() {
        product(CblasNoTrans, CblasNoTrans, H_, B_ * T_, I_, W.data(), x.data(), 0, h_.data());
        for (int t = 0; t < T_; ++t) {
            double* const z = at(h_, t);
            if (t > 0)
                product(CblasNoTrans, CblasNoTrans, H_, B_, H_, U.data(), at(h_, t - 1), 1, z);
            for (int column = 0; column < B_; ++column)
                for (int row = 0; row < H_; ++row)
                    z[column * H_ + row] = std::tanh(z[column * H_ + row] + b[std::size_t(row)]);
        }
        product(CblasTrans, CblasNoTrans, B_, 1, H_, at(h_, T_ - 1), V.data(), 0, y_.data());
        for (int column = 0; column < B_; ++column) {
            double& y = y_[static_cast<std::size_t>(column)];
            y = (y + c - Y[static_cast<std::size_t>(column)]) / B_;  // dL/dy
        }
    }

    void backward() {
        dc = 0;
        for (const double dy : y_) dc += dy;
        product(CblasNoTrans, CblasNoTrans, H_, 1, B_, at(h_, T_ - 1), y_.data(), 0, dV.data());
        std::fill(db.begin(), db.end(), 0);
        for (int t = T_ - 1; t >= 0; --t) {
            double* const dz = at(dz_, t);
            const double* const h = at(h_, t);
            if (t == T_ - 1)
                product(CblasNoTrans, CblasTrans, H_, B_, 1, V.data(), y_.data(), 0, dz);
            else
                product(CblasTrans, CblasNoTrans, H_, B_, H_, U.data(), at(dz_, t + 1), 0, dz);
            for (int column = 0; column < B_; ++column)
                for (int row = 0; row < H_; ++row) {
                    const int i = column * H_ + row;
                    dz[i] *= 1 - h[i] * h[i];
                    db[static_cast<std::size_t>(row)] += dz[i];
                }
        }
        if (T_ > 1)
            cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, H_, H_, B_ * (T_ - 1), 1,
                        at(dz_, 1), H_, h_.data(), H_, 0, dU.data(), H_);
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, H_, I_, B_ * T_, 1, dz_.data(), H_,
                    x.data(), I_, 0, dW.data(), H_);
    }

    int T_, B_, I_, H_;
    std::vector<double> h_, dz_, y_;
};

double seconds(const auto& action) {
    const auto start = std::chrono::steady_clock::now();
    action();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> times) {
    std::ranges::sort(times);
    return times[times.size() / 2];
}

/// Numbers of order 1/sqrt(columns), different everywhere.
void fill(std::span<double> values, double scale) {
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = scale * std::sin(1.0 + 7.3 * static_cast<double>(i));
}

bool compare(int steps, int batch, int input, int hidden) {
    Graph graph, simple;
    const RecurrentNet net = recurrent_net(
        graph, {.steps = steps, .input = input, .hidden = hidden, .output = 1, .batch = batch});
    const Derivative d = differentiate(net.loss(), net.variables());
    const Simplified s = simplify(d.gradients(), simple, simplification_rules());
    Program program = compile(s.outputs);

    HandWritten hand(steps, batch, input, hidden);
    fill(hand.x, 1.0);
    fill(hand.Y, 1.0);
    fill(hand.W, 1.0 / std::sqrt(input));
    fill(hand.U, 1.0 / std::sqrt(hidden));
    fill(hand.b, 0.5);
    fill(hand.V, 1.0 / std::sqrt(hidden));
    hand.c = 0.25;
    for (std::uint32_t i = 0; i < simple.size(); ++i) {
        const Expr leaf = simple.at(NodeId{i});
        if (!program.needs(leaf)) continue;
        const auto name = simple.name(leaf.id);
        const Shape shape = leaf.shape();
        const double* values = name == "W"   ? hand.W.data()
                               : name == "U" ? hand.U.data()
                               : name == "b" ? hand.b.data()
                               : name == "V" ? hand.V.data()
                               : name == "c" ? &hand.c
                               : name == "Y"
                                   ? hand.Y.data()
                                   : hand.x.data() + shape.size() * std::size_t(leaf.step()->t);
        program.bind(leaf, {values, shape.rows, shape.columns});
    }

    std::vector<double> by_program, by_hand;
    for (int round = 0; round < 201; ++round) {
        by_program.push_back(seconds([&] { program.run(); }));
        by_hand.push_back(seconds([&] { hand.run(); }));
    }
    const std::array<std::span<const double>, 5> gradients{hand.dW, hand.dU, hand.db, hand.dV,
                                                           std::span<const double>(&hand.dc, 1)};
    double worst = 0;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        const ConstMatrixView found = program.value(i);
        worst = larger(
            worst, relative_difference(found, {gradients[i].data(), found.rows, found.columns}));
    }
    const double ours = median(by_program), theirs = median(by_hand);
    std::printf(
        "T,B,I,H = %d,%d,%d,%d: program %.1f us, by hand %.1f us, ratio %.2f; differ by %.1e\n",
        steps, batch, input, hidden, 1e6 * ours, 1e6 * theirs, ours / theirs, worst);
    return worst < 1e-9;
}

}  // namespace

int main() {
    bool agree = compare(25, 1, 1, 32);
    agree = compare(100, 1, 16, 64) && agree;
    agree = compare(100, 32, 32, 128) && agree;
    return agree ? 0 : 1;
}
