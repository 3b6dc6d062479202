#pragma once

#include <revolute/tools/language/detail/net_functions.hpp>
#include <revolute/tools/verification/detail/line_judge.hpp>

#include <map>
#include <string>
#include <vector>

namespace revolute::detail {

/// The lines of one name that belong in a derivation.
struct RightLines {
    std::vector<std::string> lines;  ///< of the name
    std::vector<std::string> made;  ///< of names in them that `derive` made, and the reader has not
};

/// What `derive` prints of a net: of any number of steps where there are such lines, else of the
/// number that is asked for; nothing where there are none.
class RightDerivation {
 public:
    /// Names of the derivation itself stand for those that `derive` made, where their values are
    /// the same.
    RightDerivation(const NetText& net, const NetTextSizes& sizes, const NetTruth& truth,
                    const LineJudge& derivation);

    RightLines lines_of(const std::string& name) const;

 private:
    std::map<std::string, std::vector<std::string>> lines_;  // by name
    std::map<std::string, ValuesByStep> made_;               // by the names that derive made
    std::map<std::string, std::string> own_;  // the name that stands for one that was made
};

}  // namespace revolute::detail
