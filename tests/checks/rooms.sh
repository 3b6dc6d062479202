#!/bin/sh
# rooms.sh SOURCE BUILD [update]: docs/rooms.svg, the picture of the rooms, is of the table rooms.txt. With `update` it is drawn
# anew, by Graphviz. An arrow goes from a room to one that it includes; what follows from other arrows has none.
set -eu
table=$1/tests/checks/rooms.txt
picture=$1/docs/rooms.svg

graph() {
    echo 'digraph rooms {'
    echo '  rankdir=BT; nodesep=0.25; ranksep=0.45'
    echo '  node [shape=box, style="rounded,filled", color="#888888", fontname="DejaVu Sans", fontsize=11, height=0.35]'
    echo '  edge [color="#666666", arrowsize=0.7]'
    awk -F: '
        BEGIN { fill["graph"] = "#e3edf7"; fill["ops"] = "#e7f3e4"; fill["rnn"] = "#fbf0dc"; fill["tools"] = "#f3e6f2" }
        /^#/ || $0 == "" { next }
        {
            top = $1
            sub(/\/.*/, "", top)
            print "  \"" $1 "\" [fillcolor=\"" fill[top] "\"]"
            count = split($2, names, " ")
            for (i = 1; i <= count; ++i) print "  \"" $1 "\" -> \"" names[i] "\""
        }' "$table"
    echo '}'
}

made_of="<!-- of the table with checksum $(graph | cksum | tr ' ' '-') -->"
if [ "${3-}" = update ]; then
    {
        graph | tred | dot -Tsvg
        echo "$made_of"
    } >"$picture"
elif ! grep -qxF "$made_of" "$picture"; then
    echo "docs/rooms.svg is not of the table tests/checks/rooms.txt: sh tests/checks/rooms.sh . build/release update"
    exit 1
fi
