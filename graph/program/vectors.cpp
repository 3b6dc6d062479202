#include <revolute/graph/program/detail/vector_limit.hpp>
#include <revolute/graph/program/vectors.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hwy/highway.h>

#include <cstdlib>
#include <mutex>
#include <vector>

namespace revolute {

namespace detail {

namespace {

/// Widest first: Highway gives what is better a lower bit.
std::vector<std::int64_t> targets() {
    std::vector<std::int64_t> each;
    for (std::int64_t rest = HWY_TARGETS; rest != 0; rest &= rest - 1) each.push_back(rest & -rest);
    return each;
}

}  // namespace

std::int64_t wider_than(std::string_view name) {
    if (name == "baseline") return HWY_STATIC_TARGET - 1;
    std::vector<std::string_view> names;
    for (const std::int64_t target : targets()) {
        names.emplace_back(hwy::TargetName(target));
        if (names.back() == name) return target - 1;
    }
    throw EvaluationError(
        fmt::format("vectors: REVOLUTE_VECTORS must be baseline or one of {} (is \"{}\")",
                    fmt::join(names, ", "), name));
}

void limit_vectors() {
    static std::once_flag once;
    std::call_once(once, [] {
        const char* const name = std::getenv("REVOLUTE_VECTORS");
        if (name != nullptr && *name != '\0') hwy::DisableTargets(wider_than(name));
    });
}

}  // namespace detail

std::string_view vectors() {
    detail::limit_vectors();
    const std::int64_t usable = hwy::SupportedTargets() & HWY_TARGETS;
    return hwy::TargetName(usable & -usable);
}

}  // namespace revolute
