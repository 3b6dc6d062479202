#include <revolute/graph/step.hpp>
#include <revolute/tools/equations/detail/names/steps_in_names.hpp>
#include <revolute/tools/equations/equation_term.hpp>

#include <algorithm>
#include <utility>

namespace revolute::detail {

namespace {

bool is_whole_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "+1" or "-1".
bool is_signed_number(std::string_view text) {
    return !text.empty() && (text.front() == '+' || text.front() == '-') &&
           is_whole_number(text.substr(1));
}

/// "t", "t+1", "T-2" of the letters t and T.
bool is_counted_from(const std::set<std::string>& letters, std::string_view text) {
    return std::ranges::any_of(letters, [&](const std::string& letter) {
        if (!text.starts_with(letter)) return false;
        const std::string_view rest = text.substr(letter.size());
        return rest.empty() || is_signed_number(rest);
    });
}

}  // namespace

void SteppedNames::add(std::string name, std::int32_t axis) {
    names_.insert(std::move(name));
    running_.insert(axis_name(axis));
    letters_.insert({axis_name(axis), last_step_name(axis), "N"});
}

bool SteppedNames::would_hold(std::string_view name) const {
    while (name.ends_with('_')) name.remove_suffix(1);  // which an eye passes over
    for (std::size_t i = name.find_first_of("_,", 1); i < name.size();
         i = name.find_first_of("_,", i + 1))
        if ((has_steps(name.substr(0, i)) && is_step(name.substr(i + 1))) ||
            is_counted_from(running_, name.substr(i + 1)))
            return true;
    return false;
}

/// Whether a name has steps, or an adjoint of it would have them.
bool SteppedNames::has_steps(std::string_view name) const {
    while (!names_.contains(name)) {
        if (!name.starts_with('d')) return false;
        name.remove_prefix(1);
    }
    return true;
}

/// "2", "-1", "t", "T-1", "s=2".
bool SteppedNames::is_step(std::string_view text) const {
    const std::size_t equal = text.find('=');
    if (equal != std::string_view::npos && letters_.contains(std::string(text.substr(0, equal))))
        return is_step(text.substr(equal + 1));
    return is_whole_number(text) || is_signed_number(text) || is_counted_from(letters_, text);
}

}  // namespace revolute::detail
