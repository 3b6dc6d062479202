#include <revolute/graph/values/bytes_in_words.hpp>
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/planned_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <system_error>

namespace revolute {

void require_room(const std::vector<PlannedFile>& files) {
    std::vector<std::unique_ptr<OutputFile>> all;  // at a time: they share the disk
    for (const PlannedFile& file : files) {
        OutputFile& output = *all.emplace_back(std::make_unique<OutputFile>(file.path));
        if (const std::error_code reason = output.reserve(file.bytes))
            throw FileError(fmt::format("cannot write {}: {}\n  it will take about {}",
                                        file.path.string(), reason.message(),
                                        bytes_in_words(file.bytes)));
        // What it takes for certain when the next one is written: the old file is gone then.
        const std::size_t given_free = output.room_of_old();
        static_cast<void>(output.reserve(file.least - std::min(file.least, given_free)));
    }
}

}  // namespace revolute
