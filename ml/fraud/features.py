"""Features from order columns, by the definitions of features-v1.json: the Python twin of `kiosk_risk::features`.

The parity file that train.py writes holds orders, counters, features and scores; a Rust test computes all of them again.
"""

import numpy as np

from recipe import DELIVERY, HOUR_MS, PAYMENT

KEYS = ("customer", "device", "address", "card")
WINDOWS_MS = {"1h": HOUR_MS, "24h": 24 * HOUR_MS, "7d": 7 * 24 * HOUR_MS}
PLAIN = ("amount", "unit_price_max", "item_count", "sku_count", "line_quantity_max", "bulky", "hour_of_day",
         "cart_age_s", "billing_differs", "disposable_email")


def velocity(table):
    """Counters of earlier orders per key: {(key, measure, window): column}. Rows must be sorted by time."""
    span = int(table["at_ms"].max()) + 8 * 24 * HOUR_MS
    out = {}
    for key in KEYS:
        ids, at_ms = table[key], table["at_ms"]
        order = np.lexsort((at_ms, ids))
        line = ids[order] * span + at_ms[order]
        spent = np.concatenate([[0], np.cumsum(table["amount"][order])])
        here = np.arange(len(line))
        for window, window_ms in WINDOWS_MS.items():
            floor = np.maximum(line - window_ms, ids[order] * span - 1)
            first = np.searchsorted(line, floor, side="right")
            known = ids[order] >= 0
            for measure, values in (("count", here - first), ("amount", spent[here] - spent[first])):
                column = np.empty(len(line), dtype=np.int64)
                column[order] = np.where(known, values, 0)
                out[key, measure, window] = column
    return out


def raw(source, table, counters):
    """The raw values of one source, as in `kiosk_risk::Source`."""
    if isinstance(source, dict):
        v = source["velocity"]
        return counters[v["key"], v["measure"], v["window"]]
    if source in PLAIN:
        return table[source]
    if source.startswith("delivery_"):
        return table["delivery"] == DELIVERY.index(source.removeprefix("delivery_"))
    if source.startswith("payment_"):
        return table["payment"] == PAYMENT.index(source.removeprefix("payment_"))
    if source == "guest":
        return table["account_age_days"] < 0
    if source == "account_age_days":
        return np.maximum(table["account_age_days"], 0)
    if source == "device_missing":
        return table["device"] < 0
    raise ValueError(f"unknown source {source}")


SCALES = {
    "identity": lambda v: v,
    "log1p": np.log1p,
    "day_sin": lambda v: np.sin(v * (2 * np.pi) / 24),
    "day_cos": lambda v: np.cos(v * (2 * np.pi) / 24),
}


def matrix(spec, table, counters):
    """Rows x features, float32. A raw value outside its plausible range is an error of the recipe."""
    columns = []
    for feature in spec["features"]:
        values = np.asarray(raw(feature["source"], table, counters), dtype=np.float64)
        if not np.all((values >= feature["min"]) & (values <= feature["max"])):
            raise ValueError(f"{feature['name']} leaves its plausible range")
        columns.append(SCALES[feature["scale"]](values).astype(np.float32))
    return np.stack(columns, axis=1)
