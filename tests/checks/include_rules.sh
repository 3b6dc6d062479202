#!/bin/sh
# include_rules.sh SOURCE: fails and names the lines that break a rule on what may include what.
#   Rooms include what the table tests/checks/rooms.txt says, or the one that ROOMS names. It names all of that and no more, and each room stands
#   below those that it includes, so that there is no circle.
#   Our files are named <revolute/folder/file.hpp>, never by a relative path.
#   Public headers are free of Eigen, except graph/values/eigen.hpp, and need nothing but what the installed package asks for.
#   Those in a folder detail/ are not installed, and they alone are in a namespace detail: others declare what is there, no more.
set -eu
rooms=${ROOMS-$(cd "$(dirname "$0")" && pwd)/rooms.txt}
cd "$1"
status=0

# Each line that includes one of our files, as FILE:NUMBER:INCLUDED, beside the table.
find graph ops rnn tools -name '*.[ch]pp' -exec grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<revolute/' {} + |
    sed 's/^\([^:]*:[0-9]*\):.*<revolute\/\([^>]*\)>.*/\1:\2/' | sort | awk -F: '
    function room(file) {
        do sub(/\/?[^\/]*$/, "", file); while (file != "" && !(file in known))
        return file
    }
    FNR == NR {
        if ($0 ~ /^#/ || $0 == "") next
        count = split($2, names, " ")
        for (i = 1; i <= count; ++i) {
            if (!(names[i] in known)) { print "rooms.txt: " $1 " stands above " names[i] ", which it may include"; bad = 1 }
            may[$1, names[i]] = 1
        }
        known[$1] = 1
        next
    }
    {
        from = room($1)
        to = room($3)
        if (from == to) next
        if (from == "" || to == "") { print $0 ": stands in no room"; bad = 1 }
        else if (!((from, to) in may)) { print $0 ": " from " does not include " to; bad = 1 }
        is_needed[from, to] = 1
    }
    END {
        for (pair in may)
            if (!(pair in is_needed)) {
                split(pair, names, SUBSEP)
                print "rooms.txt: " names[1] " may include " names[2] ", and does not"
                bad = 1
            }
        exit bad
    }' "$rooms" - || status=1

# refuse RULE PATTERN FILE...: no include line of the files may match the extended pattern.
refuse() {
    rule=$1
    pattern="^[[:space:]]*#[[:space:]]*include[[:space:]]*$2"
    shift 2
    if [ $# -gt 0 ] && grep -nHE "$pattern" "$@"; then
        echo "  broken rule: $rule"
        status=1
    fi
}

sources() { find "$1" -name '*.[ch]pp'; }
installed() { find graph ops rnn tools -name '*.hpp' ! -path 'tools/revolute/*' ! -path '*/detail/*'; }

# shellcheck disable=SC2046  # no file name of this project holds a space
{
    refuse 'no includes by relative path' '"' $(sources graph) $(sources ops) $(sources rnn) \
        $(find tools -path tools/revolute -prune -o -name '*.[ch]pp' -print)
    refuse 'installed headers include none that is not installed' '<revolute/[^>]*/detail/' $(installed)
    refuse 'public headers are free of Eigen' '<(Eigen/|revolute/graph/values/eigen)' \
        $(installed | grep -v '^graph/values/eigen.hpp$')
}

# shellcheck disable=SC2046
if grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<[^>]*/' $(installed) | grep -vE '<(revolute|boost|fmt)/|^graph/values/eigen.hpp:[0-9]+:#include <Eigen/Core>'; then
    echo '  broken rule: installed headers need Boost and {fmt} alone, which revoluteConfig.cmake asks for'
    status=1
fi

# Of a header in a folder detail/ every namespace, of another one none but for the names of classes, has detail in its name.
# shellcheck disable=SC2046
if ! awk '
    FNR == 1 { is_detail = FILENAME ~ /\/detail\//; declares = 0 }
    /^namespace [^=]*{/ {
        in_detail = $2 ~ /(^|::)detail(::|$)/
        if (is_detail && !in_detail) { print FILENAME ":" FNR ": " $0 "  is in a folder detail/"; bad = 1 }
        declares = !is_detail && in_detail
        next
    }
    /^}/ { declares = 0 }
    declares && NF > 0 && !/^(class|struct|enum class) [A-Za-z]+( : [a-z_:0-9]+)?;$/ {
        print FILENAME ":" FNR ": " $0 "  is in a namespace detail"; bad = 1
    }
    END { exit bad }' $(find graph ops rnn tools -name '*.hpp' ! -path 'tools/revolute/*'); then
    echo '  broken rule: a folder detail/ and a namespace detail go together'
    status=1
fi
exit $status
