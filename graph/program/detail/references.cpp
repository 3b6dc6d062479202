#include <revolute/graph/program/detail/references.hpp>

#include <algorithm>
#include <type_traits>

namespace revolute::detail {

template <class Number>
void References<Number>::set(const Rolled& rolled, Member leaf, Source source) {
    const Part& part = rolled[leaf.part];
    const auto known = sources_.find(leaf.part);
    if (known == sources_.end() && std::holds_alternative<std::monostate>(source)) return;
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
    has_changed_ = false;
    copies_.clear();
    const std::vector<Number*> before = places.elsewhere;
    for (const auto& [part, sources] : sources_) {
        Number*& first = places.elsewhere[index(part)];
        first = nullptr;
        if (is_laid_out_alike(places, part)) {
            first = const_cast<Number*>(std::get<const Number*>(sources.front()));  // only read
            continue;
        }
        for (std::size_t place = 0; place < sources.size(); ++place)
            if (!std::holds_alternative<std::monostate>(sources[place]))
                copies_.push_back({{part, (*places.rolled)[part].step_of(place)}, sources[place]});
    }
    return places.elsewhere != before;
}

/// Numbers of the program's kind, each step's behind those of the step before, in a part that stands in no
/// stack; and that is no output: where these stand is fixed.
template <class Number>
bool References<Number>::is_laid_out_alike(const Places<Number>& places, PartId part) const {
    const std::vector<Source>& sources = sources_.at(part);
    const Layout& layout = places.plan.layouts[index(part)];
    if (layout.leading != places.rows_of(part) ||
        std::ranges::find(places.rolled->outputs, part, &Member::part) !=
            places.rolled->outputs.end())
        return false;
    const auto* const first = std::get_if<const Number*>(&sources.front());
    if (first == nullptr) return false;
    for (std::size_t place = 0; place < sources.size(); ++place) {
        const auto* const source = std::get_if<const Number*>(&sources[place]);
        if (source == nullptr || *source != *first + place * layout.member_stride) return false;
    }
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
