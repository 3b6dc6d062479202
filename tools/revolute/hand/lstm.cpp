#include "lstm.hpp"

#include "clones.hpp"

#include <algorithm>
#include <cmath>

namespace revolute::hand {

template <class Number>
Lstm<Number>::Lstm(const Sizes& sizes)
    : Net<Number>(sizes, "ifgo"),
      gates_(zeros<Number>(4 * H_, B_ * T_)),
      cell_(zeros<Number>(H_, B_ * T_)),
      tanh_cell_(cell_),
      h_(cell_),
      dgates_(gates_),
      dcell_(zeros<Number>(H_, B_)),
      dh_(dcell_) {}

template <class Number>
void Lstm<Number>::run() {
    forward();
    this->answer(&h_[this->state(T_ - 1)], dh_.data());
    backward();
}

template <class Number>
void Lstm<Number>::forward() {
    this->read_inputs(gates_);
    for (int t = 0; t < T_; ++t) {
        if (t > 0)
            this->product(Turn::no, Turn::no, 4 * H_, B_, H_, U_.data(), &h_[this->state(t - 1)], 1,
                          &gates_[this->arguments(t)]);
        activate(t);
    }
}

template <class Number>
REVOLUTE_HAND_CLONES void Lstm<Number>::activate(int t) {
    for (int column = 0; column < B_; ++column) {
        Number* const i = &gates_[this->arguments(t)] + 4 * H_ * column;
        Number *const f = i + H_, *const g = f + H_, *const o = g + H_;
        const std::size_t first = this->state(t) + static_cast<std::size_t>(H_ * column);
        Number *const cell = &cell_[first], *const tanh_cell = &tanh_cell_[first];
        Number* const h = &h_[first];
        for (int row = 0; row < 2 * H_; ++row) i[row] = 1 / (1 + std::exp(-i[row]));
        for (int row = 0; row < H_; ++row) g[row] = std::tanh(g[row]);
        for (int row = 0; row < H_; ++row) o[row] = 1 / (1 + std::exp(-o[row]));
        for (int row = 0; row < H_; ++row) cell[row] = i[row] * g[row];
        if (t > 0)
            for (int row = 0; row < H_; ++row) cell[row] += f[row] * (cell - H_ * B_)[row];
        for (int row = 0; row < H_; ++row) tanh_cell[row] = std::tanh(cell[row]);
        for (int row = 0; row < H_; ++row) h[row] = o[row] * tanh_cell[row];
    }
}

template <class Number>
void Lstm<Number>::backward() {
    std::fill(dcell_.begin(), dcell_.end(), Number(0));
    for (int t = T_ - 1; t >= 0; --t) {
        differentiate_step(t);
        if (t > 0)
            this->product(Turn::yes, Turn::no, H_, B_, 4 * H_, U_.data(),
                          &dgates_[this->arguments(t)], 0, dh_.data());
    }
    this->sum_over_states(dgates_, h_);
    this->sum_over_steps(dgates_);
}

template <class Number>
REVOLUTE_HAND_CLONES void Lstm<Number>::differentiate_step(int t) {
    for (int column = 0; column < B_; ++column) {
        const Number* const i = &gates_[this->arguments(t)] + 4 * H_ * column;
        const Number *const f = i + H_, *const g = f + H_, *const o = g + H_;
        const std::size_t first = this->state(t) + static_cast<std::size_t>(H_ * column);
        const Number* const tanh_cell = &tanh_cell_[first];
        const Number* const before = &cell_[first] - (t > 0 ? H_ * B_ : 0);
        Number* const dcell = &dcell_[static_cast<std::size_t>(H_ * column)];
        const Number* const dh = &dh_[static_cast<std::size_t>(H_ * column)];
        Number* const di = &dgates_[this->arguments(t)] + 4 * H_ * column;
        Number *const df = di + H_, *const dg = df + H_, *const d_o = dg + H_;
        for (int row = 0; row < H_; ++row) {
            const Number dc = dcell[row] + dh[row] * o[row] * (1 - tanh_cell[row] * tanh_cell[row]);
            di[row] = dc * g[row] * i[row] * (1 - i[row]);
            df[row] = t > 0 ? dc * before[row] * f[row] * (1 - f[row]) : 0;
            dg[row] = dc * i[row] * (1 - g[row] * g[row]);
            d_o[row] = dh[row] * tanh_cell[row] * o[row] * (1 - o[row]);
            dcell[row] = dc * f[row];
        }
    }
}

template class Lstm<double>;
template class Lstm<float>;

}  // namespace revolute::hand
