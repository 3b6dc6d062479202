#!/bin/sh
# include_rules_test.sh SOURCE: each rule of include_rules.sh refuses a tree that breaks it, and only such a tree.
set -eu
check="$1/tests/checks/include_rules.sh"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
status=0

clean() {
    rm -rf "$tree"
    mkdir -p "$tree/graph/values" "$tree/graph/program/detail" "$tree/ops" "$tree/rnn/closed_form" "$tree/tools/figures" "$tree/tools/revolute"
    printf '%s\n' '# a comment' 'graph/values:' 'graph: graph/values' 'graph/program: graph' 'ops: graph/values graph/program' 'rnn/closed_form: graph/values' \
        'rnn: ops' 'tools/figures: graph rnn' 'tools/revolute: tools/figures' >"$tree/rooms.txt"
    echo '#include <revolute/graph/values/matrix.hpp>' >"$tree/graph/graph.cpp"
    echo '#include <Eigen/Core>' >"$tree/graph/values/eigen.hpp"
    echo '#include <revolute/graph/graph.hpp>' >"$tree/graph/program/detail/plan.cpp"
    printf '#include <revolute/graph/values/eigen.hpp>\n#include <revolute/graph/program/detail/plan.hpp>\n' >"$tree/ops/tanh.cpp"
    printf '#include <revolute/graph/values/matrix.hpp>\n#include <revolute/rnn/closed_form/closed_form.hpp>\n' \
        >"$tree/rnn/closed_form/closed_form.cpp"
    printf '#include <revolute/graph/values/matrix.hpp>\n' >"$tree/rnn/closed_form/closed_form.hpp"
    printf '#include <revolute/ops/tanh.hpp>\n// #include <revolute/tools/figures/dot.hpp> is only named here\n' \
        >"$tree/rnn/unroll.hpp"
    printf '#include <revolute/rnn/unroll.hpp>\n#include <revolute/graph/graph.hpp>\n' >"$tree/tools/figures/dot.cpp"
    printf '#include "commands.hpp"\n#include <revolute/tools/figures/dot.hpp>\n' >"$tree/tools/revolute/main.cpp"
}

refused() {  # NAME WHAT: the tree is refused, and a line of what is said begins with NAME
    if output=$(ROOMS=$tree/rooms.txt sh "$check" "$tree"); then
        echo "not refused: $2"
        status=1
    elif ! printf '%s\n' "$output" | grep -q "^$1:"; then
        printf 'refused for %s, but %s is not named:\n%s\n' "$2" "$1" "$output"
        status=1
    fi
}

refuses() {  # FILE LINE: a clean tree with this line at the end of the file
    clean
    printf '%s\n' "$2" >>"$tree/$1"
    refused "$1:$(awk 'END { print NR }' "$tree/$1")" "$1 with $2"
}

refuses_lines() {  # FILE LINE...: the same with several lines, the second of which is named
    file=$1
    shift
    clean
    printf '%s\n' "$@" >>"$tree/$file"
    refused "$file:$(($(awk 'END { print NR }' "$tree/$file") - $# + 2))" "$file with $*"
}

accepts() {  # FILE LINE...: a clean tree with these lines at the end of the file is not refused
    file=$1
    shift
    clean
    printf '%s\n' "$@" >>"$tree/$file"
    ROOMS=$tree/rooms.txt sh "$check" "$tree" || { echo "refused: $file with $*"; status=1; }
}

refuses_table() {  # SED-COMMAND: a clean tree with the table changed
    clean
    sed -i "$1" "$tree/rooms.txt"
    refused 'rooms.txt' "a table after $1"
}

clean
ROOMS=$tree/rooms.txt sh "$check" "$tree" || { echo 'a clean tree is refused'; status=1; }
refuses graph/graph.cpp '#include <revolute/ops/tanh.hpp>'
refuses graph/graph.cpp '#include <revolute/graph/program/program.hpp>'
refuses graph/graph.hpp '#  include <revolute/rnn/unroll.hpp>'
refuses graph/graph.cpp '#include <revolute/tools/figures/dot.hpp>'
refuses graph/program/detail/plan.cpp '#include <revolute/ops/tanh.hpp>'
refuses ops/tanh.cpp '#include <revolute/rnn/unroll.hpp>'
refuses ops/tanh.cpp '#include "../tools/dot.hpp"'
refuses rnn/unroll.hpp '#include <revolute/tools/figures/dot.hpp>'
refuses rnn/unroll.hpp '#include <revolute/elsewhere/dot.hpp>'
refuses tools/figures/dot.cpp '#include "dot.hpp"'
refuses graph/program/detail/plan.hpp 'namespace revolute {'
refuses_lines rnn/unroll.hpp 'namespace revolute::detail {' 'int steps;' '}'
accepts rnn/unroll.hpp 'namespace revolute::detail {' 'class Unrolling;' '}'
refuses ops/activation.hpp '#include <Eigen/Core>'
refuses ops/activation.hpp '#include <revolute/graph/program/detail/plan.hpp>'
refuses rnn/unroll.hpp '#include <revolute/graph/values/eigen.hpp>'
refuses tools/dot.hpp '#include <nlohmann/json_fwd.hpp>'
refuses graph/values/matrix.hpp '  # include <hwy/base.h>'
refuses rnn/closed_form/closed_form.cpp '#include <revolute/graph/evaluate.hpp>'
refuses rnn/closed_form/closed_form.hpp '#include <revolute/graph/graph.hpp>'
refuses_table 's/^rnn: ops/rnn: ops graph/'
refuses_table 's/^graph:/graph: ops/'
refuses_table 's/^rnn: ops/rnn: ops rnn\/closed_form/'
exit $status
