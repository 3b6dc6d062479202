#!/bin/sh
# include_rules.sh SOURCE: fails and names the lines that break a rule on what may include what.
#   graph <- ops <- rnn <- tools: a folder includes only itself and what stands left of it.
#   Our files are named <revolute/folder/file.hpp>, never by a relative path.
#   Public headers are free of Eigen, except graph/values/eigen.hpp, and need nothing but what the installed package asks for.
#   Those in a folder detail/ are not installed.
#   rnn/closed_form.* proves the engine, so it shares nothing with it but the matrix it returns.
set -eu
cd "$1"
status=0

# refuse RULE PATTERN FILE...: no include line of the files may match the extended pattern.
refuse() {
    rule=$1
    pattern="^[[:space:]]*#[[:space:]]*include[[:space:]]*$2"
    shift 2
    if [ $# -gt 0 ] && grep -nHE "$pattern" "$@"; then
        echo "  broken rule: $rule"
        status=1
    fi
}

sources() { find "$1" -name '*.[ch]pp'; }
installed() { find graph ops rnn tools -name '*.hpp' ! -path 'tools/revolute/*' ! -path '*/detail/*'; }

# shellcheck disable=SC2046  # no file name of this project holds a space
{
    refuse 'graph includes no ops, rnn, tools' '[<"]([^">]*/)?(ops|rnn|tools)/' $(sources graph)
    refuse 'ops includes no rnn, tools' '[<"]([^">]*/)?(rnn|tools)/' $(sources ops)
    refuse 'rnn includes no tools' '[<"]([^">]*/)?tools/' $(sources rnn)
    refuse 'no includes by relative path' '"' $(sources graph) $(sources ops) $(sources rnn) \
        $(find tools -path tools/revolute -prune -o -name '*.[ch]pp' -print)
    refuse 'public headers are free of Eigen' '<(Eigen/|revolute/graph/eigen)' \
        $(installed | grep -v '^graph/values/eigen.hpp$')
}

# shellcheck disable=SC2046
if grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<[^>]*/' $(installed) | grep -vE '<(revolute|boost|fmt)/|^graph/values/eigen.hpp:[0-9]+:#include <Eigen/Core>'; then
    echo '  broken rule: installed headers need Boost and {fmt} alone, which revoluteConfig.cmake asks for'
    status=1
fi

allowed='<revolute/(graph/(matrix|eigen|error|shape)|rnn/(detail/)?closed_form[a-z_]*)\.hpp>'
if find rnn -name 'closed_form*.[ch]pp' -exec grep -nHE 'include[[:space:]]*<revolute/' {} + | grep -vE "$allowed"; then
    echo '  broken rule: closed_form shares no code with the engine'
    status=1
fi
exit $status
