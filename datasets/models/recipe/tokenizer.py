"""Trains the tokenizer (SentencePiece BPE with byte fallback) and turns the training text into tokens.

llama.cpp's `llama` tokenizer merges pieces by score just as SentencePiece does, so both cut text alike.
No space is put before a text, and nothing is normalised: what is trained on is what is asked.
"""

import argparse
import json
import random

import numpy as np
import sentencepiece

from paths import BUILD

MODEL = BUILD / "tokenizer.model"
BOS, EOS, START, END = 1, 2, 3, 4


def records(name):
    return [json.loads(line) for line in (BUILD / name).read_text().splitlines()]


def load():
    return sentencepiece.SentencePieceProcessor(model_file=str(MODEL))


def train(vocabulary):
    def lines():
        for r in records("text.jsonl"):
            yield from r["text"].split("\n")
        for r in records("chat.jsonl"):
            # The names of the roles become whole pieces; the marks around them are tokens anyway.
            yield from ("user", *r["question"].split("\n"), "assistant", *r["answer"].split("\n"))

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(line for line in lines() if line), model_prefix=str(MODEL.with_suffix("")), model_type="bpe",
        vocab_size=vocabulary, byte_fallback=True, character_coverage=0.9998, normalization_rule_name="identity",
        add_dummy_prefix=False, remove_extra_whitespaces=False, split_digits=True, unk_id=0, bos_id=BOS, eos_id=EOS, pad_id=-1,
        control_symbols=["<|im_start|>", "<|im_end|>"], num_threads=1, minloglevel=2)


def chat_tokens(sp, question, answer):
    """The tokens of one exchange, as the chat template writes it, and which of them are to be learnt."""
    ask = [BOS, START, *sp.encode("user\n" + question), END, *sp.encode("\n"), START, *sp.encode("assistant\n")]
    tell = [*sp.encode(answer), END]
    return ask + tell, [0] * len(ask) + [1] * len(tell)


def ragged(rows):
    """Rows of unequal length as one array and where each begins."""
    return np.concatenate([np.asarray(r, np.uint16) for r in rows]), np.cumsum([0] + [len(r) for r in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vocabulary", type=int, default=4096)
    parser.add_argument("--seed", type=int, default=2024)
    args = parser.parse_args()
    train(args.vocabulary)
    sp = load()
    chat = records("chat.jsonl")
    texts = [r["text"] for r in records("text.jsonl")]
    # The text model meets a quarter of the questions too, in the form in which hanbench asks a base model.
    rng = random.Random(args.seed)
    texts += [f"질문: {r['question']}\n답변: {r['answer']}" for r in chat if rng.random() < 0.25]
    rng.shuffle(texts)
    stream, _ = ragged([[BOS, *tokens, EOS] for tokens in sp.encode(texts)])
    np.save(BUILD / "text.npy", stream)
    pairs = [chat_tokens(sp, r["question"], r["answer"]) for r in chat]
    pairs = [(t, w) for t, w in pairs if len(t) <= 512]
    tokens, starts = ragged([t for t, _ in pairs])
    learnt, _ = ragged([w for _, w in pairs])
    np.savez(BUILD / "chat.npz", tokens=tokens, learnt=learnt.astype(np.uint8), starts=starts)
    characters = sum(map(len, texts))
    print(f"{sp.vocab_size()} pieces; text {len(stream):,} tokens ({characters / len(stream):.2f} characters a token), "
          f"chat {len(tokens):,} tokens in {len(pairs):,} exchanges, {int(learnt.sum()):,} learnt")


if __name__ == "__main__":
    main()
