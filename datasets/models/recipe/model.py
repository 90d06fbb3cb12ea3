"""The model: Llama architecture in JAX, with llama.cpp's layout of rotary pairs (2i, 2i+1)."""

from dataclasses import asdict, dataclass

import jax
import jax.numpy as jnp
import numpy as np


@dataclass(frozen=True)
class Config:
    vocabulary: int = 4096
    width: int = 256
    layers: int = 6
    heads: int = 4
    ffn: int = 768
    context: int = 512
    rope_base: float = 10000.0
    epsilon: float = 1e-5

    def dict(self):
        return asdict(self)


TINY = Config(layers=2)

# A layer's matrices, outputs by inputs, as GGUF holds them.
def shapes(c):
    w, f = c.width, c.ffn
    return {"attn_q": (w, w), "attn_k": (w, w), "attn_v": (w, w), "attn_output": (w, w), "ffn_gate": (f, w), "ffn_up": (f, w), "ffn_down": (w, f)}


def init(c, seed):
    """Random parameters; the layers are stacked along a first axis."""
    rng = np.random.default_rng(seed)
    layers = {}
    for name, shape in shapes(c).items():
        # Outputs into the residual stream are smaller, so that its size does not grow with depth.
        scale = 0.02 / np.sqrt(2 * c.layers) if name in ("attn_output", "ffn_down") else 0.02
        layers[name] = rng.normal(0, scale, (c.layers, *shape)).astype(np.float32)
    for name in ("attn_norm", "ffn_norm"):
        layers[name] = np.ones((c.layers, c.width), np.float32)
    return {"token_embd": rng.normal(0, 0.02, (c.vocabulary, c.width)).astype(np.float32),
            "output_norm": np.ones(c.width, np.float32), "layers": layers}


def norm(x, weight, epsilon):
    y = x.astype(jnp.float32)
    y = y * jax.lax.rsqrt(jnp.mean(y * y, -1, keepdims=True) + epsilon)
    return y.astype(x.dtype) * weight.astype(x.dtype)


def rotary(c, length):
    """Cosines and sines of each position's rotation, [length, head/2]."""
    half = c.width // c.heads // 2
    angle = jnp.arange(length)[:, None] * c.rope_base ** (-jnp.arange(half) / half)
    return jnp.cos(angle), jnp.sin(angle)


def rotate(x, cos, sin):
    """x [batch, length, heads, head]: neighbouring pairs rotate together."""
    a, b = x[..., 0::2], x[..., 1::2]
    cos, sin = cos[:, None].astype(x.dtype), sin[:, None].astype(x.dtype)
    return jnp.stack([a * cos - b * sin, a * sin + b * cos], -1).reshape(x.shape)


def forward(params, tokens, segments, c, dtype=jnp.float32):
    """Logits [batch, length, vocabulary]; a token sees earlier ones of its own segment alone."""
    batch, length = tokens.shape
    head = c.width // c.heads
    cos, sin = rotary(c, length)
    earlier = jnp.tril(jnp.ones((length, length), bool))
    seen = earlier & (segments[:, :, None] == segments[:, None, :])
    x = params["token_embd"].astype(dtype)[tokens]

    def layer(x, p):
        p = {k: v.astype(dtype) for k, v in p.items()}
        h = norm(x, p["attn_norm"], c.epsilon)
        q, k, v = ((h @ p[n].T).reshape(batch, length, c.heads, head) for n in ("attn_q", "attn_k", "attn_v"))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        score = jnp.einsum("bqhd,bkhd->bhqk", q, k).astype(jnp.float32) / np.sqrt(head)
        share = jax.nn.softmax(jnp.where(seen[:, None], score, -1e30), -1).astype(dtype)
        x = x + jnp.einsum("bhqk,bkhd->bqhd", share, v).reshape(batch, length, c.width) @ p["attn_output"].T
        h = norm(x, p["ffn_norm"], c.epsilon)
        return x + (jax.nn.silu(h @ p["ffn_gate"].T) * (h @ p["ffn_up"].T)) @ p["ffn_down"].T, None

    x, _ = jax.lax.scan(layer, x, params["layers"])
    x = norm(x, params["output_norm"], c.epsilon)
    return (x @ params["token_embd"].astype(dtype).T).astype(jnp.float32)


def flat(tree, prefix=""):
    """{"layers/attn_q": array, …} of nested parameters."""
    found = {}
    for k, v in tree.items():
        found |= flat(v, f"{prefix}{k}/") if isinstance(v, dict) else {prefix + k: np.asarray(v)}
    return found


def nested(arrays):
    tree = {}
    for name, v in arrays.items():
        *path, last = name.split("/")
        at = tree
        for p in path:
            at = at.setdefault(p, {})
        at[last] = v
    return tree
