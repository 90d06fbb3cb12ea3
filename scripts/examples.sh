#!/bin/sh
# Fills docs/examples with the reports of two real runs, and docs/images with the first screen of one for the READMEs.
#
#   scripts/examples.sh            measures anew (some 7 minutes, on a machine that does nothing else)
#   scripts/examples.sh --render   renders the records that are there
set -eu
cd "$(dirname "$0")/.."

hanbench=$PWD/target/release/hanbench
examples=$PWD/docs/examples
# A fixed place, since paths are part of the records.
work=/tmp/hanbench-examples

measure() {
    model=$(scripts/real-model.sh)
    rm -rf "$work"
    mkdir -p "$work"
    trap 'rm -rf "$work"' EXIT
    ln -s "$model" "$work/"
    export XDG_CACHE_HOME="$work/cache" PATH="${hanbench%/*}:$PATH"
    (
        cd "$work"
        hanbench run --out nabi
        hanbench run "instruct=${model##*/}" --suite quick --out smollm2
    )
    for name in nabi smollm2; do
        rm -rf "${examples:?}/$name"
        cp -R "$work/$name" "$examples/$name"
    done
}

case ${1:-} in
    '') measure ;;
    --render)
        cargo build --release --quiet --workspace
        for name in nabi smollm2; do
            "$hanbench" report "$examples/$name"
        done
        ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

cd reports/tests/browser
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent
PAGES=$examples exec node pictures.js smollm2 "${examples%/*}/images"
