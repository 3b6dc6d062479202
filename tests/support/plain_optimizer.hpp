#pragma once

#include <revolute/graph/values/matrix.hpp>

#include <cmath>
#include <span>
#include <vector>

namespace revolute::test {

/// The update rules as loops over entries, written down anew from the papers: what those in the
/// graph are compared with.
class PlainOptimizer {
 public:
    void sgd(std::span<Matrix> parameters, std::span<const Matrix> gradients, double rate,
             double momentum) {
        each(parameters, gradients, [&](double& p, double& v, double&, double g) {
            v = momentum * v + g;
            p -= rate * v;
        });
    }
    void adam(std::span<Matrix> parameters, std::span<const Matrix> gradients, double rate) {
        ++steps_;
        const double for_mean = 1 - std::pow(0.9, steps_), for_square = 1 - std::pow(0.999, steps_);
        each(parameters, gradients, [&](double& p, double& m, double& s, double g) {
            m = 0.9 * m + 0.1 * g;
            s = 0.999 * s + 0.001 * g * g;
            p -= rate * (m / for_mean) / (std::sqrt(s / for_square) + 1e-8);
        });
    }
    void rms_prop(std::span<Matrix> parameters, std::span<const Matrix> gradients, double rate,
                  double decay) {
        each(parameters, gradients, [&](double& p, double&, double& s, double g) {
            s = decay * s + (1 - decay) * g * g;
            p -= rate * g / (std::sqrt(s) + 1e-8);
        });
    }
    static void clip(std::span<Matrix> gradients, double limit) {
        double sum = 0;
        for (const Matrix& gradient : gradients)
            for (const double entry : gradient.values()) sum += entry * entry;
        const double norm = std::sqrt(sum);
        if (norm <= limit) return;
        for (Matrix& gradient : gradients)
            for (double& entry : gradient.values()) entry *= limit / norm;
    }

 private:
    /// Calls `rule` with each entry, what is remembered of it, and its gradient.
    template <class Rule>
    void each(std::span<Matrix> parameters, std::span<const Matrix> gradients, const Rule& rule) {
        std::size_t place = 0;
        for (std::size_t i = 0; i < parameters.size(); ++i)
            for (std::size_t k = 0; k < parameters[i].size(); ++k, ++place) {
                if (place == first_.size()) {
                    first_.push_back(0);
                    second_.push_back(0);
                }
                rule(parameters[i].values()[k], first_[place], second_[place],
                     gradients[i].values()[k]);
            }
    }

    int steps_ = 0;
    std::vector<double> first_, second_;
};

}  // namespace revolute::test
