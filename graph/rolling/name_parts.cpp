// What listings call the members of a rolled graph: each label belongs to one value and says which.

#include <revolute/graph/rolling/detail/condense.hpp>
#include <revolute/graph/rolling/detail/roll_parts.hpp>
#include <revolute/graph/rolling/roll.hpp>

#include <algorithm>
#include <map>
#include <tuple>

namespace revolute {

namespace {

using detail::IntervalSet;

/// Which names of values, and of their adjoints, are taken at which steps.
class Taken {
 public:
    /// The label's number if nothing else of the same name has it at the same steps, else the first
    /// that nothing has.
    std::int32_t number_for(const PartName& label, const IntervalSet& members) {
        const IntervalSet steps = detail::steps_of_name(label, members);
        const auto is_free = [&](std::int32_t order, std::int32_t number) {
            const auto found = taken_.find(key(label, order, number));
            return found == taken_.end() || !found->second.overlaps(steps);
        };
        std::int32_t number = label.number;
        if (number == 0 || !is_free(label.adjoint_order, number)) {
            number = 1;
            while (!is_free(label.adjoint_order, number) || !is_free(0, number)) ++number;
        }
        taken_[key(label, label.adjoint_order, number)].add(steps);
        return number;
    }

 private:
    using Key = std::tuple<std::string, std::optional<std::int32_t>, std::int32_t, std::int32_t>;

    static Key key(const PartName& label, std::int32_t order, std::int32_t number) {
        return {value_name(label), label.axis, order, number};
    }

    std::map<Key, IntervalSet> taken_;
};

/// Names the parts of one graph.
class PartNaming {
 public:
    PartNaming(Rolled& rolled, const Labels& labels) : rolled_(rolled), labels_(labels) {
        for (std::uint32_t i = 0; i < rolled.nodes.size(); ++i)
            for (const NodeId node : rolled.nodes[i]) {
                if (part_of_.size() <= index(node)) part_of_.resize(index(node) + 1, nothing);
                part_of_[index(node)] = i;
            }
    }

    void run() {
        // The values first: an adjoint has the number of its value.
        name([](const Labels::Origin& origin) { return origin.order == 0; });
        of_values_.reserve(rolled_.parts.size());
        for (const Part& part : rolled_.parts) of_values_.push_back(part.labels);
        taken_ = {};
        name([](const Labels::Origin&) { return true; });
        for (Part& part : rolled_.parts) detail::condense(part.labels);
    }

 private:
    static constexpr std::uint32_t nothing = 0xFFFFFFFF;

    template <class Includes>
    void name(const Includes& includes) {
        for (std::size_t i = 0; i < rolled_.parts.size(); ++i) {
            Part& part = rolled_.parts[i];
            part.labels.clear();
            std::int32_t previous = 0;
            for (std::size_t place = 0; place < rolled_.nodes[i].size(); ++place) {
                const NodeId node = rolled_.nodes[i][place];
                const std::int32_t t = part.step_of(place);
                const Labels::Origin origin = labels_.origin(node);
                if (const std::string name = labels_.name(node);
                    !name.empty() && includes(origin)) {
                    PartName label = detail::name_at(t, name, labels_.step(node));
                    label.adjoint_order = origin.order;
                    label.number = number_of(origin.value);
                    detail::add_name(part.labels, previous, std::move(label));
                }
                previous = t;
            }
            const IntervalSet members = detail::steps_of_members(part);
            for (PartName& label : part.labels) label.number = taken_.number_for(label, members);
        }
    }

    /// 0: it has none yet, or is no part of what was rolled.
    std::int32_t number_of(NodeId value) const {
        const std::uint32_t i = index(value) < part_of_.size() ? part_of_[index(value)] : nothing;
        if (i == nothing || of_values_.empty()) return 0;
        const auto at = labels_.step(value);
        const std::int32_t t = rolled_.parts[i].is_family() ? at->t : 0;
        const auto found = std::ranges::find_if(
            of_values_[i], [t](const PartName& label) { return label.steps.contains(t); });
        return found->number;
    }

    Rolled& rolled_;
    const Labels& labels_;
    std::vector<std::uint32_t> part_of_;            // by id
    std::vector<std::vector<PartName>> of_values_;  // by part, without adjoints
    Taken taken_;
};

}  // namespace

std::string value_name(const PartName& label) {
    return label.name.substr(static_cast<std::size_t>(label.adjoint_order));
}

void name_parts(Rolled& rolled, const Labels& labels) { PartNaming(rolled, labels).run(); }

}  // namespace revolute
