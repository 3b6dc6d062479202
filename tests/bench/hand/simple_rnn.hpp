#pragma once

#include <hand/net.hpp>

namespace bench {

/// The simple RNN: forward and backward by hand on CBLAS.
template <class Number>
class HandSimpleRnn : public HandNet<Number> {
 public:
    explicit HandSimpleRnn(const Sizes& sizes);

    void run();

 private:
    using HandNet<Number>::T_, HandNet<Number>::B_, HandNet<Number>::H_, HandNet<Number>::U_;

    void forward();
    void backward();

    typename HandNet<Number>::Numbers h_, dz_;  ///< by step
};

extern template class HandSimpleRnn<double>;
extern template class HandSimpleRnn<float>;

}  // namespace bench
