#!/bin/sh
# design_files.sh SOURCE: the table of files in docs/design.md names every source, and none that is not there. A name
# without its folder is in the folder that the first name of its row is in.
set -euf
cd "$1"
names=$(sed -n '/^## Rooms and files/,/^## The store/ s/^| \(`[^|]*\) |.*/\1/p' docs/design.md | awk -F'`' '{
    folder = $2
    sub(/[^\/]*$/, "", folder)
    for (i = 2; i <= NF; i += 2) {
        name = $i
        gsub(/<[a-z]*>/, "*", name)
        if (name !~ /^(graph|ops|rnn|tools|tests)\//) name = folder name
        print name (name ~ /\./ ? "" : "*")
    }
}')
sources=$(find graph ops rnn tools -name '*.cpp' -o -name '*.hpp')
bad=0

# any_is PATTERN FILE...: whether the name of one of the files is like the pattern.
any_is() {
    pattern=$1
    shift
    for file in "$@"; do
        # shellcheck disable=SC2254  # a pattern
        case $file in $pattern) return 0 ;; esac
    done
    return 1
}

for source in $sources; do
    is_named=0
    for name in $names; do
        if any_is "$name" "$source"; then
            is_named=1
            break
        fi
    done
    [ $is_named = 1 ] || { echo "docs/design.md does not name $source"; bad=1; }
done
# shellcheck disable=SC2046,SC2086  # no file name of this project holds a space
for name in $names; do
    any_is "$name" $sources $(find tests -name '*.?pp' -o -name '*.sh') ||
        { echo "docs/design.md names $name, which is not there"; bad=1; }
done
exit $bad
