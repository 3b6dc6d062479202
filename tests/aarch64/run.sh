#!/bin/sh
# run.sh: builds the graph and the operators for AArch64 and runs their tests under QEMU. Takes an hour on two cores, so
# .ci/all leaves it out: run it by hand after a change to kernels or vectors. It needs, on Debian of another architecture:
#     dpkg --add-architecture arm64 && apt-get update
#     apt-get install g++-aarch64-linux-gnu qemu-user libfmt-dev:arm64 libhwy-dev:arm64 librapidcheck-dev:arm64
set -eu
cd "$(dirname "$0")/../.."
for program in aarch64-linux-gnu-g++ qemu-aarch64; do
    command -v $program >/dev/null || {
        echo "there is no $program; the head of $0 says what to install"
        exit 1
    }
done
jobs=$(nproc)
cmake -S . -B build/aarch64 -G Ninja --toolchain tests/aarch64/toolchain.cmake -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_UNITY_BUILD=ON -DREVOLUTE_BUILD_TESTS=ON -DREVOLUTE_BUILD_PROGRAM=OFF \
    -DREVOLUTE_GRAPHVIZ=OFF >/dev/null
cmake --build build/aarch64 --parallel "$jobs" --target test_graph test_ops
ctest --test-dir build/aarch64 --parallel "$jobs" --output-on-failure --no-tests=error --tests-regex '^(graph|ops|vectors)/'
