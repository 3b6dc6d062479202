#!/bin/sh
# long_figures.sh SOURCE BUILD: a million steps are drawn, in every view, folded, elided and by default.
set -eu
program=$2/revolute
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for view in forward backward joint local; do
    for option in --fold --elide; do
        "$program" draw --cell lstm --steps 1000000 --view "$view" "$option" -o figure.dot 2>errors
        if grep -qv '^simplified: ' errors || ! grep -q 1000000 figure.dot; then
            echo "draw --view $view $option does not draw a million steps"
            cat errors
            exit 1
        fi
    done
done
"$program" draw --steps 1000000 -o whole.dot 2>errors
"$program" draw --steps 1000000 --fold -o folded.dot
cmp whole.dot folded.dot
grep -q -e --force errors
