#!/bin/sh
# docs_code.sh SOURCE: every C++ block of README.md and docs/*.md stands, line by line, in a program of docs/examples
# (compiled and run as tests) or in a source file of the library; indentation does not count.
set -eu
cd "$1"
awk '
    function stripped(line) { gsub(/^[ \t]+|[ \t]+$/, "", line); return line }
    FILENAME !~ /\.md$/ { code = code stripped($0) "\n"; next }
    FNR == 1 { inside = 0 }
    /^```cpp$/ { inside = 1; block = ""; start = FNR; next }
    inside && /^```$/ {
        inside = 0
        blocks++
        if (!index(code, "\n" block)) {
            printf "%s:%d: this C++ block stands in no source file\n", FILENAME, start
            wrong = 1
        }
        next
    }
    inside { block = block stripped($0) "\n" }
    END {
        if (!blocks) { print "no C++ block was found"; exit 1 }
        if (wrong) exit 1
        print blocks " C++ blocks stand in compiled sources"
    }
' docs/examples/*.?pp graph/*.hpp graph/*/*.hpp ops/*.hpp ops/*/*.cpp README.md docs/*.md
