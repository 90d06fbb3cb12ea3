#!/bin/sh
# Proves that the embedded models were not trained on the questions and texts that are kept out:
# writes their training text again, and looks for spans of 13 syllables that it shares with them.
# Needs Python alone; some 20 seconds.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
recipe=$root/datasets/models/recipe
NABI_BUILD=$root/target/nabi
PYTHONDONTWRITEBYTECODE=1
export NABI_BUILD PYTHONDONTWRITEBYTECODE
python3 "$recipe/make_text.py"
python3 "$recipe/check_overlap.py" --models
