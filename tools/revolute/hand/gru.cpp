#include "gru.hpp"

#include "clones.hpp"

#include <algorithm>
#include <cmath>

namespace revolute::hand {

template <class Number>
Gru<Number>::Gru(const Sizes& sizes)
    : Net<Number>(sizes, "rzn"),
      b_hn_(zeros<Number>(H_, 1)),
      db_hn_(b_hn_),
      gates_(zeros<Number>(3 * H_, B_ * T_)),
      from_state_(gates_),
      h_(zeros<Number>(H_, B_ * T_)),
      dgates_(gates_),
      dfrom_state_(gates_),
      dh_(zeros<Number>(H_, B_)) {}

template <class Number>
void Gru<Number>::run() {
    forward();
    this->answer(&h_[this->state(T_ - 1)], dh_.data());
    backward();
}

template <class Number>
void Gru<Number>::forward() {
    this->read_inputs(gates_);
    std::fill_n(from_state_.begin(), 3 * H_ * B_, Number(0));
    for (int t = 0; t < T_; ++t) {
        if (t > 0)
            this->product(Turn::no, Turn::no, 3 * H_, B_, H_, U_.data(), &h_[this->state(t - 1)], 0,
                          &from_state_[this->arguments(t)]);
        activate(t);
    }
}

template <class Number>
REVOLUTE_HAND_CLONES void Gru<Number>::activate(int t) {
    for (int column = 0; column < B_; ++column) {
        Number* const r = &gates_[this->arguments(t)] + 3 * H_ * column;
        Number *const z = r + H_, *const n = z + H_;
        Number* const from_state = &from_state_[this->arguments(t)] + 3 * H_ * column;
        Number* const for_n = from_state + 2 * H_;
        Number* const h = &h_[this->state(t)] + H_ * column;
        for (int row = 0; row < 2 * H_; ++row)
            r[row] = 1 / (1 + std::exp(-r[row] - from_state[row]));
        for (int row = 0; row < H_; ++row) for_n[row] += b_hn_[static_cast<std::size_t>(row)];
        for (int row = 0; row < H_; ++row) n[row] = std::tanh(n[row] + r[row] * for_n[row]);
        for (int row = 0; row < H_; ++row) h[row] = (1 - z[row]) * n[row];
        if (t > 0)
            for (int row = 0; row < H_; ++row) h[row] += z[row] * (h - H_ * B_)[row];
    }
}

template <class Number>
REVOLUTE_HAND_CLONES void Gru<Number>::backward() {
    for (int t = T_ - 1; t >= 0; --t) {
        differentiate_step(t);
        if (t > 0)
            this->product(Turn::yes, Turn::no, H_, B_, 3 * H_, U_.data(),
                          &dfrom_state_[this->arguments(t)], 1, dh_.data());
    }
    this->sum_over_states(dfrom_state_, h_);
    this->sum_over_steps(dgates_);
    std::fill(db_hn_.begin(), db_hn_.end(), Number(0));
    for (std::size_t first = 0; first < dfrom_state_.size(); first += 3 * db_hn_.size())
        for (std::size_t row = 0; row < db_hn_.size(); ++row)
            db_hn_[row] += dfrom_state_[first + 2 * db_hn_.size() + row];
}

template <class Number>
REVOLUTE_HAND_CLONES void Gru<Number>::differentiate_step(int t) {
    for (int column = 0; column < B_; ++column) {
        const Number* const r = &gates_[this->arguments(t)] + 3 * H_ * column;
        const Number *const z = r + H_, *const n = z + H_;
        const Number* const for_n = &from_state_[this->arguments(t)] + H_ * (3 * column + 2);
        const Number* const before = &h_[this->state(t)] + H_ * (t > 0 ? column - B_ : column);
        Number* const dh = &dh_[static_cast<std::size_t>(H_ * column)];
        Number* const dr = &dgates_[this->arguments(t)] + 3 * H_ * column;
        Number *const dz = dr + H_, *const dn = dz + H_;
        Number* const dfrom_state = &dfrom_state_[this->arguments(t)] + 3 * H_ * column;
        for (int row = 0; row < H_; ++row) {
            const Number kept = t > 0 ? before[row] : 0;
            dn[row] = dh[row] * (1 - z[row]) * (1 - n[row] * n[row]);
            dr[row] = dn[row] * for_n[row] * r[row] * (1 - r[row]);
            dz[row] = dh[row] * (kept - n[row]) * z[row] * (1 - z[row]);
            dfrom_state[row] = dr[row];
            dfrom_state[H_ + row] = dz[row];
            dfrom_state[2 * H_ + row] = dn[row] * r[row];
            dh[row] *= z[row];
        }
    }
}

template <class Number>
Block<Number> Gru<Number>::leaf(std::string_view name, int t) {
    if (name == "b_hn") return {b_hn_.data(), H_, 1, H_};
    return Net<Number>::leaf(name, t);
}

template <class Number>
Block<const Number> Gru<Number>::gradient(std::string_view name) const {
    if (name == "b_hn") return {db_hn_.data(), H_, 1, H_};
    return Net<Number>::gradient(name);
}

template class Gru<double>;
template class Gru<float>;

}  // namespace revolute::hand
