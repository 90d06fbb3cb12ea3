"""Writes the trained models as GGUF: `export.py` makes nabi-text.gguf and nabi-instruct.gguf beside the recipe."""

import argparse
from pathlib import Path

import check_overlap
import gguf
import numpy as np

import model
import tokenizer
import train
from paths import BUILD, HERE

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
ABOUT = {
    "text": ("nabi-text", "Text", "A tiny Korean demonstration model: continues text. Its quality says nothing about other models."),
    "instruct": ("nabi-instruct", "Instruct", "A tiny Korean demonstration model: answers questions. Its quality says nothing about other models."),
}


def write(path, kind, checkpoint, sp):
    params, c, _, _ = train.load(checkpoint)
    out = gguf.GGUFWriter(path, "llama")
    name, finetune, description = ABOUT[kind]
    out.add_type(gguf.GGUFType.MODEL)
    out.add_name(name)
    out.add_basename("nabi")
    out.add_finetune(finetune)
    out.add_size_label("6M")
    out.add_description(description)
    out.add_license("CC0-1.0")
    out.add_languages(["ko"])
    out.add_context_length(c.context)
    out.add_embedding_length(c.width)
    out.add_block_count(c.layers)
    out.add_feed_forward_length(c.ffn)
    out.add_head_count(c.heads)
    out.add_head_count_kv(c.heads)
    out.add_rope_dimension_count(c.width // c.heads)
    out.add_rope_freq_base(c.rope_base)
    out.add_layer_norm_rms_eps(c.epsilon)
    out.add_vocab_size(c.vocabulary)
    out.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    for name in ("text", "chat"):
        out.add_string(f"nabi.{name}.sha256", check_overlap.sha256(f"{name}.jsonl"))
    add_tokenizer(out, sp, kind)
    for tensor, values in tensors(params, c):
        # Norms stay F32: llama.cpp multiplies by them in F32.
        out.add_tensor(tensor, values.astype(np.float32 if values.ndim == 1 else np.float16))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    print(f"{path}: {Path(path).stat().st_size / 1e6:.2f} MB, {sum(v.size for _, v in tensors(params, c)):,} parameters")


def add_tokenizer(out, sp, kind):
    types = {"unknown": gguf.TokenType.UNKNOWN, "control": gguf.TokenType.CONTROL, "byte": gguf.TokenType.BYTE, "normal": gguf.TokenType.NORMAL}
    def kind_of(i):
        return types["unknown" if sp.is_unknown(i) else "control" if sp.is_control(i) else "byte" if sp.is_byte(i) else "normal"]

    pieces = [sp.id_to_piece(i) for i in range(sp.vocab_size())]
    kinds = [kind_of(i) for i in range(sp.vocab_size())]
    if kind == "text":
        # It writes on and on: the end of a text is a blank line to it. No text is cut into this piece, since none
        # of its parts but single characters is one.
        pieces[tokenizer.EOS], kinds[tokenizer.EOS] = "▁\n\n", gguf.TokenType.NORMAL
    out.add_tokenizer_model("llama")
    out.add_tokenizer_pre("default")
    out.add_token_list(pieces)
    out.add_token_scores([sp.get_score(i) for i in range(sp.vocab_size())])
    out.add_token_types(kinds)
    out.add_bos_token_id(tokenizer.BOS)
    out.add_eos_token_id(tokenizer.END)
    out.add_eot_token_id(tokenizer.END)
    out.add_unk_token_id(0)
    out.add_add_bos_token(True)
    out.add_add_eos_token(False)
    out.add_add_space_prefix(False)
    if kind == "instruct":
        out.add_chat_template(TEMPLATE)


def tensors(params, c):
    """llama.cpp's names; the word embeddings serve as the output too."""
    yield "token_embd.weight", params["token_embd"]
    yield "output_norm.weight", params["output_norm"]
    for i in range(c.layers):
        for name in ("attn_norm", "ffn_norm", *model.shapes(c)):
            yield f"blk.{i}.{name}.weight", params["layers"][name][i]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE.parent, help="folder of the two files")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    sp = tokenizer.load()
    write(args.out / "nabi-text.gguf", "text", BUILD / "pretrain.npz", sp)
    write(args.out / "nabi-instruct.gguf", "instruct", BUILD / "finetune.npz", sp)


if __name__ == "__main__":
    main()
