#!/bin/sh
# figures.sh SOURCE BUILD [update]: the figures in docs/figures are what the program draws today: their DOT is made
# anew and compared byte for byte. With `update` they are written instead, the SVG beside them too.
set -eu
figures=$1/docs/figures
program=$2/revolute
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

for view in forward backward joint local; do
    if [ "${3-}" = update ]; then
        "$program" draw --cell simple --steps 3 --view $view -o "$figures/$view.dot"
        "$program" draw --cell simple --steps 3 --view $view -o "$figures/$view.svg"
        continue
    fi
    "$program" draw --cell simple --steps 3 --view $view -o "$work/$view.dot"
    if ! cmp "$work/$view.dot" "$figures/$view.dot"; then
        echo "docs/figures/$view.dot is not what the program draws"
        status=1
    fi
done
[ $status = 0 ] || echo "to make them anew, then to look at them: sh tests/checks/figures.sh . BUILD update"
exit $status
