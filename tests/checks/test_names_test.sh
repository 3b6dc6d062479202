#!/bin/sh
# test_names_test.sh SOURCE: test_names.sh refuses each kind of bad name, and only those.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/tests/graph" "$tree/tests/ops"
cat >"$tree/tests/graph/a_test.cpp" <<'END'
TEST_CASE("graph: a name, with dh[2] and \"quotes\"") {}
TEST_CASE("graph: semi; colon") {}
TEST_CASE("graph: from [0, 1)") {}
TEST_CASE("no subject") {}
TEST_CASE("graph: twice") {}
    TEST_CASE_TEMPLATE("graph: twice", T, int) {}
END
echo 'TEST_CASE("graph: twice") {}' >"$tree/tests/ops/a_test.cpp"
expected='./graph/a_test.cpp:2: the name "graph: semi; colon" holds a semicolon
./graph/a_test.cpp:3: the name "graph: from [0, 1)" holds a bracket without its partner
./graph/a_test.cpp:4: the name "no subject" is not `subject: claim`
./graph/a_test.cpp:6: the name "graph: twice" is also the name at ./graph/a_test.cpp:5'
status=0
found=$(sh "$1/tests/checks/test_names.sh" "$tree") || status=$?
if [ "$found" != "$expected" ] || [ $status != 1 ]; then
    printf 'status %s, found\n%s\nexpected\n%s\n' $status "$found" "$expected"
    exit 1
fi
