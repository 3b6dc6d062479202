#include <revolute/graph/rolling/detail/roll_words.hpp>
#include <revolute/graph/rolling/lengths/detail/roll_laws.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/equations/detail/sizes/equation_columns.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>
#include <string_view>

namespace revolute::detail {

namespace {

using Three = std::array<double, 3>;

bool differ_in_numbers_only(const Rolled& a, const Rolled& b) {
    return a.axes == b.axes &&
           std::ranges::equal(a.parts, b.parts, [](const Part& x, const Part& y) {
               return x.op == y.op && x.axis == y.axis && x.runs == y.runs && x.slots == y.slots &&
                      x.operands == y.operands && x.labels == y.labels &&
                      x.attributes.size() == y.attributes.size() &&
                      x.slopes.size() == y.slopes.size();
           });
}

/// The same law with the number of steps by itself: f (c + p N)^w is f p^w (c/p + N)^w.
LengthLaw by_itself(const LengthLaw& law) {
    LengthLaw moved = law;
    moved.factor *= std::pow(law.per_step, law.power);
    moved.constant /= law.per_step;
    moved.per_step = 1;
    return moved;
}

/// 0.3 for 0.30000000000000004, which factors are that were divided by a number of steps and of
/// columns.
double without_rounding(double factor) {
    const double shorter = std::stod(fmt::format("{:.15g}", factor));
    return is_foretold(shorter, factor) ? shorter : factor;
}

/// Compares nets of three numbers of columns, attribute by attribute.
class ColumnComparison {
 public:
    ColumnComparison(const std::array<Rolled, 3>& nets, std::int32_t columns, bool is_general)
        : nets_(nets), columns_(columns), is_general_(is_general) {}

    std::vector<AttributeColumns> run() const {
        std::vector<AttributeColumns> found;
        for (std::uint32_t i = 0; i < nets_[0].parts.size(); ++i)
            for (std::uint32_t k = 0; k < nets_[0].parts[i].attributes.size(); ++k)
                if (const auto columns = columns_of(PartId{i}, k); columns.laws != ColumnLaws{})
                    found.push_back(columns);
        return found;
    }

 private:
    AttributeColumns columns_of(PartId part, std::uint32_t attribute) const {
        AttributeColumns found{part, attribute, {}};
        const auto of_each = [&](const auto& number) {
            return Three{number(nets_[0]), number(nets_[1]), number(nets_[2])};
        };
        const bool grows = !nets_[0][part].slopes.empty() && nets_[0][part].slopes[attribute] != 0;
        if (grows && !add(of_each([&](const Rolled& net) { return net[part].slopes[attribute]; }),
                          true, found.laws.slope))
            refuse(part, attribute);
        add_law_of_scale(found);
        if (is_general_ && length_law(nets_[0], part, attribute)) {
            add_laws_of_length(found);
        } else if (!add(of_each([&](const Rolled& net) { return net[part].attributes[attribute]; }),
                        grows, found.laws.value)) {
            refuse(part, attribute);
        }
        return found;
    }

    /// What a number is multiplied by may depend on both: 1 / (B N).
    void add_law_of_scale(AttributeColumns& found) const {
        Three scales{};
        for (std::size_t i = 0; i < 3; ++i) {
            scales[i] = nets_[i][found.part].scale_of(found.attribute).value();
            const auto law = length_law(nets_[i], found.part, found.attribute, true);
            if (!is_general_ || !law) continue;
            const LengthLaw of_steps = by_itself(*law);
            if (i == 0) found.scale_law = of_steps;
            scales[i] = of_steps.factor;
            LengthLaw like_first = of_steps;
            like_first.factor = found.scale_law ? found.scale_law->factor : 0;
            if (found.scale_law != like_first) refuse(found.part, found.attribute);
        }
        if (!add(scales, false, found.laws.scale)) refuse(found.part, found.attribute);
    }

    /// Sets the law of a number that is not the same in all batches; false: it has none. A number
    /// of a sum must be even in the number of columns.
    bool add(const Three& values, bool is_of_sum, std::optional<LengthLaw>& law) const {
        if (values[0] == values[1] && values[0] == values[2]) return true;
        law = fit_law(columns_, values);
        if (law) law->factor = without_rounding(law->factor);
        return law && (!is_of_sum || (law->power == 1 && !law->has_other()));
    }

    static std::optional<LengthLaw> length_law(const Rolled& net, PartId part,
                                               std::uint32_t attribute, bool is_of_scale = false) {
        if (!net.laws) return std::nullopt;
        for (const AttributeLaw& law : net.laws->attributes)
            if (law.part == part && law.attribute == attribute && law.is_of_scale == is_of_scale)
                return law.law;
        return std::nullopt;
    }

    /// By the laws of the number of steps as they are, or with N by itself: 0.15 / N and 1 / (10 N)
    /// are one over N then.
    void add_laws_of_length(AttributeColumns& found) const {
        std::array<LengthLaw, 3> of_length;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto law = length_law(nets_[i], found.part, found.attribute);
            if (!law) refuse(found.part, found.attribute);
            of_length[i] = *law;
        }
        if (add_laws(of_length, found.laws)) return;
        std::ranges::transform(of_length, of_length.begin(), by_itself);
        found.law = of_length[0];
        if (!add_laws(of_length, found.laws)) refuse(found.part, found.attribute);
    }

    bool add_laws(const std::array<LengthLaw, 3>& of_length, ColumnLaws& laws) const {
        ColumnLaws found = laws;
        const auto of_each = [&](double LengthLaw::*number) {
            return Three{of_length[0].*number, of_length[1].*number, of_length[2].*number};
        };
        const auto is_same_in_all = [&](double LengthLaw::*number) {
            const Three numbers = of_each(number);
            return numbers[0] == numbers[1] && numbers[0] == numbers[2];
        };
        const bool is_alike = is_same_in_all(&LengthLaw::power) &&
                              is_same_in_all(&LengthLaw::other_power) &&
                              is_same_in_all(&LengthLaw::other_constant) &&
                              is_same_in_all(&LengthLaw::other_per_step) &&
                              add(of_each(&LengthLaw::factor), false, found.factor) &&
                              add(of_each(&LengthLaw::constant), true, found.constant) &&
                              add(of_each(&LengthLaw::per_step), true, found.per_step);
        if (is_alike) laws = found;
        return is_alike && !(laws.factor && laws.slope);
    }

    [[noreturn]] void refuse(PartId id, std::uint32_t attribute) const {
        const Part& part = nets_[0][id];
        Three values{};
        for (std::size_t i = 0; i < 3; ++i) values[i] = nets_[i][id].attributes[attribute];
        throw GraphError(fmt::format(
            "equations: attribute {} of {} is {} in a batch of {} columns, {} in {} and {} in {}, "
            "which is neither even in the number of columns nor a product or quotient of two such "
            "numbers, nor a root of these\n  ask for the equations of one column",
            attribute, name_and_shape(part, part.step_of(0)), values[0], columns_, values[1],
            columns_ + 1, values[2], columns_ + 2));
    }

    const std::array<Rolled, 3>& nets_;
    std::int32_t columns_;
    bool is_general_;
};

/// Whether the letter stands by itself in a formula: not within a word.
bool has_letter(std::string_view formula, char letter) {
    const auto is_letter = [&](std::size_t place) {
        return place < formula.size() &&
               std::isalpha(static_cast<unsigned char>(formula[place])) != 0;
    };
    for (std::size_t i = formula.find(letter); i != std::string_view::npos;
         i = formula.find(letter, i + 1))
        if ((i == 0 || (!is_letter(i - 1) && formula[i - 1] != '\\')) && !is_letter(i + 1))
            return true;
    return false;
}

}  // namespace

std::map<PartId, std::int32_t> columns_of_signs(const Rolled& rolled) {
    std::map<PartId, std::int32_t> found;
    for (std::uint32_t i = 0; i < rolled.parts.size(); ++i) {
        const Part& part = rolled.parts[i];
        if (!has_letter(part.op->latex, 'B')) continue;
        const Shape shape = part.is_family()
                                ? part.operand_shapes.front()
                                : rolled[part.operands.front().elements.front().part].shape;
        found.emplace(PartId{i}, shape.columns);
    }
    return found;
}

std::set<std::int32_t> columns_of_other_signs(const std::array<Rolled, 3>& nets,
                                              std::int32_t columns) {
    std::set<std::int32_t> others;
    const auto more = columns_of_signs(nets[1]), most = columns_of_signs(nets[2]);
    for (const auto& [part, there] : columns_of_signs(nets[0]))
        if (there != columns || more.at(part) != columns + 1 || most.at(part) != columns + 2)
            others.insert(there);
    return others;
}

std::optional<std::vector<AttributeColumns>> attributes_of_columns(
    const std::array<Rolled, 3>& nets, std::int32_t columns, bool is_general) {
    if (!differ_in_numbers_only(nets[0], nets[1]) || !differ_in_numbers_only(nets[0], nets[2]))
        return std::nullopt;
    return ColumnComparison(nets, columns, is_general).run();
}

}  // namespace revolute::detail
