"""Proves that no training text shares a span of 13 syllables with what is kept out; exits 1 if one does.

With `--models` also that the two model files say they were trained on this very text.
"""

import argparse
import hashlib
import json
import sys

from overlap import SPAN, kept_out, spans, syllables
from paths import BUILD, HERE


def sha256(name):
    """Of a text file of build/, as export.py writes it into the models."""
    return hashlib.sha256((BUILD / name).read_bytes()).hexdigest()


def check_models():
    for model in ("nabi-text", "nabi-instruct"):
        file = (HERE.parent / f"{model}.gguf").read_bytes()
        for name in ("text.jsonl", "chat.jsonl"):
            if sha256(name).encode() not in file:
                raise SystemExit(f"{model}.gguf was not trained on this {name}: it does not hold {sha256(name)}")
    print("both models were trained on this text")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", action="store_true", help="check the model files too")
    args = parser.parse_args()
    ids, banned = kept_out()
    seen, total, shared = set(), 0, 0
    for name in ("text.jsonl", "chat.jsonl"):
        for line in (BUILD / name).read_text().splitlines():
            record = json.loads(line)
            text = "\n".join(v for k, v in record.items() if k != "kind")
            total += max(0, len(syllables(text)) - SPAN + 1)
            found = spans(text)
            seen |= found
            if hit := found & banned:
                shared += 1
                print(f"{name}: shares {sorted(hit)[0]!r}: {text[:80]!r}", file=sys.stderr)
    print(f"{len(ids)} questions and the held-out texts: {len(banned):,} spans of {SPAN} syllables kept out")
    print(f"training text: {total:,} spans, {len(seen):,} distinct ({len(seen) / total:.1%}); {shared} records share one")
    if shared or len(ids) < 20:
        sys.exit(1)
    if args.models:
        check_models()


if __name__ == "__main__":
    main()
