#include <revolute/graph/leaf.hpp>
#include <revolute/ops/catalogue.hpp>
#include <revolute/ops/ops.hpp>

#include <array>

namespace revolute {

std::span<const Op* const> catalogue() {
    static constexpr std::array records{
        &add_op,
        &subtract_op,
        &negate_op,
        &scale_op,
        &multiply_op,
        &hadamard_op,
        &square_op,
        &matmul_op,
        &transpose_op,
        &tanh_op,
        &sum_op,
        &row_sums_op,
        &column_sums_op,
        &broadcast_op,
        &broadcast_columns_op,
        &broadcast_rows_op,
        &mse_op,
        &accumulate_op,
    };
    return records;
}

}  // namespace revolute
