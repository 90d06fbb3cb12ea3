"""What is kept out of training, and whether a text shares a span of 13 syllables with it."""

import json
import unicodedata

from paths import DATASETS

SPAN = 13


def syllables(text):
    """Hangul syllables alone: spaces, punctuation, digits and other scripts removed."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if "가" <= c <= "힣")


def spans(text):
    s = syllables(text)
    return {s[i: i + SPAN] for i in range(len(s) - SPAN + 1)}


def questions():
    lines = (DATASETS / "questions/core.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def kept_out():
    """All spans of the kept-out questions, their references, and the held-out texts."""
    ids = set(json.loads((DATASETS / "models/kept_out.json").read_text()))
    known = {q["id"] for q in questions()}
    if ids - known:
        raise SystemExit(f"kept_out.json names unknown questions: {sorted(ids - known)}")
    found = set()
    for q in questions():
        if q["id"] in ids:
            found |= spans(q["question"]) | spans(q.get("reference") or "")
    for path in sorted((DATASETS / "corpora/held-out").glob("*.txt")):
        found |= spans(path.read_text())
    return ids, found


def shares(text, banned):
    s = syllables(text)
    return any(s[i: i + SPAN] in banned for i in range(len(s) - SPAN + 1))
