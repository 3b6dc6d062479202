#include <revolute/tools/gradient_rounding.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace revolute {

std::vector<double> rounding_floors(BackwardValues& values, const GradientLayout& layout) {
    constexpr double units = 32 * std::numeric_limits<double>::epsilon();
    const std::vector<double> parts = values.largest_parts();
    double largest = 0;
    for (const double gradient : values.gradients())
        largest = std::max(largest, std::abs(gradient));
    std::vector<double> floors;
    for (std::size_t i = 0; i < layout.array_count(); ++i) {
        double floor = 0;
        for (const std::size_t variable : layout.variables(i))
            floor = std::max(floor, parts[variable]);
        floors.push_back(units * std::min(floor, largest));
    }
    return floors;
}

std::map<std::string, double> rounding_floors(const Case& of) {
    const CaseNet net(of);
    const BackwardWalk walk(net.net, net.variables());
    BackwardValues values(walk, net.values);
    std::vector<Matrix> zeros;
    for (const Expr& variable : walk.variables()) zeros.emplace_back(variable.shape());
    const std::vector<GradientArray> arrays = gradient_arrays(gradients_of(of, zeros));
    const GradientLayout layout(of, net, arrays);
    const std::vector<double> floors = rounding_floors(values, layout);
    std::map<std::string, double> result;
    for (std::size_t i = 0; i < arrays.size(); ++i) result[arrays[i].name] = floors[i];
    return result;
}

}  // namespace revolute
