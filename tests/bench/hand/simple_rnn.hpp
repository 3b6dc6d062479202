#pragma once

#include <hand/block.hpp>

#include <string_view>

namespace bench {

/// The simple RNN, many-to-one, one output, mean squared error, h(-1) = 0: forward and backward by
/// hand on CBLAS. Sequences are contiguous in time.
template <class Number>
class HandSimpleRnn {
 public:
    explicit HandSimpleRnn(const Sizes& sizes);

    void run();

    /// The memory of a leaf of the net, and of its gradient.
    Block<Number> leaf(std::string_view name, int t);
    Block<const Number> gradient(std::string_view name) const;

 private:
    void forward();
    void backward();
    Number* at(std::vector<Number>& slab, int t) { return slab.data() + H_ * B_ * t; }

    int T_, B_, I_, H_;
    std::vector<Number> x_, Y_, W_, U_, b_, V_, c_;
    std::vector<Number> dW_, dU_, db_, dV_, dc_;
    std::vector<Number> h_, dz_, dy_;
};

extern template class HandSimpleRnn<double>;
extern template class HandSimpleRnn<float>;

}  // namespace bench
