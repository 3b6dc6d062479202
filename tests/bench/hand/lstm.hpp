#pragma once

#include <hand/net.hpp>

namespace bench {

/// The LSTM, gates i f g o: forward and backward by hand on CBLAS.
template <class Number>
class HandLstm : public HandNet<Number> {
 public:
    explicit HandLstm(const Sizes& sizes);

    void run();

 private:
    using HandNet<Number>::T_, HandNet<Number>::B_, HandNet<Number>::H_, HandNet<Number>::U_;

    void forward();
    void backward();
    void activate(int t);
    void differentiate_step(int t);

    typename HandNet<Number>::Numbers gates_, cell_, tanh_cell_, h_;  ///< by step
    typename HandNet<Number>::Numbers dgates_, dcell_, dh_;           ///< the first by step
};

extern template class HandLstm<double>;
extern template class HandLstm<float>;

}  // namespace bench
