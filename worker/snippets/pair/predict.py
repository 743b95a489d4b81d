# Needs: pip install onnxruntime tokenizers numpy
# Run:   python snippets/predict.py FIRST SECOND FIRST SECOND ...
# Without texts it answers two sentences of its own, which may be far from the classes.
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

folder = Path(__file__).resolve().parent.parent
id2label = json.loads((folder / "config.json").read_text("utf-8"))["id2label"]
max_length = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))["model_max_length"]
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
# With --int8 the smaller model answers, where the folder has one.
model = "model_quantized.onnx" if "--int8" in sys.argv else "model.onnx"
session = onnxruntime.InferenceSession(
    str(folder / "onnx" / model), providers=["CPUExecutionProvider"]
)
special = [tokenizer.token_to_id(name) for name in ("[PAD]", "[CLS]", "[SEP]", "[MASK]")]
pad, cls, sep, _ = special


def tokens(text):
    """A text's tokens. Special tokens typed in a text are no part of it."""
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return [i for i in ids if i not in special][:max_length]


def logits(pairs):
    """Class logits of pairs of texts, [pairs, classes]; for many call it in batches."""
    rows = [[cls, *tokens(a), sep, *tokens(b), sep] for a, b in pairs]
    length = max(len(row) for row in rows)
    ids = [row + [pad] * (length - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (length - len(row)) for row in rows]
    feeds = {
        "input_ids": np.array(ids, dtype=np.int64),
        "attention_mask": np.array(mask, dtype=np.int64),
    }
    return session.run(["logits"], feeds)[0]


def softmax(scores):
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    texts = [text for text in sys.argv[1:] if text != "--int8"] or ["今天下雨", "今天天气不好"]
    pairs = list(zip(texts[::2], texts[1::2]))
    for pair, answer in zip(pairs, softmax(logits(pairs))):
        best = int(answer.argmax())
        print(id2label[str(best)], f"{answer[best]:.4f}", *pair)
