#!/bin/sh
# Checks the dependency tree against deny.toml: licences, bans and sources always; the advisories
# where their database, a git repository, can be fetched, and says so where it cannot.
set -eu

cargo deny check licenses bans sources

# A network that swallows packets must not hold the tests up for minutes.
limit=
if command -v timeout >/dev/null 2>&1; then limit='timeout 60'; fi
# Word splitting wanted: a command and its argument, or nothing.
# shellcheck disable=SC2086
if output=$(GIT_TERMINAL_PROMPT=0 $limit cargo deny fetch db 2>&1); then
    cargo deny check advisories
else
    reason=$(printf '%s\n' "$output" | grep . | tail -n 1)
    echo "advisories skipped: their database cannot be fetched (${reason:-no answer within a minute})"
fi
