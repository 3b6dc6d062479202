#pragma once

#include "net.hpp"

namespace revolute::hand {

/// The simple RNN: forward and backward by hand on CBLAS.
template <class Number>
class SimpleRnn : public Net<Number> {
 public:
    explicit SimpleRnn(const Sizes& sizes);

    void run();

 private:
    using Net<Number>::T_, Net<Number>::B_, Net<Number>::H_, Net<Number>::U_;

    void forward();
    void backward();

    typename Net<Number>::Numbers h_, dz_;  ///< by step
};

extern template class SimpleRnn<double>;
extern template class SimpleRnn<float>;

}  // namespace revolute::hand
