"""Perplexity by this recipe's own forward pass, defined as hanbench does, to check an exported file against it."""

import argparse
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import model
import tokenizer
import train
from paths import BUILD


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("phase", choices=["pretrain", "finetune"])
    parser.add_argument("text", type=Path)
    parser.add_argument("--n-ctx", type=int, default=512)
    args = parser.parse_args()
    params, c, _, _ = train.load(BUILD / f"{args.phase}.npz")
    text = args.text.read_bytes().decode().removesuffix("\n")
    tokens = np.array([tokenizer.BOS, *tokenizer.load().encode(text)], np.int32)
    n = args.n_ctx
    chunks = tokens[: len(tokens) // n * n].reshape(-1, n)
    score = jax.jit(lambda p, row: jax.nn.log_softmax(model.forward(p, row, jnp.zeros_like(row), c)[0]))
    nll = []
    for chunk in chunks:
        chunk = chunk.copy()
        chunk[0] = tokenizer.BOS
        logs = np.asarray(score(params, chunk[None]))
        nll += [-float(logs[i, chunk[i + 1]]) for i in range(n // 2, n - 1)]
    print(f"{len(tokens)} tokens, {len(chunks)} chunks, {len(nll)} scored, mean nll {np.mean(nll):.5f}, perplexity {np.exp(np.mean(nll)):.4f}")


if __name__ == "__main__":
    main()
