"""What every model is measured by and shipped with: figures, a typical row, rows of known scores, files."""

import sys

import numpy as np
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

import policy as policies
from progress import say


def split(day, split_days):
    """Row numbers of each part, by time, as a shop would have to."""
    return {name: np.flatnonzero((day >= low) & (day < high)) for name, (low, high) in split_days.items()}


def evaluate(policy, score, label, fraud, amount_eur, thresholds):
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
    return {k: round(v, 6) if isinstance(v, float) else v for k, v in figures.items()}


def typical_row(x, scores, mean, spread, honest):
    """The honest row nearest to the average among those of about the median score.

    A real row, not the mean of many: the mean of flags and logarithms is an order that never was, and the network's
    answer to it means nothing.
    """
    low, high = np.quantile(scores[honest], [0.45, 0.55])
    middle = honest[(scores[honest] >= low) & (scores[honest] <= high)]
    return middle[np.argmin((((x[middle] - mean) / spread) ** 2).sum(axis=1))]


def parity_rows(pattern, x, session, rows, mixed_rows):
    """Features and scores of rows, and scores of rows that mix them: feature j of mixed row i is that of the row
    (7 i + 13 j) mod n, so that each tree is asked what no row asks of it. `pattern` names that of each."""
    feature, mixed = np.arange(x.shape[1]), np.arange(mixed_rows)[:, None]
    blend = x[rows][(7 * mixed + 13 * feature) % len(rows), feature]
    score, mixed_score = (session.run(["score"], {"features": values})[0][:, 0] for values in (x[rows], blend))
    return {
        "orders": [{"pattern": pattern[i], "features": x[i].tolist(), "score": float(score[place])}
                   for place, i in enumerate(rows)],
        "mixed": [float(f"{value:.7g}") for value in mixed_score.tolist()],
    }


def write(here, files, check):
    """Writes the files, or with `check` compares them with what is there and exits with 1 when a byte differs."""
    if check:
        differing = [path.name for path, data in files.items() if not path.exists() or path.read_bytes() != data]
        say(f"differs from the committed files: {differing}" if differing else "the same bytes as the committed files")
        sys.exit(1 if differing else 0)
    for path, data in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        say(f"wrote {path.relative_to(here)} ({len(data):,} bytes)")
