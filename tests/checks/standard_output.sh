#!/bin/sh
# standard_output.sh SOURCE: fails and names the places in tools/ that write to the standard output or error by themselves:
# what is lost on a full disk goes unseen, or ends the program. They must call `print` or `tell` of
# tools/support/standard_output.hpp.
set -eu
cd "$1/tools"
if grep -rnE --include='*.cpp' --include='*.hpp' 'fmt::print\(|std::cout|[^f]printf\(|\bputs\(|std::println' . |
    grep -v standard_output.hpp; then
    echo 'these write to the standard streams without print() or tell() of tools/support/standard_output.hpp'
    exit 1
fi
