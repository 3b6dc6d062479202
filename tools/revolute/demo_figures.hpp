#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace revolute {

/// A file that the demo wrote, and in one line what it shows.
struct DemoFile {
    std::string name;
    std::string what;
};

/// Writes the forward, backward and joint figure of a simple recurrent net over three steps.
std::vector<DemoFile> write_demo_figures(const std::filesystem::path& folder);

}  // namespace revolute
