#include <revolute/graph/rolling/lengths/detail/roll_shapes.hpp>
#include <revolute/graph/values/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace revolute::detail {

namespace {

/// Asks operators for the shape of a node that is not made.
class ShapeRules {
 public:
    /// The shape, or the first line of what the operator says against it.
    std::variant<Shape, std::string> operator()(const Op& op, std::span<const Shape> operands,
                                                std::span<const double> attributes) {
        operands_.clear();
        for (const Shape shape : operands) operands_.push_back(leaf_of(shape));
        try {
            const Shape shape = graph_.append(op, operands_, attributes, {}).shape();
            if (shape.rows < 1 || shape.columns < 1)
                return fmt::format("{}: sizes must be positive ({})", op.name, to_string(shape));
            return shape;
        } catch (const Error& refusal) {
            const std::string text = refusal.what();
            return text.substr(0, text.find('\n'));
        }
    }

 private:
    NodeId leaf_of(Shape shape) {
        const auto [found, is_new] = leaves_.try_emplace({shape.rows, shape.columns});
        if (is_new) found->second = graph_.parameter("operand", shape).id;
        return found->second;
    }

    Graph graph_;
    std::map<std::pair<int, int>, NodeId> leaves_;
    std::vector<NodeId> operands_;
};

/// Goes through a rolled graph with the shapes of its parts, as they become known.
class ShapeWalk {
 public:
    explicit ShapeWalk(const Rolled& rolled) : rolled_(rolled) {
        for (const Part& part : rolled.parts) shapes_.emplace_back(part.shape);
    }

    /// Finds all shapes anew. In a recurrence, what is read at its first step comes from outside.
    std::optional<Misfit> find_all() {
        std::ranges::fill(shapes_, std::nullopt);
        for (const Component& component : rolled_.schedule) {
            std::vector<PartId> waiting = component.parts;
            while (!waiting.empty()) {
                const std::size_t before = waiting.size();
                std::optional<Misfit> misfit;
                std::erase_if(waiting, [&](PartId part) { return !misfit && find(part, misfit); });
                if (misfit) return misfit;
                if (waiting.size() == before)
                    return misfit_at({waiting.front(), rolled_[waiting.front()].step_of(0)},
                                     "its shape follows from itself");
            }
        }
        return std::nullopt;
    }

    /// Looks at every case of every part.
    std::optional<Misfit> first_misfit() {
        for (const Component& component : rolled_.schedule)
            for (const PartId part : component.parts)
                for (const std::int32_t t : steps_to_look_at(part)) {
                    const auto found = shape_at({part, t});
                    if (const auto* text = std::get_if<std::string>(&found))
                        return misfit_at({part, t}, *text);
                    if (const Shape shape = std::get<Shape>(found); shape != shape_of(part))
                        return misfit_at({part, t},
                                         fmt::format("{}: makes {} of its operands, and not {}",
                                                     rolled_[part].op->name, to_string(shape),
                                                     to_string(shape_of(part))));
                }
        return std::nullopt;
    }

    Shape shape_of(PartId part) const { return *shapes_[index(part)]; }

    std::variant<Shape, std::string> shape_with(Member member, std::span<const double> attributes) {
        const Part& part = rolled_[member.part];
        operands_.clear();
        for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot)
            operands_.push_back(shape_of(part.segment_at(slot, member.t).target));
        for (const Sweep& sweep : part.operands)
            for (std::size_t round = 0; round < sweep.rounds(); ++round)
                for (const Sweep::Element& element : sweep.elements)
                    operands_.push_back(shape_of(element.part));
        return rules_(*part.op, operands_, attributes);
    }

 private:
    Misfit misfit_at(Member member, std::string text) const {
        return {member, std::move(text), passed_};
    }

    /// Whether the shape of a part is found: at some step all that it reads is known.
    bool find(PartId part, std::optional<Misfit>& misfit) {
        for (const std::int32_t t : steps_to_look_at(part)) {
            if (!is_known({part, t})) continue;
            const auto found = shape_at({part, t});
            if (const auto* text = std::get_if<std::string>(&found))
                misfit = misfit_at({part, t}, *text);
            else
                shapes_[index(part)] = std::get<Shape>(found);
            return true;
        }
        return false;
    }

    /// Steps at which any case begins, and the last of each run: in between a part reads the same,
    /// and attributes grow evenly.
    std::vector<std::int32_t> steps_to_look_at(PartId id) const {
        const Part& part = rolled_[id];
        if (!part.is_family()) return {0};
        std::vector<std::int32_t> steps;
        for (const StepRange run : part.runs) steps.insert(steps.end(), {run.low(), run.high()});
        for (const std::vector<Segment>& slot : part.slots)
            for (const Segment& segment : slot)
                for (const std::int32_t t : {segment.steps.low(), segment.steps.high()})
                    if (part.has_member(t)) steps.push_back(t);
        std::ranges::sort(steps);
        steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
        return steps;
    }

    bool is_known(Member member) const {
        const Part& part = rolled_[member.part];
        const auto has_shape = [this](PartId operand) {
            return shapes_[index(operand)].has_value();
        };
        for (std::uint32_t slot = 0; slot < part.slots.size(); ++slot)
            if (!has_shape(part.segment_at(slot, member.t).target)) return false;
        return std::ranges::all_of(part.operands, [&](const Sweep& sweep) {
            return std::ranges::all_of(sweep.elements, has_shape, &Sweep::Element::part);
        });
    }

    std::variant<Shape, std::string> shape_at(Member member) {
        auto shape = shape_with(member, rolled_[member.part].attributes_at(member.t));
        if (std::holds_alternative<Shape>(shape)) ++passed_;
        return shape;
    }

    const Rolled& rolled_;
    std::vector<std::optional<Shape>> shapes_;  // by part
    std::vector<Shape> operands_;
    ShapeRules rules_;
    std::size_t passed_ = 0;
};

}  // namespace

std::optional<Misfit> set_shapes(Rolled& rolled) {
    ShapeWalk walk(rolled);
    if (auto misfit = walk.find_all()) return misfit;
    if (auto misfit = walk.first_misfit()) return misfit;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i)
        rolled.parts[i].shape = walk.shape_of(PartId{i});
    for (Part& part : rolled.parts)
        for (std::size_t slot = 0; slot < part.slots.size(); ++slot)
            part.operand_shapes[slot] = walk.shape_of(part.slots[slot].front().target);
    return std::nullopt;
}

bool is_size(const Rolled& rolled, Member member, std::uint32_t attribute) {
    std::vector<double> attributes = rolled[member.part].attributes_at(member.t);
    ++attributes[attribute];
    const auto shape = ShapeWalk(rolled).shape_with(member, attributes);
    return !std::holds_alternative<Shape>(shape) ||
           std::get<Shape>(shape) != rolled[member.part].shape;
}

std::optional<Misfit> find_misfit(const Rolled& rolled) { return ShapeWalk(rolled).first_misfit(); }

}  // namespace revolute::detail
