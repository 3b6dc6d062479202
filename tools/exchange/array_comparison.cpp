#include <revolute/tools/exchange/array_comparison.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace revolute {

double largest_entry(std::span<const Matrix> all) {
    double result = 0;
    for (const Matrix& matrix : all) result = larger(result, largest_entry(matrix));
    return result;
}

double largest_difference(std::span<const Matrix> a, std::span<const Matrix> b) {
    double result = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        result = larger(result, largest_difference(a[i], b[i]));
    return result;
}

ArrayComparison compare_arrays(std::string name, std::span<const Matrix> actual,
                               std::span<const Matrix> right, double tolerance, double floor) {
    ArrayComparison result{.name = std::move(name),
                           .shape = right.front().shape(),
                           .count = right.size(),
                           .difference = largest_difference(actual, right),
                           .tolerance = tolerance,
                           .floor = floor};
    const double scale = largest_entry(right);
    if (result.difference != 0)
        result.relative =
            scale > 0 ? result.difference / scale : std::numeric_limits<double>::infinity();
    return result;
}

Rounding rounding_in(std::span<const ArrayComparison> rows) {
    // What single precision, or numbers printed with six digits, differ by at most; and half
    // precision.
    constexpr double single = 1e-5, half = 1e-3;
    const auto agreeing = std::ranges::count(rows, true, &ArrayComparison::agrees);
    double largest = 0;
    for (const ArrayComparison& row : rows)
        if (!row.agrees()) largest = larger(largest, row.relative);
    if (2 * static_cast<std::size_t>(agreeing) >= rows.size()) return Rounding::none;
    return largest < single ? Rounding::single : largest < half ? Rounding::half : Rounding::none;
}

std::string rounding_note(Rounding rounding) {
    if (rounding == Rounding::single)
        return "  the differences are as small as those of single precision, or of numbers "
               "printed with few digits:\n  --tolerance 1e-5 lets them pass\n";
    if (rounding == Rounding::half)
        return "  the differences are as small as those of half precision, or of numbers printed "
               "with few digits:\n  --tolerance 1e-3 lets them pass\n";
    return {};
}

std::string to_table(std::span<const ArrayComparison> rows,
                     std::span<const std::string> not_compared) {
    std::size_t width = 5;
    for (const ArrayComparison& row : rows) width = std::max(width, row.name.size());
    std::string text = fmt::format("{:<{}}  {:>14}  {:>12}  {:>12}  {}\n", "array", width, "shape",
                                   "difference", "relative", "verdict");
    for (const ArrayComparison& row : rows) {
        const std::string shape = row.count == 1
                                      ? to_string(row.shape)
                                      : fmt::format("{} of {}", row.count, to_string(row.shape));
        text += fmt::format("{:<{}}  {:>14}  {:>12.3e}  {:>12.3e}  {}\n", row.name, width, shape,
                            row.difference, row.relative, row.agrees() ? "agrees" : "differs");
    }
    if (!not_compared.empty())
        text += fmt::format("not compared, as only one side has it: {}\n",
                            fmt::join(not_compared, ", "));
    return text;
}

}  // namespace revolute
