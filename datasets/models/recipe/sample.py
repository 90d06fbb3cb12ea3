"""Looks at a trained model: greedy answers to questions (finetune), or continuations of openings (pretrain)."""

import argparse

import jax
import jax.numpy as jnp
import numpy as np

import model
import overlap
import tokenizer
import train
from paths import BUILD

OPENINGS = ["고양이는", "옛날 옛적에", "가을이 되면", "지난 일요일에 우리 가족은", "바다는"]


def generate(params, c, tokens, limit, step, rng=None):
    """Goes on until an end token; greedy, or from the likeliest 90% at temperature 0.7 where `rng` is given."""
    row = np.zeros((1, c.context), np.int32)
    tokens = list(tokens)
    while len(tokens) < c.context and limit > 0:
        row[0, : len(tokens)] = tokens
        logits = np.asarray(step(params, row, len(tokens) - 1), np.float64)
        if rng is None:
            token = int(logits.argmax())
        else:
            p = np.exp((logits - logits.max()) / 0.7)
            p /= p.sum()
            order = np.argsort(-p)
            keep = order[: int(np.searchsorted(np.cumsum(p[order]), 0.9)) + 1]
            token = int(rng.choice(keep, p=p[keep] / p[keep].sum()))
        if token in (tokenizer.EOS, tokenizer.END):
            break
        tokens.append(token)
        limit -= 1
    return tokens


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("phase", choices=["pretrain", "finetune"])
    parser.add_argument("prompts", nargs="*", help="questions or openings; without any, core questions or some openings")
    parser.add_argument("--limit", type=int, default=200)
    args = parser.parse_args()
    params, c, _, _ = train.load(BUILD / f"{args.phase}.npz")
    sp = tokenizer.load()

    @jax.jit
    def step(params, row, at):
        return model.forward(params, row, jnp.zeros_like(row), c)[0, at]

    rng = np.random.default_rng(42)
    prompts = args.prompts or (OPENINGS if args.phase == "pretrain" else [q["question"] for q in overlap.questions()][::8])
    for prompt in prompts:
        if args.phase == "finetune":
            start = [tokenizer.BOS, tokenizer.START, *sp.encode("user\n" + prompt), tokenizer.END, *sp.encode("\n"), tokenizer.START, *sp.encode("assistant\n")]
        else:
            start = [tokenizer.BOS, *sp.encode(prompt)]
        tokens = generate(params, c, start, args.limit, step, rng if args.phase == "pretrain" else None)
        print(f"▶ {prompt}\n{sp.decode(tokens[len(start):])}\n", flush=True)


if __name__ == "__main__":
    main()
