#!/bin/sh
# standard_output.sh SOURCE: fails and names the places in tools/ that write to the standard output by themselves: what is
# lost there on a full disk goes unseen. They must call `print` of tools/standard_output.hpp.
set -eu
cd "$1/tools"
if grep -rnE --include='*.cpp' --include='*.hpp' 'fmt::print\(([^s]|$)|std::cout|[^f]printf\(|\bputs\(|std::println' . |
    grep -v standard_output.hpp; then
    echo 'these write to the standard output without print() of tools/standard_output.hpp'
    exit 1
fi
