"""What the recipes of the four subjects share: counting earlier events, and the labels a shop would hear."""

import numpy as np

from recipe import FRAUD_UNREPORTED_SHARE, LEGIT_DISPUTED_SHARE

HOUR, DAY = 3_600, 86_400
EVER = 10_000 * DAY


def numbers(*columns):
    """One integer for each distinct combination of the columns."""
    return np.unique(np.stack(columns), axis=1, return_inverse=True)[1].reshape(-1)


def at_or_before(at, key, event_at, event_key, window=EVER):
    """For each (at, key): events of the same key from `window` seconds before up to then. Keys are 0 or more."""
    span = int(max(at.max(), event_at.max())) + window + 1
    events = np.sort(event_key * span + event_at)
    until = np.searchsorted(events, key * span + at, side="right")
    return until - np.searchsorted(events, key * span + at - window, side="left")


def before(at, key, window=EVER):
    """How many events of the same key there were within `window` seconds before each. Rows are sorted by time."""
    span = int(at.max()) + window + 1
    order = np.argsort(key, kind="stable")
    events = key[order] * span + at[order]
    counts = np.empty(len(at), dtype=np.int64)
    counts[order] = np.arange(len(at)) - np.searchsorted(events, events - window, side="left")
    return counts


def together(parts):
    """Columns of all parts, by time."""
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(table["at"], kind="stable")
    return {name: column[order] for name, column in table.items()}


def daytime(rng, n):
    """Second of the day of people who are awake."""
    evening = rng.random(n) < 0.6
    return (np.where(evening, rng.normal(20.0, 2.0, n), rng.normal(12.5, 3.0, n)) % 24 * HOUR).astype(np.int64)


def labelled(rng, truth):
    """What a shop would have been told: not all fraud is found, and somebody honest is suspected now and then."""
    flip = rng.random(len(truth))
    return np.where(truth, flip >= FRAUD_UNREPORTED_SHARE, flip < LEGIT_DISPUTED_SHARE).astype(np.int64)
