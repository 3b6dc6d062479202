#include "own_file.hpp"

#include <fstream>
#include <string>
#include <system_error>

namespace revolute {

bool may_be_replaced(const std::filesystem::path& path, std::string_view mark) {
    std::error_code none;
    if (!std::filesystem::is_regular_file(path, none)) return true;
    std::ifstream file(path, std::ios::binary);
    std::string begin(500, '\0');
    file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    return begin.find(mark) != begin.npos;
}

}  // namespace revolute
