#!/bin/sh
# run.sh [SECONDS [ARGUMENT...]]: builds the fuzz targets with clang++ and runs one after the other, each for SECONDS (60
# unless given): case_reader on what libFuzzer makes of the good and bad cases of tests/data, nets on nets that bytes say,
# net_text on the nets as texts of tests/data.
# Arguments go to libFuzzer. What they find interesting is kept in build/fuzz/corpus and corpus_nets; bytes that are
# answered wrongly are build/fuzz/crash-*, and make run.sh fail.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# = 0 ] || shift
mkdir -p build
cmake --preset fuzz >build/fuzz.log 2>&1 || { cat build/fuzz.log; exit 1; }
cmake --build --preset fuzz
mkdir -p build/fuzz/corpus build/fuzz/corpus_nets build/fuzz/corpus_texts
run() {
    target=$1
    shift
    "build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 \
        -malloc_limit_mb=256 -artifact_prefix=build/fuzz/ -print_final_stats=1 "$@"
}
run case_reader -dict=tests/fuzz/case.dict -timeout=5 "$@" build/fuzz/corpus tests/data/cases tests/data/bad_cases
run nets -max_len=64 -len_control=0 "$@" build/fuzz/corpus_nets
run net_text -max_len=400 "$@" build/fuzz/corpus_texts tests/data/nets
