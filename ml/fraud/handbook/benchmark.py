"""The Fraud Detection Handbook's benchmark: its simulator, its protocol, its baselines, and Kiosk's features beside them.

    python -m handbook.benchmark --features PATH_OF_fraud-features

Prints a table and writes report.md. Kiosk's features come from the Rust code that POPs run (`ml/features`).
"""

import argparse
import csv
import io
import subprocess
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler
from xgboost import XGBClassifier

from progress import say

from . import oracle, protocol, published, simulator

REPORT = Path(__file__).with_name("report.md")
PUBLISHED = {"logistic regression": (0.871, 0.606, 0.291), "random forest": (0.867, 0.658, 0.287),
             "XGBoost": (0.862, 0.639, 0.273)}
BEST_OF_BOOK = ("best of the handbook, over four folds", (0.879, 0.687, 0.305))
AIMS = {"average precision": 0.72, "above XGBoost": 0.03, "card precision": 0.31}
SEEDS = range(5)


def baselines():
    """As the handbook sets them, on its features."""
    return {
        "logistic regression": LogisticRegression(random_state=0),
        "random forest": RandomForestClassifier(random_state=0, n_jobs=-1),
        "XGBoost": XGBClassifier(random_state=0, n_jobs=-1, tree_method="exact"),
    }


def own_features(table, program):
    """What the memories of POPs say of each transaction, and the names of the columns."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["at_s", "customer", "terminal", "amount_minor", "fraud"])
    cents = np.rint(table["amount"] * 100).astype(np.int64)
    columns = (table["second"], table["customer"], table["terminal"], cents, table["fraud"])
    writer.writerows(zip(*(column.tolist() for column in columns)))
    run = subprocess.run([program, "handbook"], input=text.getvalue().encode(), capture_output=True, check=True)
    names = run.stderr.decode().splitlines()[0].split(",")
    return np.frombuffer(run.stdout, dtype="<f4").reshape(-1, len(names)), names


def boosted(seed):
    return XGBClassifier(n_estimators=200, learning_rate=0.03, max_depth=4, min_child_weight=3, reg_lambda=5,
                         colsample_bytree=0.6, subsample=0.8, random_state=seed, n_jobs=1, tree_method="exact")


def network(seed):
    return make_pipeline(
        QuantileTransformer(output_distribution="normal", random_state=0), StandardScaler(),
        MLPClassifier((32, 16), alpha=1e-2, learning_rate_init=2e-3, max_iter=30, early_stopping=False, random_state=seed))


def log_odds(score):
    score = np.clip(score, 1e-7, 1 - 1e-7)
    return np.log(score / (1 - score))


def mean_log_odds(models, x, y, rows):
    return np.mean([log_odds(model.fit(x, y).predict_proba(rows)[:, 1]) for model in models], axis=0)


def evaluate(table, program):
    """{name: (AUC, AP, CP)} of everything that is compared."""
    train, test = protocol.split(table)
    say(f"split: {protocol.check(table, train, test)}")
    y = table["fraud"][train]
    rows = {}
    x = published.features(table)
    scaler = StandardScaler().fit(x[train])
    for name, model in baselines().items():
        model.fit(scaler.transform(x[train]), y)
        rows[name] = protocol.figures(table, test, model.predict_proba(scaler.transform(x[test]))[:, 1])
        say(f"{name}: {shown(rows[name])}, published {shown(PUBLISHED[name])}")
    own, names = own_features(table, program)
    say(f"{len(names)} features of Kiosk's: {', '.join(names)}")
    trees = mean_log_odds([boosted(seed) for seed in SEEDS], own[train], y, own[test])
    net = mean_log_odds([network(seed) for seed in SEEDS], own[train], y, own[test])
    for name, score in (("Kiosk, boosting alone", trees), ("Kiosk, network alone", net), ("Kiosk", (trees + net) / 2)):
        rows[name] = protocol.figures(table, test, score)
        say(f"{name}: {shown(rows[name])}")
    rows["oracle"] = protocol.figures(table, test, oracle.score(table, test))
    say(f"oracle: {shown(rows['oracle'])}")
    return rows


def shown(figures):
    return "AUC {:.3f}  AP {:.3f}  CP@100 {:.3f}".format(*figures)


def report(found, rows):
    lines = ["# Kiosk's features on the Fraud Detection Handbook's benchmark", "",
             f"{found['rows']:,} transactions, {found['fraud']:,} of them fraud "
             f"({' / '.join(f'{count:,}' for count in found['scenarios'])} by scenario).", "",
             "| model | AUC | AP | CP@100 | published |", "|---|---|---|---|---|"]
    for name, figures in rows.items():
        beside = "{:.3f} / {:.3f} / {:.3f}".format(*PUBLISHED[name]) if name in PUBLISHED else ""
        lines.append("| {} | {:.3f} | {:.3f} | {:.3f} | {} |".format(name, *figures, beside))
    lines.append("| {} | {:.3f} | {:.3f} | {:.3f} | published |".format(BEST_OF_BOOK[0], *BEST_OF_BOOK[1]))
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--features", required=True, help="the program fraud-features")
    program = arguments.parse_args().features
    table = simulator.generate()
    found = simulator.check(table)
    say(f"simulator: {found}")
    rows = evaluate(table, program)
    REPORT.write_text(report(found, rows))
    own, peer, most = rows["Kiosk"], rows["XGBoost"], rows["oracle"]
    say(f"AP {own[1]:.3f}, aim {AIMS['average precision']}; above XGBoost {own[1] - peer[1]:.3f}, aim "
        f"{AIMS['above XGBoost']}; CP@100 {own[2]:.3f}, aim {AIMS['card precision']}, the oracle has {most[2]:.3f}")


if __name__ == "__main__":
    main()
