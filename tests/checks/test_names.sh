#!/bin/sh
# test_names.sh SOURCE: fails and names the doctest names that CTest would misread (a semicolon or a lone bracket splits
# or joins entries), that are not `subject: claim`, or that two tests of one folder share.
set -eu
cd "$1/tests"
find . -name '*.cpp' -exec grep -nHE '^[[:space:]]*TEST_CASE[A-Z_]*\("' {} + | sort | awk '
    {
        place = $0
        sub(/:[[:space:]]*TEST_CASE.*/, "", place)
        folder = place
        sub(/^\.\//, "", folder)
        sub(/\/.*/, "", folder)
        name = $0
        sub(/^[^"]*"/, "", name)
        if (!sub(/"[^"]*$/, "", name)) next
        lefts = gsub(/\[/, "[", name)
        rights = gsub(/\]/, "]", name)
        fault = ""
        if (name ~ /;/) fault = "holds a semicolon"
        else if (lefts != rights) fault = "holds a bracket without its partner"
        else if (name !~ /^[^ ].*: [^ ]/) fault = "is not `subject: claim`"
        else if ((folder, name) in seen) fault = "is also the name at " seen[folder, name]
        seen[folder, name] = place
        if (fault != "") { print place ": the name \"" name "\" " fault; bad = 1 }
    }
    END { exit bad }'
