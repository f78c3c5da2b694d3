"""Trains the models of what is scored besides orders: recipe -> facts -> trees -> calibration -> thresholds -> files.

    ml/fraud/train subjects [--check]

Writes models/ and parity/, the same bytes every time. `--check` writes nothing and fails when committed files differ.
"""

import steady  # noqa: F401, I001

import argparse
import csv
import hashlib
import io
import json
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime
from sklearn.linear_model import LogisticRegression

import evaluation
import export
import fit
import policy as policies
from progress import say
from subjects import discounts, registrations, reviews, vendors

HERE = Path(__file__).resolve().parent
SUBJECTS = {"registrations": registrations, "reviews": reviews, "vendors": vendors, "discounts": discounts}
SEED = 20_260_601
NOT_FACTS = ("pattern", "day", "truth", "label")
TREES, RATE = 32, 0.25
PARITY_ROWS, MIXED_ROWS, GOLDEN_ROWS = 120, 2_000, 4


def features(program, kind, spec, table):
    """Rows x features, float32: scaled, and held to what is plausible, by the code that production runs."""
    names = [name for name in table if name not in NOT_FACTS]
    columns = [np.where(table[name], "true", "false") if table[name].dtype == bool else table[name] for name in names]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(zip(*(column.tolist() for column in columns)))
    run = subprocess.run([program, "facts", kind, str(spec)], input=text.getvalue().encode(), stdout=subprocess.PIPE,
                         check=True)
    return np.frombuffer(run.stdout, dtype="<f4").reshape(len(table["day"]), -1)


def by_pattern(outcome, pattern, names):
    shares = ((name, outcome[pattern == i]) for i, name in enumerate(names) if np.any(pattern == i))
    return {name: {"rows": len(of), "reviewed_share": round(float(np.mean(of == 2)), 6),
                   "blocked_share": round(float(np.mean(of == 3)), 6)} for name, of in shares}


def train(program, kind, recipe):
    """The files of one model: path -> bytes."""
    version = f"{kind}-v1"
    say(f"-- {version}")
    list_path = HERE / f"features-{version}.json"
    spec, policy = (json.loads((HERE / f"{what}-{version}.json").read_text()) for what in ("features", "policy"))
    table = recipe.generate(SEED)
    say(f"{len(table['day']):,} rows, {table['truth'].mean():.2%} of them fraud")
    x = features(program, kind, list_path, table)
    split_days = {"train": (recipe.WARM_UP_DAYS, 80), "calibrate": (80, 95), "test": (95, recipe.DAYS)}
    part = evaluation.split(table["day"], split_days)
    label, truth, no_amount = table["label"], table["truth"], np.zeros(len(x))

    rows = part["train"]
    # Where more of something can only mean more doubt, the trees may learn nothing else: no gap in a recipe makes a
    # flood of copies look honest.
    monotone = tuple(policy["monotone"].get(feature["name"], 0) for feature in spec["features"])
    trees = fit.boosted(x[rows], label[rows], SEED, TREES, RATE, monotone)
    rows = part["calibrate"]
    platt = LogisticRegression(C=1e6).fit(fit.log_odds(trees, x[rows])[:, None], label[rows])
    onnx_bytes = export.model(trees.get_booster(), 0.0, [], platt.coef_[0, 0], platt.intercept_[0], version)
    session = onnxruntime.InferenceSession(onnx_bytes, providers=["CPUExecutionProvider"])
    scores = session.run(["score"], {"features": x})[0][:, 0].astype(np.float64)
    thresholds = policies.thresholds(policy, scores[rows], label[rows] == 1, no_amount[rows])
    say("review from {}, block from {}".format(*thresholds[1:]))

    rows = part["test"]
    metrics = evaluation.evaluate(policy, scores[rows], label[rows], truth[rows], no_amount[rows], thresholds)
    patterns = by_pattern(policies.outcomes(scores[rows], thresholds), table["pattern"][rows], recipe.PATTERN)
    for name, value in metrics.items():
        say(f"  {name:28} {value}")
    for name, value in patterns.items():
        say(f"  {name:14} {value['rows']:7,} rows, {value['reviewed_share']:.2%} reviewed, "
            f"{value['blocked_share']:.2%} blocked")

    spread = np.maximum(x[part["train"]].std(axis=0, dtype=np.float64), 1e-3)
    mean = x[part["train"]].mean(axis=0, dtype=np.float64)
    # The first pattern of a recipe is the usual one.
    typical = evaluation.typical_row(x, scores, mean, spread, part["train"][table["pattern"][part["train"]] == 0])
    rng = np.random.default_rng(SEED)
    pools = (rows[truth[rows] == fraud] for fraud in (1, 0))
    chosen = np.concatenate([rng.choice(pool, PARITY_ROWS // 2, replace=False) for pool in pools])
    names = np.array(recipe.PATTERN)[table["pattern"]].tolist()
    parity = evaluation.parity_rows(names, x, session, chosen, MIXED_ROWS)
    golden = parity["orders"][:: PARITY_ROWS // GOLDEN_ROWS]
    card = {
        "version": version,
        "onnx_sha256": hashlib.sha256(onnx_bytes).hexdigest(),
        "trained_on": {"recipe_seed": SEED, "days": recipe.DAYS, "rows": len(scores), "split_days": split_days},
        "thresholds": {"review": thresholds[1], "block": thresholds[2]},
        "policy": policy["version"], "costs_eur": policy["costs_eur"],
        "metrics": metrics, "metrics_by_pattern": patterns,
        "rules": policy["rules"], "reasons": policy["reasons"],
        # A row of the usual pattern: what features are put back to when their share in a score is asked for.
        "baseline": x[typical].tolist(),
        "golden": [{"features": row["features"], "score": row["score"]} for row in golden],
        "features": spec,
    }
    return {
        HERE.parent / f"models/{version}.onnx": onnx_bytes,
        HERE.parent / f"models/{version}.json": (json.dumps(card, indent=1) + "\n").encode(),
        HERE.parent / f"parity/{version}.json": (json.dumps(parity) + "\n").encode(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    parser.add_argument("--features", required=True, help="the program fraud-features")
    parser.add_argument("--only", choices=SUBJECTS, help="one of the models")
    arguments = parser.parse_args()
    files = {}
    for kind, recipe in SUBJECTS.items():
        if arguments.only in (None, kind):
            files |= train(arguments.features, kind, recipe)
    evaluation.write(HERE.parent, files, arguments.check)


if __name__ == "__main__":
    main()
