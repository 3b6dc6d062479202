#!/bin/sh
# figures.sh SOURCE BUILD [update]: the figures in docs/figures are what the program draws today, by the commands in
# docs/figures.md: their DOT is made anew and compared byte for byte. With `update` they are written instead, the SVG
# beside them too.
set -eu
source=$(cd "$1" && pwd)
figures=$source/docs/figures
program=$(cd "$2" && pwd)/revolute
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
mode=${3-}
cd "$source/docs/examples"  # where the nets are that commands name

# figure NAME OPTIONS: one figure of docs/figures.
figure() {
    name=$1
    shift
    if [ "$mode" = update ]; then
        "$program" draw "$@" -o "$figures/$name.dot"
        "$program" draw "$@" -o "$figures/$name.svg"
        return
    fi
    "$program" draw "$@" -o "$work/$name.dot"
    if ! cmp "$work/$name.dot" "$figures/$name.dot"; then
        echo "docs/figures/$name.dot is not what the program draws"
        status=1
    fi
}

sed -n 's/^revolute draw \(.*\) -o \([a-z_]*\)\.svg$/\2 \1/p' "$source/docs/figures.md" >"$work/list"
while read -r name options; do
    # shellcheck disable=SC2086  # the options are words
    figure "$name" $options
done <"$work/list"
for file in "$figures"/*.dot; do
    name=$(basename "$file" .dot)
    if ! grep -q "^$name " "$work/list"; then
        echo "docs/figures.md has no command that draws $name"
        status=1
    fi
done
[ $status = 0 ] || echo "to make them anew, then to look at them: sh tests/checks/figures.sh . BUILD update"
exit $status
