"""Proves that no training text shares a span of 13 syllables with what is kept out; exits 1 if one does."""

import json
import sys

from overlap import SPAN, kept_out, spans, syllables
from paths import BUILD


def main():
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
    sys.exit(1 if shared or len(ids) < 20 else 0)


if __name__ == "__main__":
    main()
