"""Codes by who uses them: newsletters, regulars, colleagues, and codes that are farmed or that got out."""

import numpy as np

from subjects.buyers import Orders, honest_shares, looked_at, odd_few

DAYS, WARM_UP_DAYS = 120, 0


def discount(rng, orders, age, taken_off):
    """The facts of the orders, and what the code takes off: a little more or less, as baskets differ."""
    facts = orders.facts(age)
    share = float(np.clip(taken_off + rng.normal(0, 0.01), 0.0, 0.99))
    return facts | {"taken_off_share": share if facts["orders"] else 0.0}


def usual(rng):
    return float(rng.choice([0.05, 0.1, 0.1, 0.15, 0.2, 0.25, 0.3]))


def newsletter(rng):
    """Sent to many strangers, who use it within a day or two; at times it takes off a lot."""
    orders, n = Orders(rng), int(rng.lognormal(np.log(150), 1.1)) + 5
    age = rng.choice([rng.uniform(0, 10), rng.uniform(0, 30), rng.uniform(60, 365)])
    orders.add(n, people=n * rng.uniform(1, 5), once=rng.choice([0, 0.5, 1]),
               days=min(30, age + 0.3, rng.uniform(0.5, 10)), **honest_shares(rng))
    return discount(rng, orders, age, rng.choice([usual(rng), 0.4, 0.5], p=[0.85, 0.1, 0.05]))


def new_customers(rng):
    orders, n, age = Orders(rng), int(rng.lognormal(np.log(60), 1.2)) + 2, rng.uniform(0, 365)
    orders.add(n, people=n, once=rng.uniform(0.8, 1), days=min(30, age + 1), **honest_shares(rng))
    return discount(rng, orders, age, usual(rng))


def few(rng):
    """Friends and families, or hardly known."""
    orders, age = Orders(rng), rng.uniform(0, 365)
    odd_few(rng, orders, rng.choice([1, 3, 30]))
    return discount(rng, orders, age, rng.uniform(0.02, 0.6))


def regulars(rng):
    """For loyal customers, who use it again and again."""
    orders, n = Orders(rng), rng.integers(10, 300)
    orders.add(n, people=max(n * rng.uniform(0.05, 0.5), 1), days=30, loyalty=0.3 * rng.random(), **honest_shares(rng))
    return discount(rng, orders, rng.uniform(10, 365), usual(rng))


def colleagues(rng):
    """Employees: few people, some of them at the office's address, and much taken off."""
    orders, n = Orders(rng), rng.integers(8, 90)
    orders.add(n, people=max(n * rng.uniform(0.2, 0.7), 2), days=30, shared_by=rng.choice([1, 2, 2]),
               **honest_shares(rng) | {"elsewhere": rng.uniform(0.1, 0.6)})
    return discount(rng, orders, rng.uniform(10, 365), rng.uniform(0.2, 0.45))


def students(rng):
    """Dormitories and campuses."""
    orders, n = Orders(rng), rng.integers(10, 300)
    orders.add(n, people=n * rng.uniform(0.6, 1.2), days=30, shared_by=rng.choice([1, 2, 4]),
               **honest_shares(rng) | {"elsewhere": rng.uniform(0.15, 0.5)})
    return discount(rng, orders, rng.uniform(10, 365), rng.uniform(0.05, 0.2))


def farmed(rng, late):
    """One household, account after account, as long as the code holds."""
    orders, n = Orders(rng), rng.integers(10, 120)
    share = rng.uniform(0.75 - 0.3 * late, 1.0)
    orders.add(n, people=n * rng.uniform(0.7, 1.0), once=rng.choice([0, 0.8, 1]), days=rng.choice([3, 8, 20]),
               shared_by=rng.integers(4, 20) * (1 - 0.5 * late) + 1, doubted=rng.uniform(0.02, 0.3), returned=0.05)
    orders.add(n * (1 - share) / share, people=n, days=30, **honest_shares(rng))
    return discount(rng, orders, rng.uniform(3, 365), rng.uniform(0.1, 0.5))


def leaked(rng, late):
    """An employees' code, posted where everybody reads it: years old, and suddenly used by strangers."""
    orders, before, n = Orders(rng), rng.integers(3, 40), rng.integers(30, 600)
    orders.add(before, people=max(before * 0.5, 1), days=30, **honest_shares(rng) | {"elsewhere": 0.3})
    orders.add(n, people=n * rng.uniform(0.9, 3), days=rng.uniform(1, 4 + 6 * late), doubted=rng.uniform(0.02, 0.1),
               elsewhere=0.1)
    return discount(rng, orders, rng.uniform(60, 365), rng.uniform(0.28, 0.5))


def resold(rng, late):
    """Somebody who buys to sell on: a few accounts, much, and back what is left."""
    orders, n = Orders(rng), rng.integers(12, 150)
    orders.add(n, people=rng.integers(3, 12), days=rng.choice([5, 15, 30]), shared_by=12 * (1 - 0.5 * late),
               doubted=rng.uniform(0.05, 0.4), returned=rng.uniform(0.05, 0.4))
    orders.add(n * rng.uniform(0, 0.4 + 0.4 * late), people=n, days=30, **honest_shares(rng))
    return discount(rng, orders, rng.uniform(3, 365), rng.uniform(0.15, 0.5))


def stolen_cards(rng, late):
    """A code that a ring with stolen cards lives on."""
    orders, n = Orders(rng), rng.integers(12, 200)
    orders.add(n, people=n, once=rng.uniform(0.5, 1), days=rng.choice([2, 8, 20]), shared_by=rng.choice([1, 3, 8]),
               returned=0.1, doubted=rng.uniform(0.2, 0.7) * (1 - 0.4 * late),
               disputed=rng.uniform(0.08, 0.5) * (1 - 0.4 * late))
    orders.add(n * 0.3, people=n, days=30, **honest_shares(rng))
    return discount(rng, orders, rng.uniform(0, 365), rng.uniform(0.05, 0.4))


HONEST = [("new_customers", new_customers, 2_500), ("newsletter", newsletter, 3_500), ("few", few, 14_000),
          ("regulars", regulars, 1_500), ("colleagues", colleagues, 1_200), ("students", students, 900)]
FRAUD = [("farmed", farmed, 500), ("leaked", leaked, 400), ("resold", resold, 400), ("stolen_cards", stolen_cards, 350)]
PATTERN = tuple(name for name, *_ in HONEST + FRAUD)


def generate(seed):
    return looked_at(seed, DAYS, HONEST, FRAUD)
