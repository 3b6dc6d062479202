#pragma once

#include <revolute/graph/rolled.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace revolute::detail {

/// What equations call the members of parts: the labels of the graph, made into names that mean one
/// thing each.
class EquationNames {
 public:
    /// `variables` as in EquationOptions.
    EquationNames(const Rolled& rolled, std::size_t variables);

    /// By part and by number of the label.
    const std::string& operator()(PartId part, std::size_t label) const {
        return names_[index(part)][label];
    }
    /// What the gradient of a variable is called, by its number.
    const std::string& gradient(std::size_t variable) const { return gradients_[variable]; }
    /// A name beginning so that nothing has yet.
    std::string unused(const std::string& beginning);
    /// Whether nothing is called so.
    bool is_unused(const std::string& name) const {
        return !claims_.contains(name) && !is_reserved(name, true) && !is_reserved(name, false);
    }

 private:
    /// Where a name is taken: at steps of an axis, or as a name without step.
    struct Claim {
        std::optional<std::int32_t> axis;
        Interval steps;
    };

    void reserve_words(const Rolled& rolled);
    bool is_reserved(const std::string& name, bool has_step) const;
    bool is_free(const std::string& name, const Claim& claim) const;
    std::string claimed(const std::string& label, const Claim& claim);
    std::string adjoint_like(const std::string& label, const Claim& claim) const;
    std::string gradient_name(const Rolled& rolled, Member gradient, Member variable);

    std::vector<std::vector<std::string>> names_;
    std::vector<std::string> gradients_;
    std::map<std::string, std::vector<Claim>> claims_;
    /// By label, what the values of that label are called, with the axis of each.
    std::map<std::string, std::map<std::optional<std::int32_t>, std::set<std::string>>> given_;
    std::set<std::string> functions_;  // words that stand before parentheses
    std::set<std::string> words_;      // other words of the notation
};

}  // namespace revolute::detail
