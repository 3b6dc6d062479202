#!/bin/sh
# include_rules_test.sh SOURCE: each rule of include_rules.sh refuses a tree that breaks it, and only such a tree.
set -eu
check="$1/tests/checks/include_rules.sh"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
status=0

clean() {
    rm -rf "$tree"
    mkdir -p "$tree/graph" "$tree/ops" "$tree/rnn" "$tree/tools/revolute"
    echo '#include <vector>' >"$tree/graph/graph.cpp"
    echo '#include <Eigen/Core>' >"$tree/graph/eigen.hpp"
    printf '#include <revolute/graph/eigen.hpp>\n#include <revolute/ops/tanh.hpp>\n' >"$tree/ops/tanh.cpp"
    printf '#include <revolute/graph/matrix.hpp>\n#include <revolute/rnn/closed_form.hpp>\n' >"$tree/rnn/closed_form.cpp"
    printf '#include <revolute/graph/matrix.hpp>\n' >"$tree/rnn/closed_form.hpp"
    echo '// #include <revolute/tools/dot.hpp> is only named here' >"$tree/rnn/unroll.hpp"
    printf '#include <revolute/rnn/unroll.hpp>\n#include <revolute/graph/graph.hpp>\n' >"$tree/tools/dot.cpp"
    echo '#include "commands.hpp"' >"$tree/tools/revolute/main.cpp"
}

refuses() {  # FILE LINE: the clean tree with this file instead is refused, and the file is named
    clean
    printf '%s\n' "$2" >"$tree/$1"
    if output=$(sh "$check" "$tree"); then
        echo "not refused: $1 with $2"
        status=1
    elif ! printf '%s\n' "$output" | grep -q "^$1:1:"; then
        printf 'refused, but %s is not named:\n%s\n' "$1" "$output"
        status=1
    fi
}

clean
sh "$check" "$tree" || { echo 'a clean tree is refused'; status=1; }
refuses graph/graph.cpp '#include <revolute/ops/tanh.hpp>'
refuses graph/graph.hpp '#  include <revolute/rnn/unroll.hpp>'
refuses graph/graph.cpp '#include <revolute/tools/dot.hpp>'
refuses ops/tanh.cpp '#include <revolute/rnn/unroll.hpp>'
refuses ops/tanh.cpp '#include "../tools/dot.hpp"'
refuses rnn/unroll.hpp '#include <revolute/tools/dot.hpp>'
refuses tools/dot.cpp '#include "dot.hpp"'
refuses ops/activation.hpp '#include <Eigen/Core>'
refuses rnn/unroll.hpp '#include <revolute/graph/eigen.hpp>'
refuses tools/dot.hpp '#include <nlohmann/json_fwd.hpp>'
refuses graph/matrix.hpp '  # include <hwy/base.h>'
refuses rnn/closed_form.cpp '#include <revolute/ops/tanh.hpp>'
refuses rnn/closed_form.hpp '#include <revolute/graph/graph.hpp>'
refuses rnn/closed_form.cpp '#include <revolute/graph/evaluate.hpp>'
exit $status
