"""Trains the model: recipe -> features -> trees and network -> calibration -> thresholds -> evaluation -> files.

    ml/fraud/train model [--check]

Writes models/, and parity/, the same bytes every time. `--check` writes nothing and fails when the committed files differ.
"""

import steady  # noqa: F401, I001

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
from sklearn.linear_model import LogisticRegression

import evaluation
import export
import fit
import policy as policies
import recipe
import replay
from progress import say

HERE = Path(__file__).resolve().parent
VERSION = "fraud-v3"
FEATURES, POLICY = HERE / "features-v3.json", HERE / "policy-v3.json"
SEED = 20_260_501
DAYS, CUSTOMERS = 90, 30_000
# Days before 7 only fill the counters; the rest is split by time, as a shop would have to.
SPLIT_DAYS = {"train": (7, 60), "calibrate": (60, 70), "test": (70, DAYS)}
# More and deeper trees tell no better on the held-out days, and a POP pays for each and for each operator.
TREES, RATE, OPERATORS = 16, 0.45, 2
PARITY_ROWS, MIXED_ROWS, GOLDEN_ROWS = 200, 10_000, 4


def by_pattern(outcome, pattern):
    return {
        name: {"orders": int((pattern == i).sum()), "stepped_up_share": float(np.mean(outcome[pattern == i] == 1)),
               "reviewed_or_blocked_share": float(np.mean(outcome[pattern == i] >= 2))}
        for i, name in enumerate(recipe.PATTERN) if np.any(pattern == i)}


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
    part = evaluation.split(table["at_ms"] // recipe.DAY_MS, SPLIT_DAYS)
    say(f"{x.shape[1]} features; " + ", ".join(f"{name} {len(rows):,}" for name, rows in part.items()))

    mean = x[part["train"]].mean(axis=0, dtype=np.float64)
    spread = np.maximum(x[part["train"]].std(axis=0, dtype=np.float64), 1e-3)
    label = table["label"][part["train"]]
    trees = fit.boosted(x[part["train"]], label, SEED, TREES, RATE)
    layers = fit.network((x[part["train"]] - mean) / spread, label, SEED)

    # Platt scaling on days that neither half has seen.
    rows = part["calibrate"]
    uncalibrated = (fit.log_odds(trees, x[rows]) + fit.network_log_odds(layers, (x[rows] - mean) / spread)) / 2
    platt = LogisticRegression(C=1e6).fit(uncalibrated[:, None], table["label"][rows])
    onnx_bytes = export.model(trees.get_booster(), 0.0, export.fold(layers, mean, spread), platt.coef_[0, 0],
                              platt.intercept_[0], VERSION, OPERATORS)
    session = onnxruntime.InferenceSession(onnx_bytes, providers=["CPUExecutionProvider"])
    scores = session.run(["score"], {"features": x})[0][:, 0].astype(np.float64)
    amount_eur = table["amount"] / 100
    thresholds = policies.thresholds(policy, scores[rows], table["label"][rows] == 1, amount_eur[rows])
    say("step up from {}, review from {}, block from {}".format(*thresholds))

    rows = part["test"]
    metrics = evaluation.evaluate(policy, scores[rows], table["label"][rows], table["fraud"][rows], amount_eur[rows],
                                  thresholds)
    patterns = by_pattern(policies.outcomes(scores[rows], thresholds), table["pattern"][rows])
    for name, value in metrics.items():
        say(f"  {name:28} {value}")
    for name, value in patterns.items():
        say(f"  {name:14} {value['orders']:7,} orders, {value['stepped_up_share']:.2%} stepped up, "
            f"{value['reviewed_or_blocked_share']:.2%} stopped")

    typical = evaluation.typical_row(x, scores, mean, spread, part["train"][table["fraud"][part["train"]] == 0])
    rng = np.random.default_rng(SEED)
    fraud_rows, honest_rows = (rows[table["fraud"][rows] == truth] for truth in (1, 0))
    chosen = np.concatenate([rng.choice(pool, PARITY_ROWS // 2, replace=False) for pool in (fraud_rows, honest_rows)])
    names = np.array(recipe.PATTERN)[table["pattern"]].tolist()
    parity = evaluation.parity_rows(names, x, session, chosen, MIXED_ROWS)
    golden = parity["orders"][:: PARITY_ROWS // GOLDEN_ROWS]
    card = {
        "version": VERSION,
        "onnx_sha256": hashlib.sha256(onnx_bytes).hexdigest(),
        "trained_on": {"recipe_seed": SEED, "days": DAYS, "customers": CUSTOMERS, "orders": len(scores),
                       "split_days": SPLIT_DAYS},
        "thresholds": dict(zip(("step_up", "review", "block"), thresholds)),
        "policy": policy["version"], "costs_eur": policy["costs_eur"],
        "metrics": metrics, "metrics_by_pattern": patterns,
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
    evaluation.write(HERE, files, arguments.check)


if __name__ == "__main__":
    main()
