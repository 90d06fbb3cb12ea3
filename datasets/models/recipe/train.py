"""Trains: `train.py pretrain` on the text, `train.py finetune` on the answers alone, from the pre-trained model.

A run ends after --minutes (or --steps), the learning rate falling as a cosine towards that end, and goes
on from its last checkpoint when it was cut off. Losses go to build/<phase>.jsonl. Runs on a CPU in f32,
on a GPU in bf16, and needs numpy, jax and optax there, and build/ with text.npy and chat.npz.
"""

import argparse
import json
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib

import model
from paths import BUILD

PEAK = {"pretrain": 5e-3, "finetune": 2e-3}
WARM_UP = 0.04
# Pre-training reads rows of half the context first, which are cheaper a token, and full ones at the end.
SHORT_ROWS = 0.7
HELD_BACK = 0.01


def text_rows(rng, part, length):
    """Windows of the text without end; each begins with <s>, as hanbench's chunks do."""
    stream = np.load(BUILD / "text.npy")
    cut = int(len(stream) * (1 - HELD_BACK))
    stream = stream[:cut] if part == "train" else stream[cut:]
    while True:
        shift = rng.integers(length)
        starts = np.arange(shift, len(stream) - length, length)
        rng.shuffle(starts)
        for s in starts:
            tokens = stream[s: s + length + 1].astype(np.int32)
            tokens[0] = 1
            yield tokens, np.zeros(length + 1, np.int32), np.ones(length + 1, np.float32)


def chat_rows(rng, part, length):
    """Exchanges without end, packed into rows; none sees another, and only answers are learnt."""
    data = np.load(BUILD / "chat.npz")
    tokens, learnt, starts = data["tokens"], data["learnt"], data["starts"]
    n = len(starts) - 1
    cut = int(n * (1 - HELD_BACK))
    chosen = np.arange(cut) if part == "train" else np.arange(cut, n)
    size = length + 1
    while True:
        rng.shuffle(chosen)
        row, at, segment = [np.zeros(size, np.int32), np.full(size, -1, np.int32), np.zeros(size, np.float32)], 0, 0
        for i in chosen:
            a, b = starts[i], min(starts[i + 1], starts[i] + size)
            if at + b - a > size:
                yield tuple(row)
                row, at, segment = [np.zeros(size, np.int32), np.full(size, -1, np.int32), np.zeros(size, np.float32)], 0, 0
            span = slice(at, at + b - a)
            row[0][span], row[1][span], row[2][span] = tokens[a:b], segment, learnt[a:b]
            at, segment = at + b - a, segment + 1


def batches(rows, size):
    while True:
        yield tuple(np.stack(part) for part in zip(*(next(rows) for _ in range(size))))


def loss_of(params, batch, c, dtype):
    """Mean loss over the learnt tokens."""
    tokens, segments, weight = batch
    logits = model.forward(params, tokens[:, :-1], segments[:, :-1], c, dtype)
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, tokens[:, 1:])
    weight = weight[:, 1:] * (segments[:, 1:] == segments[:, :-1])
    return (loss * weight).sum() / jnp.maximum(weight.sum(), 1)


def optimiser():
    """Muon for the matrices of the layers, Adam for embeddings and norms; a step of 1, scaled by `update`."""
    stacked = lambda params: jax.tree.map(lambda p: optax.contrib.MuonDimensionNumbers(2, 1) if p.ndim == 3 else None, params)
    matrices = lambda params: jax.tree.map(lambda p: p.ndim == 3, params)
    muon = optax.contrib.muon(1.0, adam_b1=0.9, adam_b2=0.95, weight_decay=0.1, weight_decay_mask=matrices,
                              consistent_rms=0.2, muon_weight_dimension_numbers=stacked)
    return optax.chain(optax.clip_by_global_norm(1.0), muon)


@partial(jax.jit, static_argnames=("c", "dtype"), donate_argnums=(0, 1))
def update(params, state, batch, rate, c, dtype):
    loss, slope = jax.value_and_grad(loss_of)(params, batch, c, dtype)
    change, state = optimiser().update(slope, state, params)
    return jax.tree.map(lambda p, d: p + rate * d, params, change), state, loss


measure = jax.jit(loss_of, static_argnames=("c", "dtype"))


def rate_at(progress, peak):
    """Linear warm-up, then a cosine down to a fiftieth."""
    if progress < WARM_UP:
        return peak * max(progress, 1e-3) / WARM_UP
    fall = (progress - WARM_UP) / (1 - WARM_UP)
    return peak * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * min(fall, 1.0))))


def save(path, params, c, state=None, **facts):
    arrays = {f"p/{k}": v for k, v in model.flat(params).items()}
    if state is not None:
        arrays |= {f"s/{i}": np.asarray(x) for i, x in enumerate(jax.tree.leaves(state))}
    part = path.with_suffix(".part.npz")
    np.savez(part, about=json.dumps({"config": c.dict(), **facts}), **arrays)
    part.replace(path)


def load(path):
    """Parameters, configuration, what else was noted, and the leaves of the optimiser's state."""
    data = np.load(path)
    about = json.loads(str(data["about"]))
    params = model.nested({k[2:]: data[k] for k in data.files if k.startswith("p/")})
    leaves = [data[f"s/{i}"] for i in range(sum(k.startswith("s/") for k in data.files))]
    return params, model.Config(**about.pop("config")), about, leaves


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("phase", choices=["pretrain", "finetune"])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, help="end after so many steps instead, the same on every machine")
    parser.add_argument("--batch", type=int, default=8, help="rows of 512 tokens a step")
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--tiny", action="store_true", help="two layers, to try the recipe out")
    args = parser.parse_args()

    c = model.TINY if args.tiny else model.Config()
    dtype = jnp.float32 if jax.default_backend() == "cpu" else jnp.bfloat16
    make = text_rows if args.phase == "pretrain" else chat_rows
    checkpoint, log = BUILD / f"{args.phase}.checkpoint.npz", BUILD / f"{args.phase}.jsonl"
    step, spent = 0, 0.0
    if args.phase == "pretrain":
        params = model.init(c, args.seed)
    else:
        params, c, _, _ = load(BUILD / "pretrain.npz")
    state = optimiser().init(params)
    if checkpoint.exists():
        params, c, about, leaves = load(checkpoint)
        step, spent = about["step"], about["seconds"]
        state = jax.tree.unflatten(jax.tree.structure(state), leaves)
        print(f"goes on from step {step}, {spent:.0f} s")
    params, state = jax.tree.map(jnp.asarray, params), jax.tree.map(jnp.asarray, state)

    rng = np.random.default_rng([args.seed, step])
    full = batches(make(rng, "train", c.context), args.batch)
    short = batches(make(rng, "train", c.context // 2), 2 * args.batch) if args.phase == "pretrain" else full
    held = batches(make(np.random.default_rng(args.seed), "held", c.context), args.batch)
    held = [next(held) for _ in range(2)]
    began, saved, recent = time.monotonic() - spent, time.monotonic(), []
    with log.open("a" if step else "w") as out:
        while True:
            spent = time.monotonic() - began
            progress = step / args.steps if args.steps else spent / (60 * args.minutes)
            if progress >= 1:
                break
            rate = rate_at(progress, PEAK[args.phase])
            params, state, loss = update(params, state, next(short if progress < SHORT_ROWS else full), rate, c, dtype)
            recent.append(float(loss))
            step += 1
            if step % 20 == 0 or step == 1:
                line = {"step": step, "tokens": step * args.batch * c.context, "seconds": round(time.monotonic() - began, 1),
                        "rate": round(float(rate), 6), "loss": round(float(np.mean(recent)), 4)}
                if step % 100 == 0:
                    line["held_back_loss"] = round(float(np.mean([measure(params, b, c, dtype) for b in held])), 4)
                print(json.dumps(line), file=out, flush=True)
                print(line, flush=True)
                recent = []
            if time.monotonic() - saved > 300:
                save(checkpoint, params, c, state, step=step, seconds=time.monotonic() - began)
                saved = time.monotonic()
    save(BUILD / f"{args.phase}.npz", params, c, step=step, seconds=spent, batch=args.batch, seed=args.seed)
    checkpoint.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
