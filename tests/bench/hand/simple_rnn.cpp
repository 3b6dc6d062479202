#include <hand/simple_rnn.hpp>

#include <algorithm>
#include <cmath>

namespace bench {

template <class Number>
HandSimpleRnn<Number>::HandSimpleRnn(const Sizes& sizes)
    : T_(sizes.steps),
      B_(sizes.batch),
      I_(sizes.input),
      H_(sizes.hidden),
      x_(zeros<Number>(I_, B_ * T_)),
      Y_(zeros<Number>(1, B_)),
      W_(zeros<Number>(H_, I_)),
      U_(zeros<Number>(H_, H_)),
      b_(zeros<Number>(H_, 1)),
      V_(zeros<Number>(1, H_)),
      c_(1),
      dW_(W_),
      dU_(U_),
      db_(b_),
      dV_(V_),
      dc_(1),
      h_(zeros<Number>(H_, B_ * T_)),
      dz_(h_),
      dy_(Y_) {}

template <class Number>
void HandSimpleRnn<Number>::run() {
    forward();
    backward();
}

template <class Number>
void HandSimpleRnn<Number>::forward() {
    product<Number>(CblasNoTrans, CblasNoTrans, H_, B_ * T_, I_, W_.data(), x_.data(), 0,
                    h_.data());
    for (int t = 0; t < T_; ++t) {
        Number* const z = at(h_, t);
        if (t > 0)
            product<Number>(CblasNoTrans, CblasNoTrans, H_, B_, H_, U_.data(), at(h_, t - 1), 1, z);
        for (int column = 0; column < B_; ++column)
            for (int row = 0; row < H_; ++row)
                z[column * H_ + row] = std::tanh(z[column * H_ + row] + b_[std::size_t(row)]);
    }
    product<Number>(CblasTrans, CblasNoTrans, B_, 1, H_, at(h_, T_ - 1), V_.data(), 0, dy_.data());
    for (std::size_t column = 0; column < dy_.size(); ++column)
        dy_[column] = (dy_[column] + c_[0] - Y_[column]) / static_cast<Number>(B_);
}

template <class Number>
void HandSimpleRnn<Number>::backward() {
    dc_[0] = 0;
    for (const Number dy : dy_) dc_[0] += dy;
    product<Number>(CblasNoTrans, CblasNoTrans, H_, 1, B_, at(h_, T_ - 1), dy_.data(), 0,
                    dV_.data());
    std::fill(db_.begin(), db_.end(), Number(0));
    for (int t = T_ - 1; t >= 0; --t) {
        Number* const dz = at(dz_, t);
        const Number* const h = at(h_, t);
        if (t == T_ - 1)
            product<Number>(CblasNoTrans, CblasTrans, H_, B_, 1, V_.data(), dy_.data(), 0, dz);
        else
            product<Number>(CblasTrans, CblasNoTrans, H_, B_, H_, U_.data(), at(dz_, t + 1), 0, dz);
        for (int column = 0; column < B_; ++column)
            for (int row = 0; row < H_; ++row) {
                const int i = column * H_ + row;
                dz[i] *= 1 - h[i] * h[i];
                db_[static_cast<std::size_t>(row)] += dz[i];
            }
    }
    if (T_ > 1)
        product<Number>(CblasNoTrans, CblasTrans, H_, H_, B_ * (T_ - 1), at(dz_, 1), h_.data(), 0,
                        dU_.data());
    product<Number>(CblasNoTrans, CblasTrans, H_, I_, B_ * T_, dz_.data(), x_.data(), 0,
                    dW_.data());
}

template <class Number>
Block<Number> HandSimpleRnn<Number>::leaf(std::string_view name, int t) {
    if (name == "W") return {W_.data(), H_, I_, H_};
    if (name == "U") return {U_.data(), H_, H_, H_};
    if (name == "b") return {b_.data(), H_, 1, H_};
    if (name == "V") return {V_.data(), 1, H_, 1};
    if (name == "c") return {c_.data(), 1, 1, 1};
    if (name == "Y") return {Y_.data(), 1, B_, 1};
    return {x_.data() + I_ * B_ * t, I_, B_, I_};
}

template <class Number>
Block<const Number> HandSimpleRnn<Number>::gradient(std::string_view name) const {
    if (name == "W") return {dW_.data(), H_, I_, H_};
    if (name == "U") return {dU_.data(), H_, H_, H_};
    if (name == "b") return {db_.data(), H_, 1, H_};
    if (name == "V") return {dV_.data(), 1, H_, 1};
    return {dc_.data(), 1, 1, 1};
}

template class HandSimpleRnn<double>;
template class HandSimpleRnn<float>;

}  // namespace bench
