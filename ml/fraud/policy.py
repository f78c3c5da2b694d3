"""Thresholds from stated costs, and the costs of a policy on given orders."""

import numpy as np

GRID = np.unique(np.concatenate([np.linspace(0.005, 0.1, 20), np.linspace(0.1, 0.99, 90)])).round(4)


def cost_eur(costs, score, fraud, amount_eur, review_at, block_at):
    """Total cost of sending score >= review_at to review and >= block_at to refusal."""
    missed = costs["missed_fraud_fixed"] + costs["missed_fraud_share_of_amount"] * amount_eur
    refused = costs["refused_customer_fixed"] + costs["refused_customer_share_of_amount"] * amount_eur
    review = (score >= review_at) & (score < block_at)
    block = score >= block_at
    per_order = np.where(fraud, missed, 0.0)
    per_order = np.where(review, costs["review"] + np.where(
        fraud, costs["review_misses_fraud_share"] * missed, costs["review_loses_customer_share"] * refused), per_order)
    per_order = np.where(block, np.where(fraud, 0.0, refused), per_order)
    return float(per_order.sum())


def thresholds(policy, score, fraud, amount_eur):
    """The pair (review_at, block_at) of least cost among those that keep reviews below the share allowed."""
    best = None
    for block_at in GRID:
        for review_at in GRID[GRID <= block_at]:
            share = float(np.mean((score >= review_at) & (score < block_at)))
            if share > policy["review_share_max"]:
                continue
            cost = cost_eur(policy["costs_eur"], score, fraud, amount_eur, review_at, block_at)
            if best is None or cost < best[0]:
                best = (cost, float(review_at), float(block_at))
    return best[1], best[2]
