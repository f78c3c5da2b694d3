"""Thresholds from stated costs, and the costs of a policy on given orders."""

import numpy as np

GRID = np.unique(np.concatenate([np.linspace(0.005, 0.1, 39), np.linspace(0.1, 0.99, 90)])).round(4)


def costs_of(costs, fraud, amount_eur):
    """What each order costs when it is allowed, stepped up, reviewed, blocked: one row for each, in euros.

    Where nothing can be stepped up, no costs of it are stated.
    """
    missed = costs["missed_fraud_fixed"] + costs["missed_fraud_share_of_amount"] * amount_eur
    refused = costs["refused_customer_fixed"] + costs["refused_customer_share_of_amount"] * amount_eur

    def looked_at(name):
        if name not in costs:
            return np.full(len(fraud), np.nan)
        return costs[name] + np.where(
            fraud, costs[f"{name}_misses_fraud_share"] * missed, costs[f"{name}_loses_customer_share"] * refused)

    return np.stack([np.where(fraud, missed, 0.0), looked_at("step_up"), looked_at("review"), np.where(fraud, 0.0, refused)])


def outcomes(score, thresholds):
    """0 allow, 1 step up, 2 review, 3 block; thresholds are ascending (step_up, review, block)."""
    return np.searchsorted(np.asarray(thresholds), score, side="right")


def cost_eur(costs, score, fraud, amount_eur, thresholds):
    """Total cost of a policy."""
    return float(costs_of(costs, fraud, amount_eur)[outcomes(score, thresholds), np.arange(len(score))].sum())


def thresholds(policy, score, fraud, amount_eur):
    """The (step_up, review, block) of least cost among those that keep step-ups and reviews below the shares allowed."""
    if "step_up" not in policy["costs_eur"]:
        return without_step_up(policy, score, fraud, amount_eur)
    order = np.argsort(score, kind="stable")
    # Cost and number of orders below each threshold of the grid, for each outcome: any range is a difference of two.
    below = np.concatenate([[0], np.searchsorted(score[order], GRID, side="left"), [len(score)]])
    sums = np.zeros((4, len(score) + 1))
    sums[:, 1:] = costs_of(policy["costs_eur"], fraud, amount_eur)[:, order].cumsum(axis=1)
    at = sums[:, below]
    best = None
    for block in range(1, len(GRID) + 1):
        for review in range(1, block + 1):
            if below[block] - below[review] > policy["review_share_max"] * len(score):
                continue
            step_up = np.arange(1, review + 1)
            fits = below[review] - below[step_up] <= policy["step_up_share_max"] * len(score)
            cost = at[0, step_up] + at[1, review] - at[1, step_up]
            cost = np.where(fits, cost, np.inf) + at[2, block] - at[2, review] + at[3, -1] - at[3, block]
            least = int(np.argmin(cost))
            if best is None or cost[least] < best[0]:
                best = (cost[least], GRID[least], GRID[review - 1], GRID[block - 1])
    return tuple(float(value) for value in best[1:])


def without_step_up(policy, score, fraud, amount_eur):
    """The same where nothing can be stepped up: that threshold is then the one of reviews, and no score is in between."""
    costs = costs_of(policy["costs_eur"], fraud, amount_eur)
    best = None
    for place, review in enumerate(GRID):
        for block in GRID[place:]:
            outcome = outcomes(score, (review, review, block))
            if np.mean(outcome == 2) > policy["review_share_max"]:
                continue
            cost = costs[outcome, np.arange(len(score))].sum()
            if best is None or cost < best[0]:
                best = (cost, review, review, block)
    return tuple(float(value) for value in best[1:])
