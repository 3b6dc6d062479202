#!/bin/sh
# docs_output.sh SOURCE BUILD: what the docs say that the examples print is what they print. Every text block of
# docs/*.md and README.md stands in the output of a program of docs/examples, of `revolute check`, `cost`, `derive`, `grad`,
# `compare` or `verify`, in the net of the README, or in the output of the example of docs/train.md. They compute by the
# reference evaluator, since the last digits of programs depend on the processor.
set -eu
source=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for example in "$build"/tests/example_*; do
    [ -x "$example" ] && [ -f "$example" ] || continue
    "$example" >>outputs
done
"$build"/revolute check --reference >>outputs
"$build"/revolute cost >>outputs
"$build"/revolute cost --cell lstm --steps 1000000 >>outputs
"$build"/revolute derive --cell simple >>outputs 2>progress || { cat progress; exit 1; }
cp "$source/tests/data/macrodata.csv" .
"$build"/revolute train macrodata.csv --columns realgdp,realcons,realinv,cpi,unemp --target unemp \
    --cell lstm --read changes --window 12 --hidden 8 --epochs 50 --reference >>outputs 2>progress || { cat progress; exit 1; }
"$build"/revolute grad --reference "$source"/docs/examples/three_steps.json >>outputs
"$build"/revolute compare "$source"/docs/examples/three_steps.json "$source"/docs/examples/three_steps_by_hand.json \
    >>outputs || [ $? = 1 ]  # the example has a mistake
cd "$source/docs/examples"
cat mgu.rec >>"$work/outputs"
"$build"/revolute verify mgu.rec mgu_homework.txt >>"$work/outputs" || [ $? = 1 ]  # this one, too
cd "$source"
awk '
    FILENAME !~ /\.md$/ { output = output $0 "\n"; next }
    FNR == 1 { inside = 0 }
    /^```text$/ { inside = 1; block = ""; start = FNR; next }
    inside && /^```$/ {
        inside = 0
        blocks++
        if (!index("\n" output, "\n" block)) {
            printf "%s:%d: no example prints this block\n", FILENAME, start
            wrong = 1
        }
        next
    }
    inside { block = block $0 "\n" }
    END {
        if (!blocks) { print "no text block was found"; exit 1 }
        if (wrong) exit 1
        print blocks " text blocks are what examples print"
    }
' "$work/outputs" README.md docs/*.md
