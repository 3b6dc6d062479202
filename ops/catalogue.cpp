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
        &divide_op,
        &reciprocal_op,
        &exp_op,
        &log_op,
        &sqrt_op,
        &power_op,
        &sin_op,
        &cos_op,
        &abs_op,
        &sign_op,
        &minimum_op,
        &maximum_op,
        &clamp_op,
        &erf_op,
        &matmul_op,
        &transpose_op,
        &tanh_op,
        &sigmoid_op,
        &relu_op,
        &leaky_relu_op,
        &softplus_op,
        &elu_op,
        &gelu_op,
        &heaviside_op,
        &exceeds_op,
        &softmax_op,
        &log_sum_exp_op,
        &sum_op,
        &mean_op,
        &row_sums_op,
        &column_sums_op,
        &row_max_op,
        &column_max_op,
        &first_column_max_op,
        &broadcast_op,
        &broadcast_columns_op,
        &broadcast_rows_op,
        &mse_op,
        &mae_op,
        &huber_op,
        &binary_cross_entropy_with_logits_op,
        &softmax_cross_entropy_op,
        &rows_op,
        &place_rows_op,
        &stack_rows_op,
        &columns_op,
        &place_columns_op,
        &stack_columns_op,
        &reshape_op,
        &scale_rows_op,
        &scale_columns_op,
        &mask_op,
        &one_hot_op,
        &gather_columns_op,
        &scatter_columns_op,
        &stop_gradient_op,
        &accumulate_op,
    };
    return records;
}

}  // namespace revolute
