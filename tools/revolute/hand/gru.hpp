#pragma once

#include "net.hpp"

namespace revolute::hand {

/// The GRU with the reset after the product, gates r z n: forward and backward by hand on CBLAS.
template <class Number>
class Gru : public Net<Number> {
 public:
    explicit Gru(const Sizes& sizes);

    void run();

    Block<Number> leaf(std::string_view name, int t);
    Block<const Number> gradient(std::string_view name) const;

 private:
    using Net<Number>::T_, Net<Number>::B_, Net<Number>::H_, Net<Number>::U_;

    void forward();
    void backward();
    void activate(int t);
    void differentiate_step(int t);

    typename Net<Number>::Numbers b_hn_, db_hn_;
    typename Net<Number>::Numbers gates_, from_state_, h_;     ///< by step
    typename Net<Number>::Numbers dgates_, dfrom_state_, dh_;  ///< all but the last by step
};

extern template class Gru<double>;
extern template class Gru<float>;

}  // namespace revolute::hand
