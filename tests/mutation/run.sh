#!/bin/bash
# run.sh [--only FILE] [--jobs N] [BUILD]: whether the tests notice a wrong derivative rule.
#
# Every derivative rule of ops/, and the logic of the passes that apply them, is broken in all the ways that
# mutate.cpp knows, one at a time: a sign turned, a factor or a transpose dropped, operands swapped, a step
# shifted. The tests of graph, ops and rnn must fail for each. BUILD is a build folder configured with Ninja and
# without batches of sources, build/mutation (preset mutation) unless given; of each mutant only the changed file
# is compiled. Takes some 20 minutes on two cores; `--only ops/activation/tanh.cpp` half a minute.
#
# Prints every mutant that survives, then the score. Fails when one survives that equivalent.txt does not
# list, and when a line of equivalent.txt is of no use. Mutants that do not compile are counted apart.
# BUILD/mutation/results.txt keeps the outcome of each.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)

# Files whose whole logic is mutated; of the others, the derivative rules.
logic='graph/derivative/derivative.cpp graph/derivative/derivative_rule.cpp graph/derivative/differentiate.cpp graph/derivative/pushforward.cpp
       graph/derivative/hessian_vector_product.cpp ops/jacobian.cpp rnn/unroll.hpp rnn/unroll.cpp'

mode_of() { case " $(echo $logic) " in *" $1 "*) echo logic ;; *) echo rules ;; esac; }

# The sources that are compiled anew when a file changes: itself, or for a header the sources of its folder
# that include it, or a header which does, and its own test.
sources_of() {
    case $1 in *.cpp) echo "$1"; return ;; esac
    local folder=${1%%/*} headers=$1 header
    headers="$headers $(cd "$source" && grep -rl --include='*.hpp' "include <revolute/$1>" "$folder" || true)"
    {
        for header in $headers; do
            (cd "$source" && grep -rl --include='*.cpp' "include <revolute/$header>" "$folder" || true)
        done
        # Templates and inline functions are in the tests as well; those of the mutant's come first in the link.
        (cd "$source" && ls "tests/${1%.hpp}_test.cpp" 2> /dev/null || true)
    } | sort -u
}

# What a source's object is called in BUILD.
object_of() {
    local folder=${1%%/*} target=revolute_${1%%/*}
    [ "$folder" != tests ] || target=test_$(echo "$1" | cut -d / -f 2)
    echo "$folder/CMakeFiles/$target.dir/${1#*/}.o"
}

# The compiler's command for a source, without -o and -c; the launcher (ccache) would only fill its cache.
command_for() {
    ninja -C "$build" -t commands "$(object_of "$1")" | tail -n 1 |
        sed -E 's/ -M[DTF] .*//; s/ -o .*//; s/^[^ ]*ccache //; s/$/ -O1 -w/'
}

# prepare SOURCE: the command that compiles its mutants, in commands/. The headers that are not this library's take
# most of the time; a library source finds them precompiled, all of its folder's.
prepare() {
    local command=$work/commands/${1//\//_} folder=${1%%/*} system
    command_for "$1" > "$command"
    [ "$folder" != tests ] || return 0
    sed -i -E 's/ -Winvalid-pch//; s/ -include [^ ]*cmake_pch[^ ]*//' "$command"
    system=$work/$folder/system.hpp
    if [ ! -e "$system.gch" ]; then
        mkdir -p "$work/$folder"
        (cd "$source" && find "$folder" -name '*.?pp' -exec sed -n '/^#include <revolute/d; /^#include </p' {} + | sort -u
            echo '#include <Eigen/Core>') > "$system"
        (cd "$build" && eval "$(cat "$command") -x c++-header $system -o $system.gch")
    fi
    echo "-include $system" >> "$command"
}

# compile FILE SOURCE PLACE OBJECT: the source as it stands at PLACE, for a mutant of FILE whose headers are in FOLDER.
compile() {
    # The rules gain signs, so the operators must be declared.
    local declared=
    [ "$(mode_of "$1")" = logic ] || declared='-include revolute/ops/arithmetic.hpp'
    # shellcheck disable=SC2046,SC2086
    (cd "$build" && set -- "$3" "$4" $(cat "$work/commands/${2//\//_}") && place=$1 && object=$2 && compiler=$3 &&
        shift 3 && "$compiler" -I"$folder/include" "$@" $declared -c "$place" -o "$object") > "$folder/log" 2>&1
}

# run_tests FOLDER OBJECTS: links the tests of FOLDER, the mutant's objects before everything, as the first of several
# inline functions of a name is taken, and runs them. A crash's word goes into the log as well, hence the group.
run_tests() {
    (cd "$build" && eval "$(sed "s|@OBJECTS@|$2|; s|@RUNNER@|$folder/runner|" "$work/link.$1")")
    { (ulimit -v 4000000 -c 0 -t 30 && cd "$folder" && ./runner --abort-after=1 < /dev/null); } > "$folder/log" 2>&1
}

# The folders whose tests see a mutant of FILE: its own first, which notice most.
folders_of() { echo "${1%%/*} $(echo "graph ops rnn" | sed "s/${1%%/*}//")"; }

# one FILE NUMBER LINE ORIGINAL MUTATED: makes, links and runs one mutant; writes its outcome and what it is.
one() {
    local file=$1 number=$2 folder=$work/$2.$BASHPID outcome=survived place object tests objects=
    mkdir -p "$folder/include/revolute/${file%/*}"
    place=$folder/include/revolute/$file
    "$work/mutate" "$(mode_of "$file")" "$source/$file" "$number" > "$place"
    while read -r changed; do
        object=$folder/${changed//\//_}.o
        objects="$objects $object"
        [ "$changed" = "$file" ] || place=$source/$changed
        compile "$file" "$changed" "$place" "$object" || { outcome='not compiled'; break; }
    done <<< "$(sources_of "$file")"
    for tests in $(folders_of "$file"); do
        [ "$outcome" != survived ] || run_tests "$tests" "$objects" || outcome=killed
    done
    printf '%s\t%s:%s\t%s\t%s\n' "$outcome" "$file" "$3" "$4" "$5"
    rm -rf "$folder"
}

if [ "${1-}" = --one ]; then  # a worker of the run below
    IFS=$'\t' read -r file number line original mutated <<< "$2"
    one "$file" "$number" "$line" "$original" "$mutated"
    exit
fi

only='' jobs=2 build=
while [ $# -gt 0 ]; do
    case $1 in
        --only) only=$2; shift 2 ;;
        --jobs) jobs=$2; shift 2 ;;
        *) build=$1; shift ;;
    esac
done
if [ -z "$build" ]; then
    build=$source/build/mutation
    (cd "$source" && cmake --preset mutation > /dev/null)
fi
build=$(cd "$build" && pwd)
work=$build/mutation
export build work
rm -rf "$work"
mkdir -p "$work/commands"

ninja -C "$build" test_graph test_ops test_rnn > "$work/log" || { tail -n 20 "$work/log"; exit 1; }
linker=
! command -v ld.lld > /dev/null || linker=' -fuse-ld=lld'  # in a third of the time
for tests in graph ops rnn; do  # how they are linked
    command=$(ninja -C "$build" -t commands "tests/test_$tests" | tail -n 1 | sed -E 's/^: && //; s/ && .*//')
    echo "$command$linker" | sed "s|^[^ ]* |&@OBJECTS@ |; s| -o tests/test_$tests | -o @RUNNER@ |" > "$work/link.$tests"
done
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
"$compiler" -std=c++20 -O1 "$here/mutate.cpp" -o "$work/mutate"

for tests in graph ops rnn; do  # exactly as for a mutant
    folder=$work run_tests "$tests" '' ||
        { tail -n 20 "$work/log"; echo 'run.sh: the tests fail without a mutant'; exit 1; }
done

files=$(cd "$source" && ls ops/*.cpp ops/*/*.cpp ops/*.hpp ops/detail/*.hpp graph/leaf.cpp graph/op.cpp $logic | sort -u)
for file in ${only:-$files}; do
    "$work/mutate" "$(mode_of "$file")" "$source/$file" | sed "s|^|$file\t|"
done > "$work/mutants"
for file in $(cut -f 1 "$work/mutants" | uniq); do sources_of "$file"; done | sort -u |
    while read -r changed; do prepare "$changed"; done
tr '\n' '\0' < "$work/mutants" | xargs -0 -P "$jobs" -I MUTANT nice "$0" --one MUTANT > "$work/results.txt"

# equivalent.txt: file, original and mutated line between tabs; '#' lines say why.
awk -F '\t' -v only="$only" '
    FNR == NR { if ($0 !~ /^#/ && NF == 3) listed[$1 FS $2 FS $3] = 0; next }
    {
        count[$1]++
        file = $2; sub(/:[0-9]+$/, "", file); seen[file]
        key = file FS $3 FS $4
        if ($1 != "survived") next
        if (key in listed) { listed[key] = 1; equivalent++; next }
        printf "survived  %s\n    %s\n    %s\n", $2, $3, $4
        bad = 1
    }
    END {
        for (key in listed) {
            split(key, part, FS)
            if (!listed[key] && (only == "" || part[1] in seen)) {
                printf "of no use in equivalent.txt: %s\n", key
                bad = 1
            }
        }
        compiled = count["killed"] + count["survived"]
        printf "%d mutants: %d killed, %d survived of which %d equivalent; %d more did not compile\n",
            compiled, count["killed"], count["survived"], equivalent, count["not compiled"]
        exit bad || compiled == 0
    }' "$here/equivalent.txt" "$work/results.txt"
