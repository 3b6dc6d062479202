#include <revolute/graph/derivative/hessian_vector_product.hpp>
#include <revolute/graph/structure.hpp>

namespace revolute {

std::vector<Expr> hessian_vector_product(Expr loss, std::span<const Expr> variables,
                                         std::span<const Seed> direction, Unreachable unreachable,
                                         SourceLine line) {
    std::vector<Expr> all{loss};
    all.insert(all.end(), variables.begin(), variables.end());
    for (const Seed& seed : direction) all.insert(all.end(), {seed.variable, seed.tangent});
    common_graph("hessian_vector_product", all);

    const Derivative d = differentiate(loss, variables, unreachable);
    return pushforward(d.gradients(), direction, line);
}

}  // namespace revolute
