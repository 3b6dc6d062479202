#!/bin/sh
# From a bare Debian 12 (sh, apt and Debian's packages) to a running Revolute. May be run again and again.
set -eu

usage() {
    cat <<'END'
usage: ./bootstrap.sh demo    install what is missing, build, and run `revolute demo` in the current folder
       ./bootstrap.sh test    install what is missing, and run everything that CI runs
END
}

to_run="g++ cmake ninja-build pkg-config libboost1.74-dev libfmt-dev libeigen3-dev libcli11-dev nlohmann-json3-dev
    libhwy-dev libgraphviz-dev gnuplot-nox fonts-dejavu-core"
# libopenblas0: what `bench --table` measures beside. graphviz: the tests let `dot` read what the library writes.
# llvm: names the functions in reports of the sanitizers. doxygen: makes the API reference.
to_test="doctest-dev librapidcheck-dev libbenchmark-dev libopenblas0 graphviz clang clang-format clang-tidy
    libclang-rt-14-dev llvm doxygen"

is_installed() {
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the packages named that are missing.
require() {
    missing=
    for package in "$@"; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0

    # shellcheck disable=SC2086  # a list of words
    if [ "$(id -u)" = 0 ]; then
        install_packages env $missing
    elif command -v sudo >/dev/null; then
        install_packages "sudo env" $missing
    else
        cat >&2 <<END
These packages are missing, and only root can install them:
   $missing
Run this as root, then start again:
    apt-get update && apt-get install --yes --no-install-recommends$missing
END
        exit 1
    fi
}

# install_packages ENV PACKAGE...; ENV is the command that runs apt-get with the rights and variables it needs.
install_packages() {
    as_root=$1
    shift
    # shellcheck disable=SC2086  # a list of words
    quietly "Installing $*" $as_root DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get -qq update && apt-get -qq install --yes --no-install-recommends "$@"' sh "$@"
}

# quietly WHAT COMMAND...: says what is done, runs the command with its output in the log, and ends as it does if it fails,
# after the log's last lines. On a terminal the last line of the log is shown while it runs.
quietly() {
    what=$1
    shift
    echo "$what"
    shower=
    if [ -t 1 ]; then
        show_last_line &
        shower=$!
        trap 'kill $shower 2>/dev/null' EXIT
        trap 'exit 130' INT
    fi
    status=0
    "$@" >>"$log" 2>&1 || status=$?
    if [ -n "$shower" ]; then
        kill $shower 2>/dev/null || :
        printf '\r\033[K'
        trap - EXIT INT
    fi
    [ $status != 0 ] || return 0
    tail -n 20 "$log" >&2
    echo "$what: failed; all that was said is in $log" >&2
    exit $status
}

show_last_line() {
    while sleep 1; do printf '\r\033[K  %s' "$(tail -n 1 "$log" | cut -c 1-100)"; done
}

root=$(cd "$(dirname "$0")" && pwd)
log=$root/build/bootstrap.log

case "${1-}" in
demo)
    mkdir -p "$root/build"
    : >"$log"
    # shellcheck disable=SC2086
    require $to_run
    # A folder configured before keeps its choice: it may be in use for the tests.
    tests=
    [ -f "$root/build/release/CMakeCache.txt" ] || tests=-DREVOLUTE_BUILD_TESTS=OFF
    # In batches, which takes a third of the time.
    quietly 'Configuring' cmake -S "$root" --preset release -DCMAKE_UNITY_BUILD=ON $tests
    quietly 'Building' cmake --build "$root/build/release" --parallel "$(nproc)" --target revolute
    exec "$root/build/release/revolute" demo
    ;;
test)
    mkdir -p "$root/build"
    : >"$log"
    # shellcheck disable=SC2086
    require $to_run $to_test
    exec "$root/.ci/all"
    ;;
-h | --help)
    usage
    ;;
*)
    usage >&2
    exit 2
    ;;
esac
