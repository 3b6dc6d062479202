#!/bin/sh
# bootstrap_test.sh SOURCE: what bootstrap.sh asks of the machine, seen by stand-ins for apt-get, dpkg-query, sudo, cmake.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/checkout/build/release" "$work/checkout/.ci" "$work/elsewhere"
cp "$1/bootstrap.sh" "$work/checkout/"
for tool in sh cat dirname env mkdir tail; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done

stand_in() {  # FILE: a script from standard input
    { echo '#!/bin/sh'; cat; } >"$1"
    chmod +x "$1"
}
stand_in "$work/bin/id" <<'END'
echo "$USER_ID"
END
stand_in "$work/bin/nproc" <<'END'
echo 3
END
stand_in "$work/bin/dpkg-query" <<'END'
for package; do :; done
case " $MISSING " in
*" $package "*) exit 1 ;;
*" $package:removed "*) printf config-files ;;
*) printf installed ;;
esac
END
stand_in "$work/bin/apt-get" <<'END'
echo "apt-get $* [${DEBIAN_FRONTEND-}, ${BY-user}]" >>"$CALLS"
exit "${APT_STATUS-0}"
END
stand_in "$work/bin/cmake" <<'END'
echo "cmake $*" >>"$CALLS"
echo "cmake speaks"
exit "${CMAKE_STATUS-0}"
END
stand_in "$work/checkout/build/release/revolute" <<'END'
echo "revolute $* in $(pwd)" >>"$CALLS"
END
stand_in "$work/checkout/.ci/all" <<'END'
echo "all" >>"$CALLS"
exit 7
END
stand_in "$work/sudo" <<'END'
BY=sudo exec "$@"
END

result=0
# expect CLAIM STATUS OUTPUT CALLS: compares what the last run returned, wrote and called.
expect() {
    if [ "$status" != "$2" ] || [ "$output" != "$3" ] || [ "$(cat "$CALLS")" != "$4" ]; then
        printf 'not so: %s\n-- status %s, expected %s; wrote\n%s\n-- expected\n%s\n-- called\n%s\n-- expected\n%s\n' \
            "$1" "$status" "$2" "$output" "$3" "$(cat "$CALLS")" "$4"
        result=1
    fi
}
run() {  # ARGUMENT...: bootstrap.sh, in another folder
    : >"$CALLS"
    status=0
    output=$(cd "$work/elsewhere" && PATH="$work/bin" "$work/checkout/bootstrap.sh" "$@" 2>&1) || status=$?
}
export CALLS="$work/calls" USER_ID MISSING APT_STATUS=0 CMAKE_STATUS=0

checkout=$(cd "$work/checkout" && pwd)
elsewhere=$(cd "$work/elsewhere" && pwd)
in_batches='-DCMAKE_UNITY_BUILD=ON'
building='Configuring
Building'
first_build="cmake -S $checkout --preset release $in_batches -DREVOLUTE_BUILD_TESTS=OFF
cmake --build $checkout/build/release --parallel 3 --target revolute
revolute demo in $elsewhere"

USER_ID=1000 MISSING="g++ gnuplot-nox:removed"
run demo
expect 'neither root nor sudo: the missing packages and the command, status 1, nothing called' 1 \
    'These packages are missing, and only root can install them:
    g++ gnuplot-nox
Run this as root, then start again:
    apt-get update && apt-get install --yes --no-install-recommends g++ gnuplot-nox' ''

USER_ID=0
run demo
expect 'root: installs what is missing, builds, runs in the folder of the caller' 0 "Installing g++ gnuplot-nox
$building" \
    "apt-get -qq update [noninteractive, user]
apt-get -qq install --yes --no-install-recommends g++ gnuplot-nox [noninteractive, user]
$first_build"

ln -s "$work/sudo" "$work/bin/sudo"
USER_ID=1000
run demo
expect 'sudo: installs through it' 0 "Installing g++ gnuplot-nox
$building" \
    "apt-get -qq update [noninteractive, sudo]
apt-get -qq install --yes --no-install-recommends g++ gnuplot-nox [noninteractive, sudo]
$first_build"

APT_STATUS=100
run demo
expect 'a failing apt-get ends it' 100 "Installing g++ gnuplot-nox
Installing g++ gnuplot-nox: failed; all that was said is in $checkout/build/bootstrap.log" 'apt-get -qq update [noninteractive, sudo]'
APT_STATUS=0

MISSING=clang
run demo
expect 'demo needs no clang: apt-get is not called' 0 "$building" "$first_build"

CMAKE_STATUS=3
run demo
expect 'a failing cmake ends it, after what it said' 3 "Configuring
cmake speaks
Configuring: failed; all that was said is in $checkout/build/bootstrap.log" \
    "cmake -S $checkout --preset release $in_batches -DREVOLUTE_BUILD_TESTS=OFF"
CMAKE_STATUS=0

: >"$work/checkout/build/release/CMakeCache.txt"
run demo
expect 'a folder configured before keeps its choice of tests' 0 "$building" \
    "cmake -S $checkout --preset release $in_batches
cmake --build $checkout/build/release --parallel 3 --target revolute
revolute demo in $elsewhere"

MISSING=
run test
expect 'test: ends as the checks end' 7 '' 'all'

usage='usage: ./bootstrap.sh demo    install what is missing, build, and run `revolute demo` in the current folder
       ./bootstrap.sh test    install what is missing, and run everything that CI runs'
run
expect 'no argument: usage, status 2' 2 "$usage" ''
run --help
expect '--help: usage, status 0' 0 "$usage" ''
run install
expect 'an unknown argument: usage, status 2' 2 "$usage" ''
exit $result
