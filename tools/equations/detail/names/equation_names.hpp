#pragma once

#include <revolute/graph/rolling/detail/interval_set.hpp>
#include <revolute/graph/rolling/rolled.hpp>
#include <revolute/tools/equations/equations.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace revolute::detail {

/// What equations call the members of parts: the labels of the graph, made into names that mean one
/// thing each. The name of a value and those of its adjoints are one decision: what is called z_2
/// has the adjoint dz_2, and nothing else is called so.
class EquationNames {
 public:
    EquationNames(const Rolled& rolled, const EquationOptions& options);

    /// By part and by number of the label.
    const std::string& operator()(PartId part, std::size_t label) const {
        return names_[index(part)][label];
    }
    /// The same with the label as it is, where the name is that made into a word: "β_2" for beta_2.
    const std::string& with_label(PartId part, std::size_t label) const {
        return with_labels_[index(part)][label];
    }
    /// What the gradient of a variable is called, by its number.
    const std::string& gradient(std::size_t variable) const { return gradients_[variable]; }
    /// What the loss is called that has a name of its own, as EquationOptions say.
    const std::string& loss() const { return loss_; }
    /// The names that say that they are adjoints: d and the name of a value.
    const std::set<std::string>& adjoints() const { return adjoints_; }
    /// Of names of values in which underlines stand for signs, how these are written below: h_T-1
    /// for h_T_1.
    const std::map<std::string, std::string>& with_signs() const { return with_signs_; }
    /// The name where nothing has it yet, else the first of name_2, name_3 that is free.
    std::string unused(const std::string& name);
    /// The first of beginning_1, beginning_2 that nothing has yet, counted from `number`.
    std::string unused(const std::string& beginning, int number);

 private:
    /// Where a name is taken: at steps of an axis, or as a name without step.
    struct Claim {
        std::optional<std::int32_t> axis;
        IntervalSet steps;
    };

    /// A value of one label, or its like at other steps, and where it and its adjoints are named.
    struct Value {
        std::string label;         ///< of the value
        bool is_as_given = false;  ///< the name that it was given is a word as it is
        std::int32_t number = 1;
        std::vector<std::pair<std::int32_t, Claim>> claims;  ///< with the order of the adjoint
        std::string name{};
    };

    static std::string with_label(const Value& value);
    std::size_t value_of(const PartName& label);
    void add_gradient(const Rolled& rolled, Member gradient, Member variable);
    std::optional<std::size_t> value_of_loss(const Rolled& rolled, const std::string& name);
    void decide(std::optional<std::size_t> loss);
    bool keep_label(Value& value);
    void rename(Value& value);
    bool is_possible(const Value& value) const;
    void take(const Value& value);
    void reserve_words(const Rolled& rolled);
    bool is_reserved(const std::string& name, bool has_step) const;
    bool is_free(const std::string& name, const Claim& claim) const;
    bool is_unused(const std::string& name) const {
        return !claims_.contains(name) && !is_reserved(name, true) && !is_reserved(name, false);
    }

    std::vector<std::vector<std::string>> names_;        // by part and label
    std::vector<std::vector<std::string>> with_labels_;  // by part and label
    std::vector<std::string> gradients_;
    std::map<std::string, std::string> with_signs_;
    std::string loss_;
    std::vector<Value> values_;
    std::map<std::tuple<std::string, std::optional<std::int32_t>, std::int32_t>, std::size_t>
        numbers_;  // by label, axis and number: places in values_
    std::vector<std::pair<std::size_t, std::int32_t>>
        gradients_of_;  // by variable: the value, and the order of the adjoint
    std::map<std::string, std::vector<Claim>> claims_;
    std::set<std::string> adjoints_;
    std::set<std::string> always_;  // words before parentheses, letters of steps and sizes
    std::set<std::string> signs_;   // other words of the notation, which no step follows
};

/// Of axes along which nothing is folded, the steps from 0 on that names have.
std::map<std::int32_t, Interval> unfolded_steps(const Rolled& rolled);
/// Whether names have steps of several axes.
inline bool has_several_axes(const Rolled& rolled) {
    return rolled.axes.size() + unfolded_steps(rolled).size() > 1;
}

}  // namespace revolute::detail
