#pragma once

namespace revolute {

/// Whether OpenBLAS computes with much less than the processor has: kernels for vectors half as wide, or of another
/// age, as on processors that are newer than itself, and where the environment variable OPENBLAS_CORETYPE says so.
/// Measured once, when it is first needed, by products of 64 x 64 of each precision beside our own kernels; programs
/// then leave less to OpenBLAS.
bool is_blas_slow();

}  // namespace revolute
