"""Trains the model: recipe -> features -> trees and network -> calibration -> thresholds -> evaluation -> files.

    ml/fraud/train model [--check]

Writes models/, and parity/, the same bytes every time. `--check` writes nothing and fails when the committed files differ.
"""

import os

# One thread and one instruction set: sums are then added in the same order on every x86-64 machine with AVX2.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell",
               "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}

import argparse  # noqa: E402
import hashlib  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score  # noqa: E402

import export  # noqa: E402
import fit  # noqa: E402
import policy as policies  # noqa: E402
import recipe  # noqa: E402
import replay  # noqa: E402
from progress import say  # noqa: E402

HERE = Path(__file__).resolve().parent
VERSION = "fraud-v2"
FEATURES, POLICY = HERE / "features-v2.json", HERE / "policy-v2.json"
SEED = 20_260_501
DAYS, CUSTOMERS = 90, 30_000
# Days before 7 only fill the counters; the rest is split by time, as a shop would have to.
SPLIT_DAYS = {"train": (7, 60), "calibrate": (60, 70), "test": (70, DAYS)}
PARITY_ROWS, MIXED_ROWS, GOLDEN_ROWS = 200, 10_000, 4


def split(table):
    day = table["at_ms"] // recipe.DAY_MS
    return {name: np.flatnonzero((day >= low) & (day < high)) for name, (low, high) in SPLIT_DAYS.items()}


def evaluate(policy, score, label, fraud, pattern, amount_eur, thresholds):
    """Figures on the held-out days: against the labels a shop has, and against the truth of the recipe."""
    outcome = policies.outcomes(score, thresholds)
    costs = policy["costs_eur"]
    honest = fraud == 0
    figures = {
        "rows": len(score), "labelled_fraud": int(label.sum()), "true_fraud": int(fraud.sum()),
        "auc": roc_auc_score(label, score), "average_precision": average_precision_score(label, score),
        "auc_truth": roc_auc_score(fraud, score), "average_precision_truth": average_precision_score(fraud, score),
        "brier": brier_score_loss(label, score),
        "mean_score": float(score.mean()), "labelled_fraud_share": float(label.mean()),
        "honest_stepped_up_share": float(np.mean(outcome[honest] == 1)),
        "honest_reviewed_share": float(np.mean(outcome[honest] == 2)),
        "honest_blocked_share": float(np.mean(outcome[honest] == 3)),
        "fraud_caught_share": float(np.mean(outcome[~honest] >= 1)),
        "fraud_stopped_share": float(np.mean(outcome[~honest] >= 2)),
        "cost_eur": policies.cost_eur(costs, score, fraud == 1, amount_eur, thresholds),
        "cost_without_model_eur": policies.cost_eur(costs, score, fraud == 1, amount_eur, (2.0, 2.0, 2.0)),
    }
    by_pattern = {
        name: {"orders": int((pattern == i).sum()), "stepped_up_share": float(np.mean(outcome[pattern == i] == 1)),
               "reviewed_or_blocked_share": float(np.mean(outcome[pattern == i] >= 2))}
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


def parity_rows(table, x, session, rows):
    """Features and scores of orders, and scores of rows that mix them: feature j of mixed row i is that of the order
    (7 i + 13 j) mod n, so that each tree is asked what no order asks of it."""
    feature, mixed = np.arange(x.shape[1]), np.arange(MIXED_ROWS)[:, None]
    blend = x[rows][(7 * mixed + 13 * feature) % len(rows), feature]
    score, mixed_score = (session.run(["score"], {"features": values})[0][:, 0] for values in (x[rows], blend))
    return {
        "orders": [{"pattern": recipe.PATTERN[table["pattern"][i]], "features": x[i].tolist(), "score": float(score[place])}
                   for place, i in enumerate(rows)],
        "mixed": [float(f"{value:.7g}") for value in mixed_score.tolist()],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    parser.add_argument("--features", required=True, help="the program fraud-features")
    arguments = parser.parse_args()
    program = arguments.features
    spec, policy = json.loads(FEATURES.read_text()), json.loads(POLICY.read_text())

    table = recipe.generate(SEED, DAYS, CUSTOMERS)
    say(f"{len(table['at_ms']):,} orders, {table['fraud'].mean():.2%} of them fraud")
    x = replay.features(program, FEATURES, table)
    part = split(table)
    say(f"{x.shape[1]} features; " + ", ".join(f"{name} {len(rows):,}" for name, rows in part.items()))

    mean = x[part["train"]].mean(axis=0, dtype=np.float64)
    spread = np.maximum(x[part["train"]].std(axis=0, dtype=np.float64), 1e-3)
    label = table["label"][part["train"]]
    trees = fit.boosted(x[part["train"]], label, SEED)
    layers = fit.network((x[part["train"]] - mean) / spread, label, SEED)

    # Platt scaling on days that neither half has seen.
    rows = part["calibrate"]
    uncalibrated = (fit.log_odds(trees, x[rows]) + fit.network_log_odds(layers, (x[rows] - mean) / spread)) / 2
    platt = LogisticRegression(C=1e6).fit(uncalibrated[:, None], table["label"][rows])
    onnx_bytes = export.model(trees.get_booster(), 0.0, export.fold(layers, mean, spread), platt.coef_[0, 0],
                              platt.intercept_[0], VERSION)
    session = onnxruntime.InferenceSession(onnx_bytes, providers=["CPUExecutionProvider"])
    scores = session.run(["score"], {"features": x})[0][:, 0].astype(np.float64)
    amount_eur = table["amount"] / 100
    thresholds = policies.thresholds(policy, scores[rows], table["label"][rows] == 1, amount_eur[rows])
    say("step up from {}, review from {}, block from {}".format(*thresholds))

    rows = part["test"]
    metrics, by_pattern = evaluate(policy, scores[rows], table["label"][rows], table["fraud"][rows],
                                   table["pattern"][rows], amount_eur[rows], thresholds)
    for name, value in metrics.items():
        say(f"  {name:28} {value}")
    for name, value in by_pattern.items():
        say(f"  {name:14} {value['orders']:7,} orders, {value['stepped_up_share']:.2%} stepped up, "
            f"{value['reviewed_or_blocked_share']:.2%} stopped")

    typical = typical_row(x, scores, mean, spread, part["train"][table["fraud"][part["train"]] == 0])
    rng = np.random.default_rng(SEED)
    fraud_rows, honest_rows = (rows[table["fraud"][rows] == truth] for truth in (1, 0))
    chosen = np.concatenate([rng.choice(pool, PARITY_ROWS // 2, replace=False) for pool in (fraud_rows, honest_rows)])
    parity = parity_rows(table, x, session, chosen)
    golden = parity["orders"][:: PARITY_ROWS // GOLDEN_ROWS]
    card = {
        "version": VERSION,
        "onnx_sha256": hashlib.sha256(onnx_bytes).hexdigest(),
        "trained_on": {"recipe_seed": SEED, "days": DAYS, "customers": CUSTOMERS, "orders": len(scores),
                       "split_days": SPLIT_DAYS},
        "thresholds": dict(zip(("step_up", "review", "block"), thresholds)),
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
        HERE / f"parity/{VERSION}.json": (json.dumps(parity) + "\n").encode(),
    }
    if arguments.check:
        differing = [path.name for path, data in files.items() if not path.exists() or path.read_bytes() != data]
        say(f"differs from the committed files: {differing}" if differing else "the same bytes as the committed files")
        sys.exit(1 if differing else 0)
    for path, data in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        say(f"wrote {path.relative_to(HERE)} ({len(data):,} bytes)")


if __name__ == "__main__":
    main()
