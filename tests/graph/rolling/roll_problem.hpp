#pragma once

#include <revolute/graph/expr.hpp>

#include <functional>
#include <vector>

namespace revolute::test {

/// A loss over so many steps, and what it is differentiated by.
struct Problem {
    Expr loss;
    std::vector<Expr> variables;
};
using Builder = std::function<Problem(Graph&, int)>;

}  // namespace revolute::test
