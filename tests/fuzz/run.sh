#!/bin/sh
# run.sh [SECONDS [ARGUMENT...]]: builds the fuzz target with clang++ and feeds it what libFuzzer makes of the good and
# bad cases of tests/data, for SECONDS (60 unless given). Arguments go to libFuzzer. What it finds interesting is kept in
# build/fuzz/corpus; a text that is answered wrongly is build/fuzz/crash-*, and makes run.sh fail.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# = 0 ] || shift
mkdir -p build
cmake --preset fuzz >build/fuzz.log 2>&1 || { cat build/fuzz.log; exit 1; }
cmake --build --preset fuzz
mkdir -p build/fuzz/corpus
exec build/fuzz/tests/fuzz/fuzz_case_reader -max_total_time="$seconds" -dict=tests/fuzz/case.dict -timeout=5 \
    -rss_limit_mb=1024 -malloc_limit_mb=256 -artifact_prefix=build/fuzz/ -print_final_stats=1 "$@" \
    build/fuzz/corpus tests/data/cases tests/data/bad_cases
