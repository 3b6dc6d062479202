#pragma once

#include <doctest/doctest.h>
#include <hwy/highway.h>

#include <cstdint>

namespace revolute::test {

/// Runs the check with the code for each kind of processor that this one can run, then goes back to
/// the best.
template <class Check>
void on_every_target(Check check) {
    struct Restore {
        ~Restore() { hwy::GetChosenTarget().Update(hwy::SupportedTargets()); }
    } restore;
    for (std::int64_t rest = hwy::SupportedTargets() | HWY_STATIC_TARGET; rest != 0;
         rest &= rest - 1) {
        const std::int64_t target = rest & -rest;
        hwy::GetChosenTarget().Update(target);
        CAPTURE(hwy::TargetName(target));
        check();
    }
}

}  // namespace revolute::test
