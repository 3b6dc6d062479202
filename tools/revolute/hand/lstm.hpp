#pragma once

#include "net.hpp"

namespace revolute::hand {

/// The LSTM, gates i f g o: forward and backward by hand on CBLAS.
template <class Number>
class Lstm : public Net<Number> {
 public:
    explicit Lstm(const Sizes& sizes);

    void run();

 private:
    using Net<Number>::T_, Net<Number>::B_, Net<Number>::H_, Net<Number>::U_;

    void forward();
    void backward();
    void activate(int t);
    void differentiate_step(int t);

    typename Net<Number>::Numbers gates_, cell_, tanh_cell_, h_;  ///< by step
    typename Net<Number>::Numbers dgates_, dcell_, dh_;           ///< the first by step
};

extern template class Lstm<double>;
extern template class Lstm<float>;

}  // namespace revolute::hand
