#include <revolute/graph/program/detail/machine/references.hpp>

#include <cstdint>
#include <type_traits>

namespace revolute::detail {

template <class Number>
void References<Number>::set(const Rolled& rolled, Member leaf, Source source) {
    const Part& part = rolled[leaf.part];
    if (std::holds_alternative<std::monostate>(source) && !contains(rolled, leaf)) return;
    std::vector<Source>& sources = sources_[leaf.part];
    sources.resize(part.size());
    sources[part.place_of(leaf.t)] = source;
    has_changed_ = true;
}

template <class Number>
bool References<Number>::contains(const Rolled& rolled, Member leaf) const {
    const auto known = sources_.find(leaf.part);
    return known != sources_.end() && !std::holds_alternative<std::monostate>(
                                          known->second[rolled[leaf.part].place_of(leaf.t)]);
}

template <class Number>
bool References<Number>::resolve(Places<Number>& places) {
    if (!has_changed_) return false;
    std::vector<Number*> elsewhere(places.elsewhere.size());
    std::vector<Copy> copies;
    for (const auto& [part, sources] : sources_) {
        if (is_laid_out_alike(places, part)) {
            const Number* const first = std::get<const Number*>(sources.front());
            elsewhere[index(part)] = const_cast<Number*>(first);  // only read
            continue;
        }
        for (std::size_t place = 0; place < sources.size(); ++place)
            if (!std::holds_alternative<std::monostate>(sources[place]))
                copies.push_back({{part, (*places.rolled)[part].step_of(place)}, sources[place]});
    }
    copies_.swap(copies);
    places.elsewhere.swap(elsewhere);
    has_changed_ = false;
    return places.elsewhere != elsewhere;
}

/// Numbers of the program's kind, each step's behind those of the step before, in a part that
/// stands in no stack; and that no output is, or shows: where these stand is fixed.
template <class Number>
bool References<Number>::is_laid_out_alike(const Places<Number>& places, PartId part) const {
    const std::vector<Source>& sources = sources_.at(part);
    const Layout& layout = places.plan.layouts[index(part)];
    if (layout.leading != places.rows_of(part) || places.is_output[index(part)]) return false;
    const auto address = [](const Source& source) {
        const auto* const numbers = std::get_if<const Number*>(&source);
        return numbers == nullptr ? 0 : reinterpret_cast<std::uintptr_t>(*numbers);
    };
    const std::size_t distance = layout.member_stride * sizeof(Number);
    for (std::size_t place = 0; place < sources.size(); ++place)
        if (address(sources[place]) == 0 ||
            address(sources[place]) != address(sources.front()) + place * distance)
            return false;
    return true;
}

template <class Number>
void References<Number>::copy(const Places<Number>& places) const {
    for (const Copy& copy : copies_)
        std::visit(
            [&](const auto source) {
                if constexpr (!std::is_same_v<decltype(source), const std::monostate>)
                    places.write(copy.leaf, source);
            },
            copy.source);
}

template class References<double>;
template class References<float>;

}  // namespace revolute::detail
