#pragma once

namespace revolute {

/// Whether OpenBLAS computes with much less than the processor has: kernels for vectors half as
/// wide, or of another age, as on processors that are newer than itself, and where the environment
/// variable OPENBLAS_CORETYPE says so. Measured once, when it is first asked for, by products of 64
/// x 64 of each precision beside the library's kernels.
bool is_openblas_slow();

}  // namespace revolute
