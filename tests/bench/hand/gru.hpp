#pragma once

#include <hand/net.hpp>

namespace bench {

/// The GRU with the reset after the product, gates r z n: forward and backward by hand on CBLAS.
template <class Number>
class HandGru : public HandNet<Number> {
 public:
    explicit HandGru(const Sizes& sizes);

    void run();

    Block<Number> leaf(std::string_view name, int t);
    Block<const Number> gradient(std::string_view name) const;

 private:
    using HandNet<Number>::T_, HandNet<Number>::B_, HandNet<Number>::H_, HandNet<Number>::U_;

    void forward();
    void backward();
    void activate(int t);
    void differentiate_step(int t);

    typename HandNet<Number>::Numbers b_hn_, db_hn_;
    typename HandNet<Number>::Numbers gates_, from_state_, h_;     ///< by step
    typename HandNet<Number>::Numbers dgates_, dfrom_state_, dh_;  ///< all but the last by step
};

extern template class HandGru<double>;
extern template class HandGru<float>;

}  // namespace bench
