"""
The other side of `npm run bench:train`: PyTorch and transformers on the same weights and batches.

Reads one JSON command a line on standard input and answers each with one line: seconds that it measured
itself, with losses and answers so that both sides can be compared.
"""
import json
import os
import sys
import time
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
warnings.filterwarnings("ignore")

import torch  # noqa: E402
import transformers  # noqa: E402
from transformers import AutoTokenizer, BertForMaskedLM, pipeline  # noqa: E402

state = {}


def hello(threads):
    torch.set_num_threads(threads)
    return {"torch": torch.__version__, "transformers": transformers.__version__}


def load(folder):
    model = BertForMaskedLM.from_pretrained(folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    state.clear()
    state.update(folder=folder, model=model.float(), attention=model.config._attn_implementation)
    return {"attention": state["attention"]}


def encoder(batch, tokens, seed, repeats, compiled=False):
    """Forward and backward of the encoder alone: the loss weighs every state of the last layer."""
    model = state["model"].bert.train()
    run = state.setdefault("compiled", torch.compile(model)) if compiled else model
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(200, model.config.vocab_size, (batch, tokens), generator=generator)
    mask = torch.ones(batch, tokens, dtype=torch.long)
    weights = torch.ones(batch, tokens, model.config.hidden_size)
    times = []
    for _ in range(repeats):
        model.zero_grad(set_to_none=True)
        started = time.perf_counter()
        states = run(input_ids=ids, attention_mask=mask).last_hidden_state
        (states * weights).sum().backward()
        times.append(time.perf_counter() - started)
    return {"seconds": times}


def begin(way, rate, warmup, steps, decay, beta2, epsilon):
    """A fresh optimiser over the loaded weights. Biases and norms do not decay."""
    model = BertForMaskedLM.from_pretrained(
        state["folder"], hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    ).float()
    model.train()
    used = [p for name, p in model.named_parameters() if "pooler" not in name]
    groups = [
        {"params": [p for p in used if p.dim() > 1], "weight_decay": decay},
        {"params": [p for p in used if p.dim() <= 1], "weight_decay": 0.0},
    ]
    fused = {"fused": True} if way == "careful" else {}
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, beta2), eps=epsilon, **fused)
    state["run"] = dict(model=model, used=used, optimizer=optimizer, way=way, step=0)
    state["schedule"] = dict(rate=rate, warmup=warmup, steps=steps)
    return {}


def step(ids, lengths, places, labels, tokens, pad, clip):
    """One training step. `places` [B][m], `labels` [B][G][m]; `tokens` is the length to pad to."""
    run, plan = state["run"], state["schedule"]
    model, optimizer = run["model"], run["optimizer"]
    started = time.perf_counter()
    run["step"] += 1
    up = run["step"] / max(1, plan["warmup"])
    down = (plan["steps"] + 1 - run["step"]) / max(1, plan["steps"] + 1 - plan["warmup"])
    for group in optimizer.param_groups:
        group["lr"] = max(0.0, min(up, down, 1.0)) * plan["rate"]
    optimizer.zero_grad(set_to_none=True)
    loss = (common_loss if run["way"] == "common" else careful_loss)(
        model, ids, lengths, places, labels, tokens, pad
    )
    loss.backward()
    torch.nn.utils.clip_grad_norm_(run["used"], clip)
    optimizer.step()
    value = loss.item()
    return {"seconds": time.perf_counter() - started, "loss": value}


def padded(ids, tokens, pad):
    rows = torch.full((len(ids), tokens), pad, dtype=torch.long)
    mask = torch.zeros(len(ids), tokens, dtype=torch.long)
    for i, row in enumerate(ids):
        rows[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return rows, mask


def common_loss(model, ids, lengths, places, labels, tokens, pad):
    """As tutorials do it: an instance for every word group, padded, logits at every position."""
    groups = len(labels[0])
    rows, mask = padded([row for row in ids for _ in range(groups)], tokens, pad)
    wanted = torch.full_like(rows, -100)
    for i, text in enumerate(labels):
        for g, word in enumerate(text):
            for place, token in zip(places[i], word):
                wanted[i * groups + g, place] = token
    return model(input_ids=rows, attention_mask=mask, labels=wanted).loss


def careful_loss(model, ids, lengths, places, labels, tokens, pad):
    """One pass for all groups, padded to the longest of the batch, the head at the masks alone."""
    rows, mask = padded(ids, max(lengths), pad)
    states = model.bert(input_ids=rows, attention_mask=mask).last_hidden_state
    at = torch.tensor(places)
    picked = states[torch.arange(len(ids)).unsqueeze(1), at]
    logits = model.cls(picked)
    said = torch.log_softmax(logits, dim=-1)
    words = torch.tensor(labels).transpose(1, 2)
    return -said.gather(2, words).mean()


def score_pipeline(texts, words, sizes, probe):
    """The fill-mask pipeline; the best batch size on some of the texts does them all."""
    tokenizer = AutoTokenizer.from_pretrained(state["folder"])
    model = state["model"].eval()
    fill = pipeline("fill-mask", model=model, tokenizer=tokenizer)
    # One of the words of every class is enough to rank the classes here; more would only cost it time.
    def run(chosen, size):
        started = time.perf_counter()
        fill(chosen, targets=words, top_k=len(words), batch_size=size)
        return time.perf_counter() - started

    with torch.inference_mode():
        took = {size: run(texts[:probe], size) for size in sizes}
        best = min(took, key=took.get)
        return {"seconds": run(texts, best), "batch": best}


def score_sorted(ids, places, words, batch, pad):
    """Sorted by length, the head at the masks alone. Gives each text's best class."""
    model = state["model"].eval()
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    answers = [0] * len(ids)
    spelled = torch.tensor(words)
    started = time.perf_counter()
    with torch.inference_mode():
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            rows, mask = padded([ids[i] for i in chosen], max(len(ids[i]) for i in chosen), pad)
            states = model.bert(input_ids=rows, attention_mask=mask).last_hidden_state
            at = torch.tensor([places[i] for i in chosen])
            picked = states[torch.arange(len(chosen)).unsqueeze(1), at]
            said = torch.log_softmax(model.cls(picked), dim=-1)
            groups, classes, masks = spelled.shape
            flat = spelled.reshape(-1, masks).t().unsqueeze(0).expand(len(chosen), -1, -1)
            per_word = said.gather(2, flat).sum(1).reshape(len(chosen), groups, classes)
            for i, c in zip(chosen, per_word.logsumexp(1).argmax(-1).tolist()):
                answers[i] = c
    return {"seconds": time.perf_counter() - started, "answers": answers}


commands = dict(
    hello=hello,
    load=load,
    encoder=encoder,
    begin=begin,
    step=step,
    score_pipeline=score_pipeline,
    score_sorted=score_sorted,
)

for line in sys.stdin:
    given = json.loads(line)
    try:
        answer = commands[given.pop("do")](**given)
    except Exception as error:  # the other side ends the run with it
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
