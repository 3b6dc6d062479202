#pragma once

/// @file
/// All operators.

#include <revolute/graph/leaf.hpp>  // accumulate
#include <revolute/ops/activation.hpp>
#include <revolute/ops/arithmetic.hpp>
#include <revolute/ops/broadcast.hpp>
#include <revolute/ops/elementary.hpp>
#include <revolute/ops/index.hpp>
#include <revolute/ops/linear_algebra.hpp>
#include <revolute/ops/loss.hpp>
#include <revolute/ops/product.hpp>
#include <revolute/ops/reduction.hpp>
#include <revolute/ops/softmax.hpp>
#include <revolute/ops/structure.hpp>
