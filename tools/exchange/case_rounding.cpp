#include <revolute/tools/checks/gradient_rounding.hpp>
#include <revolute/tools/exchange/array_comparison.hpp>
#include <revolute/tools/exchange/case_net.hpp>
#include <revolute/tools/exchange/case_rounding.hpp>
#include <revolute/tools/exchange/gradient_layout.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace revolute {

std::map<std::string, double> rounding_floors(const Case& of) {
    CaseNet net(of);
    const std::vector<Expr> outputs = net.outputs(net.derivative());
    const std::vector<double> floors =
        rounding_floors(outputs, net.variables(), net.values, Formulas::by_hand);
    const std::size_t first_gradient = 1 + net.net.read_out.y.size();
    std::map<std::string, double> result;
    result["loss"] = floors.front();
    result["yhat"] = *std::max_element(
        floors.begin() + 1, floors.begin() + static_cast<std::ptrdiff_t>(first_gradient));
    std::vector<Matrix> everywhere;
    for (std::size_t i = first_gradient; i < floors.size(); ++i)
        everywhere.emplace_back(outputs[i].shape(), floors[i]);
    for (const GradientArray& array : gradient_arrays(gradients_of(of, everywhere)))
        result[array.name] = largest_entry(array.values);
    return result;
}

}  // namespace revolute
