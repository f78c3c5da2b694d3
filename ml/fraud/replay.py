"""Features of the recipe's orders, computed by the Rust code that POPs run (`ml/features`)."""

import csv
import io
import json
import subprocess

import numpy as np

from recipe import DELIVERY, PAYMENT

KEYS = ("customer", "device", "address", "card")
COLUMNS = ("at_ms", "amount_minor", "unit_price_minor_max", "item_count", "sku_count", "line_quantity_max", "bulky",
           "delivery", "payment", "hour_of_day", "account_age_days", "cart_age_s", "billing_differs", "disposable_email",
           "discount_percent", "vendor", "reported_ms", *KEYS)
RENAMED = {"amount_minor": "amount", "unit_price_minor_max": "unit_price_max"}


def column(table, name):
    values = table[RENAMED.get(name, name)].tolist()
    if name in KEYS:
        return [f"k{value}" if value >= 0 else "" for value in values]
    if name in ("account_age_days", "reported_ms"):
        return [value if value >= 0 else "" for value in values]
    names = {"delivery": DELIVERY, "payment": PAYMENT}.get(name)
    return [names[value] for value in values] if names else values


def features(program, spec, table):
    """Rows x features, float32, in the order of the list at the path `spec`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(zip(*(column(table, name) for name in COLUMNS)))
    run = subprocess.run([program, "shop", str(spec)], input=text.getvalue().encode(), stdout=subprocess.PIPE, check=True)
    return np.frombuffer(run.stdout, dtype="<f4").reshape(-1, len(json.loads(spec.read_text())["features"]))
