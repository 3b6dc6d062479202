#!/bin/sh
# run.sh BUILD RESULTS [FIGURES]: runs the benchmarks of docs/performance.md, seven times each, on a machine that should
# have nothing else to do; prints the tables and draws the plots into FIGURES. Takes some ten minutes.
set -eu
build=$1 results=$2 figures=${3-$2}
mkdir -p "$results" "$figures"
cmake --build "$build" --target benches >/dev/null
for name in bptt threads adbench compile_time; do
    "$build/tests/bench_$name" --benchmark_repetitions=7 --benchmark_report_aggregates_only=true \
        --benchmark_min_time=0.1 --benchmark_out="$results/$name.json" --benchmark_out_format=json >/dev/null 2>&1
done
"$build/tests/bench_report" "$results" "$figures"
