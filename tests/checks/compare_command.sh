#!/bin/sh
# compare_command.sh SOURCE BUILD: exit statuses and messages of `revolute compare`.
set -u
if grep -q '^REVOLUTE_BUILD_PROGRAM:BOOL=OFF' "$2/CMakeCache.txt"; then
    echo 'nothing to test: the program is not built'
    exit 0
fi
revolute=$(cd "$2" && pwd)/revolute
examples=$(cd "$1" && pwd)/docs/examples
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
result=0

# expect STATUS MESSAGE ARGUMENT...: `compare` ends with the status and says just that on standard error.
expect() {
    status=$1
    message=$2
    shift 2
    actual=0
    "$revolute" compare "$@" >output 2>error || actual=$?
    if [ "$actual" != "$status" ] || [ "$(cat error)" != "$message" ]; then
        printf 'not so: status %s and "%s" from: compare %s\n-- status %s, standard error:\n%s\n' \
            "$status" "$message" "$*" "$actual" "$(cat error)"
        result=1
    fi
}
# says TEXT: a line of the output is just that.
says() {
    grep -qxF -e "$1" output && return
    printf 'not in the output: %s\n' "$1"
    cat output
    result=1
}

cp "$examples/three_steps.json" case.json
"$revolute" grad case.json --json >right.json
expect 0 '' case.json right.json
says 'All arrays agree.'
expect 0 '' case.json right.json --json
says ' "agrees": true,'
says ' "first": null,'

# `grad --json` says on standard error what differs from the file's own gradients.
sed '$d' case.json >expecting.json
{ printf ', "expected": '; sed 's/"loss": 0.6/"loss": 0.7/' right.json; printf '}\n'; } >>expecting.json
actual=0
"$revolute" grad expecting.json --json >output 2>error || actual=$?
if [ "$actual" != 1 ] || ! cmp -s output right.json ||
    [ "$(cat error)" != 'loss differs from what is expected: by 1.000e-01, relative to the largest entry 1.302e-01; at most 1e-10 agrees' ]; then
    printf 'not so: grad --json says what differs\n-- status %s, standard error:\n%s\n' "$actual" "$(cat error)"
    result=1
fi

for tolerance in nan 0 1 few; do
    expect 2 "--tolerance: must be a number from 1e-14 to 0.001 ($tolerance)
Run with --help for more information." case.json right.json --tolerance $tolerance
done

expect 1 '' case.json "$examples/three_steps_by_hand.json"
says 'The first that differs is bias_hh_l0.'
says 'not compared, as only one side has it: loss, yhat, dx, dh0'
expect 1 '' case.json "$examples/three_steps_by_hand.json" --json
says ' "agrees": false,'
says ' "first": "bias_hh_l0",'
expect 1 "" case.json "$examples/three_steps_by_hand.json" --tolerance 1e-3

# A key that means nothing is told of, and does not matter.
warning='warning: made_by has no meaning here and is not read'
sed '1s/{/{"made_by": 1,/' case.json >more_case.json
sed '1s/{/{"made_by": 1,/' right.json >more.json
expect 0 "more_case.json: $warning" more_case.json right.json
expect 0 "more.json: $warning" case.json more.json

printf '{"grads": ' >cut.json
printf '{"grads": {}}' >empty.json
sed 's/"head.bias": \[.*\]/"head.bias": [1, 2]/' "$examples/three_steps_by_hand.json" >long.json
sed 's/"head.bias"/"head.biases"/' "$examples/three_steps_by_hand.json" >renamed.json
sed 's/"head.bias": \[.*\]/"head.bias": ["much"]/' "$examples/three_steps_by_hand.json" >text.json
expect 1 'cannot read no.json: No such file or directory' case.json no.json
expect 1 'cannot read no.json: No such file or directory' no.json right.json
expect 1 'cut.json: has no gradients that can be read: no JSON from line 1, column 10 on' case.json cut.json
sed '1s/{/{"loss": 1,/' right.json >twice.json
expect 1 'twice.json: has no gradients that can be read: loss is there twice' case.json twice.json
expect 1 'empty.json: has no gradients that can be read: grads.weight_ih_l0 is missing' case.json empty.json
expect 1 'long.json: has no gradients that can be read: grads.head.bias must be a list of 1 (a list of 2)' case.json long.json
expect 1 'renamed.json: has no gradients that can be read: grads.head.biases does not belong to this net' \
    case.json renamed.json
expect 1 'text.json: has no gradients that can be read: grads.head.bias[0] must be a number ("much")' case.json text.json
expect 1 'right.json: is no case that can be read: name is missing' right.json right.json
exit $result
