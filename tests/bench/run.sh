#!/bin/sh
# run.sh BUILD RESULTS [FIGURES]: runs the benchmarks of docs/performance.md on a machine that should have nothing else to
# do. Writes one file into RESULTS, named by the processor, its vectors and OpenBLAS's kernels; then prints the tables of all
# files that are there, a computer each, and draws the plots into FIGURES. Takes some ten minutes.
set -eu
build=$1 results=$2 figures=${3-$2}
mkdir -p "$results" "$figures"
parts=$(mktemp -d)
trap 'rm -r "$parts"' EXIT
cmake --build "$build" --target benches >/dev/null
"$build/revolute" bench --table --json >"$parts/bptt.json"
for name in threads adbench compile_time onednn libtorch; do
    [ -x "$build/tests/bench_$name" ] || continue  # the last two: only where they are installed
    "$build/tests/bench_$name" --benchmark_repetitions=7 --benchmark_report_aggregates_only=true \
        --benchmark_min_time=0.1 --benchmark_out="$parts/$name.json" --benchmark_out_format=json >/dev/null 2>&1
done
"$build/tests/bench_report" gather "$parts" "$results"
"$build/tests/bench_report" print "$results" "$figures"
