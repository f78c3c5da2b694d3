"""Trains fraud-v1: recipe -> features -> network -> calibration -> thresholds -> evaluation -> files.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python train.py

Writes models/fraud-v1.onnx, models/fraud-v1.json and parity/fraud-v1.json, the same bytes every time. `--check` writes
nothing and fails when the committed files differ.
"""

import os

# One thread and one instruction set: sums are then added in the same order on every x86-64 machine with AVX2.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell",
               "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}

import argparse  # noqa: E402
import hashlib  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from pathlib import Path  # noqa: E402

warnings.filterwarnings("ignore", category=ImportWarning)

import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402

import export  # noqa: E402
import features  # noqa: E402
import policy as policies  # noqa: E402
import recipe  # noqa: E402

HERE = Path(__file__).resolve().parent
VERSION = "fraud-v1"
SEED = 20_260_501
DAYS, CUSTOMERS = 90, 30_000
# Days before 7 only fill the counters; the rest is split by time, as a shop would have to.
SPLIT_DAYS = {"train": (7, 60), "calibrate": (60, 70), "test": (70, DAYS)}
HIDDEN, EPOCHS, BATCH = (32, 16), 24, 512
PARITY_ROWS, GOLDEN_ROWS = 200, 4

started = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - started:6.1f} s] {text}", flush=True)


def split(table):
    day = table["at_ms"] // recipe.DAY_MS
    return {name: np.flatnonzero((day >= low) & (day < high)) for name, (low, high) in SPLIT_DAYS.items()}


def logits(layers, x):
    for w, b in layers[:-1]:
        x = np.maximum(x @ w + b, 0)
    return (x @ layers[-1][0] + layers[-1][1])[:, 0]


def fit(x, y):
    """The network's layers on normalised inputs; a halved step every 8 epochs settles it."""
    net = MLPClassifier(HIDDEN, alpha=1e-3, batch_size=BATCH, learning_rate_init=2e-3, random_state=SEED)
    for epoch in range(EPOCHS):
        if epoch and epoch % 8 == 0:
            net._optimizer.learning_rate_init /= 2
        net.partial_fit(x, y, classes=[0, 1])
        say(f"epoch {epoch + 1:2}/{EPOCHS}  loss {net.loss_:.5f}")
    return list(zip(net.coefs_, net.intercepts_))


def evaluate(policy, score, label, fraud, pattern, amount_eur, review_at, block_at):
    """Figures on the held-out days: against the labels a shop has, and against the truth of the recipe."""
    outcome = np.where(score >= block_at, 2, np.where(score >= review_at, 1, 0))
    costs = policy["costs_eur"]
    honest = fraud == 0
    figures = {
        "rows": len(score), "labelled_fraud": int(label.sum()), "true_fraud": int(fraud.sum()),
        "auc": roc_auc_score(label, score), "average_precision": average_precision_score(label, score),
        "auc_truth": roc_auc_score(fraud, score), "average_precision_truth": average_precision_score(fraud, score),
        "brier": brier_score_loss(label, score),
        "mean_score": float(score.mean()), "labelled_fraud_share": float(label.mean()),
        "honest_reviewed_share": float(np.mean(outcome[honest] == 1)),
        "honest_blocked_share": float(np.mean(outcome[honest] == 2)),
        "fraud_caught_share": float(np.mean(outcome[~honest] >= 1)),
        "cost_eur": policies.cost_eur(costs, score, fraud == 1, amount_eur, review_at, block_at),
        "cost_without_model_eur": policies.cost_eur(costs, score, fraud == 1, amount_eur, 2.0, 2.0),
    }
    by_pattern = {
        name: {"orders": int((pattern == i).sum()), "reviewed_or_blocked_share": float(np.mean(outcome[pattern == i] >= 1))}
        for i, name in enumerate(recipe.PATTERN) if np.any(pattern == i)}
    return {k: round(v, 6) if isinstance(v, float) else v for k, v in figures.items()}, by_pattern


def typical_row(x, scores, mean, spread, honest):
    """The honest order nearest to the average among those of about the median score.

    A real order, not the mean of many: the mean of flags and logarithms is an order that never was, and the network's
    answer to it means nothing.
    """
    low, high = np.quantile(scores[honest], [0.45, 0.55])
    middle = honest[(scores[honest] >= low) & (scores[honest] <= high)]
    return middle[np.argmin((((x[middle] - mean) / spread) ** 2).sum(axis=1))]


def parity_rows(table, counters, x, session, rows):
    """Orders with their counters, features and scores, for the Rust test."""
    logit, score = session.run(["logit", "score"], {"features": x[rows]})

    def one(i, place):
        age = int(table["account_age_days"][i])
        keys = {k: f"k{table[k][i]}" if table[k][i] >= 0 else None for k in features.KEYS}
        order = {
            "amount_minor": int(table["amount"][i]), "currency": "EUR",
            "unit_price_minor_max": int(table["unit_price_max"][i]),
            "item_count": int(table["item_count"][i]), "sku_count": int(table["sku_count"][i]),
            "line_quantity_max": int(table["line_quantity_max"][i]), "bulky": bool(table["bulky"][i]),
            "delivery": recipe.DELIVERY[table["delivery"][i]], "payment": recipe.PAYMENT[table["payment"][i]],
            "hour_of_day": int(table["hour_of_day"][i]), "account_age_days": None if age < 0 else age,
            "cart_age_s": int(table["cart_age_s"][i]), "billing_is_shipping": not table["billing_differs"][i],
            "disposable_email": bool(table["disposable_email"][i])}
        velocity = {k: {"count": [int(counters[k, "count", w][i]) for w in features.WINDOWS_MS],
                        "amount_minor": [int(counters[k, "amount", w][i]) for w in features.WINDOWS_MS]}
                    for k in features.KEYS}
        return {"pattern": recipe.PATTERN[table["pattern"][i]],
                "request": {"order": order, "keys": keys, "now_ms": int(table["at_ms"][i])}, "velocity": velocity,
                "features": x[i].tolist(), "logit": float(logit[place, 0]), "score": float(score[place, 0])}

    return [one(i, place) for place, i in enumerate(rows)]


def lines(rows):
    """A JSON list, one row a line."""
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    check = arguments.parse_args().check
    spec = json.loads((HERE / "features-v1.json").read_text())
    policy = json.loads((HERE / "policy-v1.json").read_text())

    table = recipe.generate(SEED, DAYS, CUSTOMERS)
    say(f"{len(table['at_ms']):,} orders, {table['fraud'].mean():.2%} of them fraud")
    counters = features.velocity(table)
    x = features.matrix(spec, table, counters)
    part = split(table)
    say(f"{x.shape[1]} features; " + ", ".join(f"{name} {len(rows):,}" for name, rows in part.items()))

    mean = x[part["train"]].mean(axis=0, dtype=np.float64)
    spread = np.maximum(x[part["train"]].std(axis=0, dtype=np.float64), 1e-3)
    raw = fit((x[part["train"]] - mean) / spread, table["label"][part["train"]])

    # Platt scaling on days the network has not seen.
    rows = part["calibrate"]
    uncalibrated = logits(raw, (x[rows] - mean) / spread)
    platt = LogisticRegression(C=1e6).fit(uncalibrated[:, None], table["label"][rows])
    layers = export.fold(raw, mean, spread, platt.coef_[0, 0], platt.intercept_[0])
    onnx_bytes = export.network(layers, VERSION)
    session = onnxruntime.InferenceSession(onnx_bytes, providers=["CPUExecutionProvider"])
    scores = session.run(["score"], {"features": x})[0][:, 0].astype(np.float64)
    amount_eur = table["amount"] / 100
    review_at, block_at = policies.thresholds(
        policy, scores[rows], table["label"][rows] == 1, amount_eur[rows])
    say(f"review from {review_at}, block from {block_at}")

    rows = part["test"]
    metrics, by_pattern = evaluate(policy, scores[rows], table["label"][rows], table["fraud"][rows],
                                   table["pattern"][rows], amount_eur[rows], review_at, block_at)
    for name, value in metrics.items():
        say(f"  {name:28} {value}")
    for name, value in by_pattern.items():
        say(f"  {name:14} {value['orders']:7,} orders, {value['reviewed_or_blocked_share']:.2%} stopped")

    typical = typical_row(x, scores, mean, spread, part["train"][table["fraud"][part["train"]] == 0])
    rng = np.random.default_rng(SEED)
    fraud_rows, honest_rows = (rows[table["fraud"][rows] == truth] for truth in (1, 0))
    chosen = np.concatenate([rng.choice(pool, PARITY_ROWS // 2, replace=False) for pool in (fraud_rows, honest_rows)])
    parity = parity_rows(table, counters, x, session, chosen)
    golden = parity[:: PARITY_ROWS // GOLDEN_ROWS]
    card = {
        "version": VERSION,
        "onnx_sha256": hashlib.sha256(onnx_bytes).hexdigest(),
        "trained_on": {"recipe_seed": SEED, "days": DAYS, "customers": CUSTOMERS, "orders": len(scores),
                       "split_days": SPLIT_DAYS},
        "thresholds": {"review": review_at, "block": block_at},
        "policy": policy["version"], "costs_eur": policy["costs_eur"],
        "metrics": metrics, "metrics_by_pattern": by_pattern,
        "rules": policy["rules"], "reasons": policy["reasons"],
        # A typical honest order: what features are put back to when their share in a score is asked for.
        "baseline": x[typical].tolist(),
        "golden": [{"features": row["features"], "score": row["score"]} for row in golden],
        "features": spec,
    }
    files = {
        HERE / f"models/{VERSION}.onnx": onnx_bytes,
        HERE / f"models/{VERSION}.json": (json.dumps(card, indent=1) + "\n").encode(),
        HERE / f"parity/{VERSION}.json": lines(parity).encode(),
    }
    if check:
        differing = [path.name for path, data in files.items() if not path.exists() or path.read_bytes() != data]
        say(f"differs from the committed files: {differing}" if differing else "the same bytes as the committed files")
        sys.exit(1 if differing else 0)
    for path, data in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        say(f"wrote {path.relative_to(HERE)} ({len(data):,} bytes)")


if __name__ == "__main__":
    main()
