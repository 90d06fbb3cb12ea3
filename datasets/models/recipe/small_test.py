"""The whole recipe in small: a little text, a tokenizer, twenty steps, two files; for `make test`.

Also shows that the two tokenizers agree: the pieces in the GGUF file, merged as llama.cpp merges
them (the best-scored neighbouring pair first), give what SentencePiece gives.
"""

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import sentencepiece

from paths import DATASETS, HERE


def merged(text, score):
    """Token texts of llama.cpp's `llama` tokenizer, bytes as <0xNN>."""
    parts = list(text.replace(" ", "▁"))
    while True:
        best = max(range(len(parts) - 1), key=lambda i: (score.get(parts[i] + parts[i + 1], -1e9), -i), default=None)
        if best is None or parts[best] + parts[best + 1] not in score:
            break
        parts[best: best + 2] = [parts[best] + parts[best + 1]]
    return [t for p in parts for t in ([p] if p in score else [f"<0x{b:02X}>" for b in p.encode()])]


def check_tokens(path, sp, texts):
    fields = gguf.GGUFReader(path).fields
    tokens, scores, kinds = (fields[f"tokenizer.ggml.{k}"].contents() for k in ("tokens", "scores", "token_type"))
    score = {t: s for t, s, k in zip(tokens, scores, kinds) if k == gguf.TokenType.NORMAL}
    for text in texts:
        want = [sp.id_to_piece(i) for i in sp.encode(text)]
        got = merged(text, score)
        if want != got:
            raise SystemExit(f"tokenizers differ on {text!r}:\n{want}\n{got}")
    print(f"{len(texts)} texts cut alike, {len(tokens)} tokens")


def main():
    with tempfile.TemporaryDirectory() as folder:
        def step(script, *args):
            subprocess.run([sys.executable, HERE / f"{script}.py", *args], check=True, env={**os.environ, "NABI_BUILD": folder})

        step("make_text", "--scale", "0.1")
        step("check_overlap")
        step("tokenizer")
        step("train", "pretrain", "--tiny", "--steps", "20", "--batch", "2")
        step("train", "finetune", "--tiny", "--steps", "5", "--batch", "2")
        step("export", "--out", folder)
        sp = sentencepiece.SentencePieceProcessor(model_file=str(Path(folder, "tokenizer.model")))
        texts = [t for p in (DATASETS / "corpora/held-out").glob("*.txt") for t in p.read_text().split("\n\n")]
        texts = random.Random(1).sample(texts, 40) + ["a 1,234 × 5 ≥ 龍 뷁\n\n| 표 | 값 |", "  두 칸  띄움 "]
        check_tokens(Path(folder, "nabi-text.gguf"), sp, texts)


if __name__ == "__main__":
    main()
