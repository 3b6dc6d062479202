#pragma once

#include <revolute/tools/equations/detail/writing/equation_lines.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace revolute::detail {

/// Puts what is computed from forward values alone under forward where some of it is needed there,
/// so that a value stands in one place: the steps of a family of which the loss reads one. Names of
/// adjoints stay.
void join_forward(std::vector<Definition>& definitions, const std::set<std::string>& adjoints);

/// What lines under backward read.
class BackwardReads {
 public:
    explicit BackwardReads(const std::vector<Definition>& definitions);

    /// Whether they read a name; at this step, if it has steps.
    bool contains(const std::string& name, std::optional<std::int32_t> axis, std::int32_t t) const;

 private:
    std::map<std::pair<std::string, std::optional<std::int32_t>>, std::vector<Interval>> steps_;
};

}  // namespace revolute::detail
