#include <revolute/rnn/cell.hpp>

#include <algorithm>

namespace revolute {

std::string with_suffix(std::string_view name, std::string_view suffix) {
    std::string result(name);
    return result.insert(std::min(name.find('_'), name.size()), suffix);
}

}  // namespace revolute
