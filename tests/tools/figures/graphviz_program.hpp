#pragma once

#include <revolute/tools/figures/dot.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <support/temporary_folder.hpp>

#include <cstdlib>
#include <sstream>
#include <string>

// The programs of Graphviz, which read what the library writes.

namespace revolute::test {

inline bool has_graphviz() { return std::system("dot -V > /dev/null 2>&1") == 0; }

/// The figure as DOT.
inline std::string dot_of(const Figure& figure, const DotOptions& options = {}) {
    std::ostringstream out;
    write_dot(out, figure, options);
    return out.str();
}

/// What a Graphviz program makes of a file.
struct Drawing {
    std::string status;  ///< of its exit, and what it said
    std::string content;

    friend bool operator==(const Drawing&, const Drawing&) = default;
};

inline Drawing drawn_by(const std::string& command, const std::string& dot) {
    const TemporaryFolder folder;
    write_file(folder / "figure.dot", dot);
    const int status =
        std::system((command + " " + (folder / "figure.dot").string() + " > " +
                     (folder / "figure").string() + " 2> " + (folder / "messages").string())
                        .c_str());
    return {std::to_string(status) + read_file(folder / "messages"), read_file(folder / "figure")};
}

/// Exit status of a Graphviz program that reads `dot`, and what it said.
inline std::string graphviz(const std::string& command, const std::string& dot) {
    return drawn_by(command, dot).status;
}

}  // namespace revolute::test
