#!/bin/sh
# operator_table.sh SOURCE BUILD: docs/ops.md is what `revolute ops` prints.
set -eu
"$2/revolute" ops | diff "$1/docs/ops.md" - || {
    echo 'docs/ops.md is out of date: revolute ops > docs/ops.md'
    exit 1
}
