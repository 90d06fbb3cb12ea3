#!/bin/sh
# Renders made-up reports and opens them in Chromium as readers do: reports/tests/browser.
#
# PICTURES=DIR writes a picture of each page in each state to DIR, for people to look at.
set -eu
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
pages=$(cd "$target" && pwd)/pages
rm -rf "$pages"
# Of the whole workspace, as everything else is built: features of its own would build the dependencies again.
cargo build --release --quiet --workspace --example pages
"$target/release/examples/pages" "$pages"

[ -z "${PICTURES:-}" ] || { mkdir -p "$PICTURES" && PICTURES=$(cd "$PICTURES" && pwd) && export PICTURES; }
cd reports/tests/browser
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent
PAGES=$pages exec node --test --test-reporter=spec
