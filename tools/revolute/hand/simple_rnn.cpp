#include "simple_rnn.hpp"

#include "clones.hpp"

#include <cmath>

namespace revolute::hand {

template <class Number>
SimpleRnn<Number>::SimpleRnn(const Sizes& sizes)
    : Net<Number>(sizes, ""), h_(zeros<Number>(H_, B_ * T_)), dz_(h_) {}

template <class Number>
void SimpleRnn<Number>::run() {
    forward();
    this->answer(&h_[this->state(T_ - 1)], &dz_[this->state(T_ - 1)]);
    backward();
}

template <class Number>
REVOLUTE_HAND_CLONES void SimpleRnn<Number>::forward() {
    this->read_inputs(h_);
    for (int t = 0; t < T_; ++t) {
        Number* const z = &h_[this->state(t)];
        if (t > 0) this->product(Turn::no, Turn::no, H_, B_, H_, U_.data(), z - H_ * B_, 1, z);
        for (int i = 0; i < H_ * B_; ++i) z[i] = std::tanh(z[i]);
    }
}

template <class Number>
REVOLUTE_HAND_CLONES void SimpleRnn<Number>::backward() {
    for (int t = T_ - 1; t >= 0; --t) {
        Number* const dz = &dz_[this->state(t)];
        const Number* const h = &h_[this->state(t)];
        if (t < T_ - 1)
            this->product(Turn::yes, Turn::no, H_, B_, H_, U_.data(), dz + H_ * B_, 0, dz);
        for (int i = 0; i < H_ * B_; ++i) dz[i] *= 1 - h[i] * h[i];
    }
    this->sum_over_states(dz_, h_);
    this->sum_over_steps(dz_);
}

template class SimpleRnn<double>;
template class SimpleRnn<float>;

}  // namespace revolute::hand
