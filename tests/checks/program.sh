#!/bin/sh
# program.sh SOURCE BUILD: exit statuses and messages of `revolute train`, `predict` and `demo`, and that a failure leaves
# no file behind.
set -u
if grep -q '^REVOLUTE_BUILD_PROGRAM:BOOL=OFF' "$2/CMakeCache.txt"; then
    echo 'nothing to test: the program is not built'
    exit 0
fi
revolute=$(cd "$2" && pwd)/revolute
data=$1/tests/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
result=0

complain() {
    printf 'not so: %s\n-- status %s, standard error:\n%s\n' "$1" "$status" "$(cat "$work/.error")"
    result=1
}
run() {  # ARGUMENT...
    status=0
    "$revolute" "$@" >"$work/.output" 2>"$work/.error" || status=$?
}
# refused STATUS MESSAGE ARGUMENT...: ends with the status, says just that (any usage message when empty), writes no file.
refused() {
    expected=$1
    message=$2
    shift 2
    ls >"$work/.before"
    run "$@"
    [ "$status" = "$expected" ] || complain "status $expected from: $*"
    [ -z "$message" ] || [ "$(cat "$work/.error")" = "$message" ] || complain "$* says: $message"
    [ -s "$work/.error" ] || complain "$* says something"
    ls | cmp -s - "$work/.before" || complain "$* leaves no file"
}

printf 'year,count\n1700,5\n1701,x\n' >text.csv
printf 'year,count\n1700,5\n1701,\n' >empty_cell.csv
printf 'year,count\n1700,5\n1701,7\n1702,6\n' >short.csv
printf '{"format": "other"}' >foreign.json

refused 1 'cannot read no.csv: No such file or directory' train no.csv
refused 1 "$data/sunspots.csv: no column is called \"spots\"
  columns are: YEAR, SUNACTIVITY" train "$data/sunspots.csv" --column spots
refused 1 "$data/macrodata.csv: it must be said which column is meant (--column)
  columns are: year, quarter, realgdp, realcons, realinv, realgovt, realdpi, cpi, m1, tbilrate, unemp, pop, infl, realint" \
    train "$data/macrodata.csv"
refused 1 'text.csv: every cell of the column must be a finite number ("x")
  line 3, column 2 "count"' train text.csv
refused 1 'empty_cell.csv: every cell of the column must be a finite number (it is empty)
  line 3, column 2 "count"' train empty_cell.csv
refused 1 'train: the training part must have more rows than the window
  window is 25, the training part has 2 of the 3 rows of "count" in short.csv' train short.csv
refused 1 'cannot write no/m.json: No such file or directory' train "$data/sunspots.csv" --save no/m.json
refused 1 'cannot write no/p.svg: No such file or directory' train "$data/sunspots.csv" --plot no/p.svg
refused 1 "train: the name of the plot's file must end in .svg (plot.png)" train "$data/sunspots.csv" --plot plot.png
refused 1 'cannot write short.csv: it would be written over short.csv, choose another name' train short.csv --plot short.svg
columns=realgdp,realcons,realinv,cpi,unemp
refused 1 "$data/macrodata.csv: no column is called \"gdp\"
  columns are: year, quarter, realgdp, realcons, realinv, realgovt, realdpi, cpi, m1, tbilrate, unemp, pop, infl, realint" \
    train "$data/macrodata.csv" --columns gdp,cpi --target unemp
refused 1 "$data/macrodata.csv: column \"cpi\" is asked for twice
  asked for are: cpi, unemp, cpi" train --columns cpi,unemp,cpi "$data/macrodata.csv" --target unemp
printf 'a,b\n1,5\n2,5\n4,5\n3,5\n1,4\n' >constant.csv
refused 1 'standardisation: the values of "b" in the training part must differ (all 4 are 5)' \
    train constant.csv --columns a,b --target a --window 1
refused 1 'cannot read no.json: No such file or directory' train "$data/sunspots.csv" --init no.json
printf '{"weight_ih_l0": [[1], [2]]}' >few.json
refused 1 'few.json: weight_hh_l0 is missing' train "$data/sunspots.csv" --hidden 2 --init few.json
refused 1 'train: the window must be at least 1 (0)' train "$data/sunspots.csv" --window 0
refused 1 'train: the test fraction must be at least 0 and below 1 (1.5)' train "$data/sunspots.csv" --test-fraction 1.5
refused 1 'foreign.json: is not a model file: it must say "format": "revolute model"' predict foreign.json "$data/sunspots.csv"
refused 1 'cannot read no.json: No such file or directory' predict no.json "$data/sunspots.csv"
refused 1 'cannot write short.csv/x/model.json: Not a directory' demo --folder short.csv/x
refused 2 '' train "$data/sunspots.csv" --no-such-option
refused 2 '' train "$data/sunspots.csv" --epochs many
refused 2 '' train "$data/sunspots.csv" --cell tanh
refused 2 '' train "$data/sunspots.csv" --layers 0
refused 2 '' train "$data/sunspots.csv" --read levels
refused 2 '' train "$data/macrodata.csv" --columns cpi,unemp
refused 2 '' train "$data/macrodata.csv" --target unemp
refused 2 '' train "$data/macrodata.csv" --columns cpi,unemp --target unemp --column unemp
refused 2 '' weights
refused 2 '' train "$data/sunspots.csv" --optimizer lion
refused 2 '--momentum: needs --optimizer sgd
Run with --help for more information.' train "$data/sunspots.csv" --momentum 0.5
refused 2 '' train
commands='  commands are: demo, draw, derive, cost, explain, bench, check, train, predict, grad, compare, weights, ops'
refused 2 "revolute: no command is called \"nonsense\"
$commands" nonsense
refused 2 "revolute: no command is called \"trian\"
$commands" --no-such-option trian data.csv --epochs 3
refused 2 ''
refused 2 '' --no-such-option

for command in "" demo draw derive cost check train predict grad compare weights ops; do
    # shellcheck disable=SC2086  # no word for no command
    run $command --help
    [ "$status" = 0 ] && grep -q '^Usage: revolute' .output || complain "revolute $command --help"
    [ -z "$command" ] || grep -q "^  revolute $command" .output || complain "revolute $command --help has an example"
done
run --version
[ "$status" = 0 ] && grep -qE '^revolute [0-9]+\.[0-9]+\.[0-9]+$' .output || complain '--version'

run train "$data/sunspots.csv" --epochs 3 --batch 100
[ "$status" = 0 ] && [ -s model.json ] && [ -s out.csv ] || complain 'train writes a model and a table'
run predict model.json "$data/sunspots.csv" --horizon 3 --format csv
[ "$status" = 0 ] && [ "$(sed 's/,.*//' .output)" = 'YEAR
2009
2010
2011' ] || complain 'predict continues the years'
run predict model.json "$data/sunspots.csv"
[ "$status" = 0 ] && [ "$(wc -l <.output)" = 2 ] || complain 'predict prints one forecast'
refused 2 '--format: must be one of table, csv, json (xml)
Run with --help for more information.' predict model.json "$data/sunspots.csv" --format xml
refused 1 'forecast: the horizon must be at least 1 (0)' predict model.json "$data/sunspots.csv" --horizon 0
refused 1 'short.csv: no column is called "SUNACTIVITY"
  columns are: year, count' predict model.json short.csv
refused 1 'cannot write model.json: it would be written over model.json, choose another name' weights model.json -o model.json

net="--columns $columns --target unemp --cell lstm-peephole --layers 2 --bidirectional --residual --hidden 3 --read changes"
# shellcheck disable=SC2086  # words
run train "$data/macrodata.csv" $net --epochs 2 --save several.json
[ "$status" = 0 ] || complain 'train reads several columns'
run predict several.json "$data/macrodata.csv" --format csv
[ "$status" = 0 ] && [ "$(sed 's/,.*//' .output)" = 'row
204' ] || complain 'predict goes one row ahead from several columns'
refused 1 'forecast: the horizon must be 1 for a net that reads other columns than it forecasts (2)
  it forecasts unemp alone; to go on, it would have to read the next values of realgdp, realcons, realinv, cpi' \
    predict several.json "$data/macrodata.csv" --horizon 2
refused 1 "$data/sunspots.csv: no column is called \"unemp\"
  columns are: YEAR, SUNACTIVITY" predict several.json "$data/sunspots.csv"
run weights several.json
cp .output weights.json
# shellcheck disable=SC2086  # words
run train "$data/macrodata.csv" $net --init weights.json --epochs 0 --save kept.json
[ "$status" = 0 ] || complain 'train starts from weights'
run weights kept.json -o kept_weights.json
[ "$status" = 0 ] && cmp -s weights.json kept_weights.json || complain 'weights go out, in and out again to the bit'
# shellcheck disable=SC2086  # words
refused 1 'cannot write weights.json: it would be written over weights.json, choose another name' \
    train "$data/macrodata.csv" $net --init weights.json --save weights.json
refused 1 'weights.json: weight_ih_l0 must be [12 x 1] ([12 x 5])' train "$data/macrodata.csv" --column unemp \
    --cell lstm-peephole --layers 2 --bidirectional --hidden 3 --init weights.json

head -c 1000 model.json >damaged.json
run predict damaged.json "$data/sunspots.csv"
[ "$status" = 1 ] && grep -q '^damaged.json: is not a model file, or a damaged one' .error || complain 'a damaged model is refused'

# Ctrl-C once the first lines of progress are there.
"$revolute" train "$data/sunspots.csv" --hidden 4 --epochs 20000 --save stopped.json --plot stopped.svg >.output 2>.error &
pid=$!
tries=0
until grep -q '^epoch 2000/' .error || [ $tries -gt 300 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -INT $pid
status=0
wait $pid || status=$?
done_epochs=$(sed -n 's/.*"epochs_done": \([0-9]*\),.*/\1/p' stopped.json)
[ "$status" = 130 ] && grep -qx "interrupted: stopped.json holds the model after epoch $done_epochs of 20000" .error ||
    complain 'Ctrl-C saves the last complete epoch and ends with 130'
[ ! -e stopped.svg ] || complain 'Ctrl-C writes no plot'
run predict stopped.json "$data/sunspots.csv"
[ "$status" = 0 ] || complain 'the model of a stopped training forecasts'
exit $result
