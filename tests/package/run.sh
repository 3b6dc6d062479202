#!/bin/sh
# run.sh BUILD: installs the build folder BUILD to a temporary prefix, and builds and runs tests/package/user.cpp against
# it by find_package, then against the sources by add_subdirectory; configures it by FetchContent. Reports the sizes of
# the libraries and the time that user.cpp takes to compile.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

cmake --install "$build" --prefix "$prefix" >/dev/null
if grep -rlF -e "$source" -e "$build" "$prefix/lib" --include='*.cmake'; then
    echo 'the installed package names folders of the machine that built it'
    exit 1
fi
"$prefix/bin/revolute" --version

# The processor may be older than x86-64-v3.
can_run_v3=yes
for feature in avx2 bmi1 bmi2 f16c fma movbe; do
    grep -qw $feature /proc/cpuinfo || can_run_v3=no
done

# run_user PROGRAM: what it writes is fine: `dot` reads every graph, and finds the nodes and edges that a line of its
# output promises, in the form `mlp.dot: 12 nodes, 15 edges`.
run_user() {
    mkdir "$1.out"
    (cd "$1.out" && "$1" >output) || { cat "$1.out/output"; echo "$1 failed"; return 1; }
    (
        cd "$1.out"
        for file in *.dot; do
            [ -e "$file" ] || continue
            dot -Tsvg "$file" >/dev/null
            found="$file: $(dot -Tplain "$file" | awk '$1 == "node" {n++} $1 == "edge" {e++} END {print n+0 " nodes, " e+0 " edges"}')"
            grep -qxF "$found" output || { cat output; echo "dot finds $found"; exit 1; }
        done
        written=$(find . -name '*.dot' | wc -l)
        [ "$written" -ge 4 ] || { echo "$1 wrote $written graphs instead of 4"; exit 1; }
    )
}

build_user() {  # NAME CMAKE OPTION...
    name=$1
    shift
    cmake -S "$source/tests/package" -B "$work/$name" -G Ninja "$@" >/dev/null
    cmake --build "$work/$name" --parallel >"$work/log" || { cat "$work/log"; return 1; }
    run_user "$work/$name/user"
    "$work/$name/eigen_user"
    for library in figures equations checks training; do
        "$work/$name/alone_$library" >"$work/log" || { cat "$work/log"; echo "a program with revolute::$library alone failed"; return 1; }
    done
    if [ $can_run_v3 = yes ]; then
        run_user "$work/$name/user_v3"
        echo "$name: built and run, plainly and with -march=x86-64-v3"
    else
        echo "$name: built and run plainly; built with -march=x86-64-v3, which this processor cannot run"
    fi
}

build_user find_package -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
# The library's sources in batches, in a third of the time, and without a debugger's symbols, which nobody reads. Libraries
# alone need nothing that the program alone needs.
without_the_programs_needs=-DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON
build_user add_subdirectory -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= -DREVOLUTE_SOURCE="$source" -DBUILD_SHARED_LIBS=ON \
    $without_the_programs_needs -DCMAKE_UNITY_BUILD=ON
# Installed shared libraries find each other.
cmake --install "$work/add_subdirectory" --prefix "$work/shared" >/dev/null
for library in "$work"/shared/lib*/librevolute_*.so "$work"/shared/lib/*/librevolute_*.so; do
    [ -e "$library" ] || continue
    if ldd "$library" | grep 'not found'; then
        echo "$library does not find what it needs"
        exit 1
    fi
done
build_user find_shared_package -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/shared"
cmake -S "$source/tests/package" -B "$work/fetch_content" -G Ninja \
    -DREVOLUTE_SOURCE="$source" $without_the_programs_needs -DUSE_FETCH_CONTENT=ON >/dev/null
echo 'FetchContent: configured'

milliseconds() { echo $(($(date +%s%N) / 1000000)); }
best=
for _ in 1 2 3; do
    start=$(milliseconds)
    g++ -std=c++20 -O2 -I "$prefix/include" -c "$source/tests/package/user.cpp" -o "$work/user.o"
    elapsed=$(($(milliseconds) - start))
    [ -n "$best" ] && [ "$best" -le $elapsed ] || best=$elapsed
done
echo "user.cpp compiles in $best ms (goal: at most 1500), best of 3, g++ -O2"

total=0
for library in $(find "$prefix" -type f -name 'librevolute_*' | sort); do
    strip --strip-unneeded "$library"
    size=$(($(wc -c <"$library") / 1024))
    total=$((total + size))
    printf '%-24s %6d kB stripped\n' "$(basename "$library")" $size
done
echo "libraries together $total kB (goal: at most 2048)"
