"""The transaction simulator of the Fraud Detection Handbook, written anew from its description.

Le Borgne, Siblini, Lebichot, Bontempi: Reproducible Machine Learning for Credit Card Fraud Detection (2022), chapter 3.
Its draws come in the order of the description from numpy's and Python's legacy generators, so that rows and frauds are
those that its tables speak of. Columns are equally long arrays; rows are sorted by time.
"""

import random

import numpy as np

DAY_S = 86_400
DAYS = 183  # from 2018-04-01, a Sunday
CUSTOMERS, TERMINALS = 5_000, 10_000
REACH = 5.0
LARGE = 220.0  # scenario 1: every amount above is fraud
TERMINALS_A_DAY, TERMINAL_DAYS = 2, 28  # scenario 2
CUSTOMERS_A_DAY, CUSTOMER_DAYS, CUSTOMER_FACTOR = 3, 14, 5  # scenario 3
EXPECTED = {"rows": 1_754_155, "fraud": 14_681, "scenarios": (978, 9_099, 4_604)}


def customers():
    """x, y, mean amount, transactions a day."""
    drawn = np.random.RandomState(0).random_sample((CUSTOMERS, 4))
    return drawn * [100, 100, 95, 4] + [0, 0, 5, 0]


def terminals():
    return np.random.RandomState(1).random_sample((TERMINALS, 2)) * 100


def transactions_of(customer, profile, places):
    """(second, customer, terminal, amount) of one customer over all days."""
    x, y, mean, rate = profile
    near = np.flatnonzero(np.hypot(*(places - [x, y]).T) < REACH).tolist()
    rng = np.random.RandomState(customer)
    chooser = random.Random(customer)
    for day in range(DAYS):
        for _ in range(rng.poisson(rate)):
            second = int(rng.normal(DAY_S / 2, 20_000))
            if not 0 < second < DAY_S:
                continue
            amount = rng.normal(mean, mean / 2)
            if amount < 0:
                amount = rng.uniform(0, mean * 2)
            if near:
                yield day * DAY_S + second, customer, chooser.choice(near), round(amount, 2)


def compromised(count, size, day):
    """Who is compromised on a day: what pandas' `sample(n, random_state=day)` picks of so many."""
    return np.random.RandomState(day).choice(count, size=size, replace=False)


def add_fraud(table):
    """Marks the frauds of the three scenarios; a row keeps the first that made it one."""
    day = table["day"]
    scenario = np.where(table["amount"] > LARGE, 1, 0)

    def mark(rows, number):
        scenario[rows[scenario[rows] == 0]] = number

    def rows_of(column, ids, first, days):
        return np.flatnonzero((day >= first) & (day < first + days) & np.isin(table[column], ids))

    for first in range(DAYS - 1):
        mark(rows_of("terminal", compromised(TERMINALS, TERMINALS_A_DAY, first), first, TERMINAL_DAYS), 2)
    for first in range(DAYS - 1):
        rows = rows_of("customer", compromised(CUSTOMERS, CUSTOMERS_A_DAY, first), first, CUSTOMER_DAYS)
        stolen = np.array(random.Random(first).sample(rows.tolist(), k=len(rows) // 3), dtype=int)
        table["amount"][stolen] *= CUSTOMER_FACTOR
        mark(stolen, 3)
    return table | {"scenario": scenario, "fraud": (scenario > 0).astype(np.int64)}


def generate():
    profiles, places = customers(), terminals()
    rows = [row for customer in range(CUSTOMERS) for row in transactions_of(customer, profiles[customer], places)]
    second, customer, terminal, amount = (np.array(column) for column in zip(*rows))
    order = np.argsort(second, kind="quicksort")
    table = {"second": second[order], "day": second[order] // DAY_S, "customer": customer[order],
             "terminal": terminal[order], "amount": amount[order]}
    return add_fraud(table)


def check(table):
    """Fails when the simulator is not the one whose figures are published."""
    found = {"rows": len(table["day"]), "fraud": int(table["fraud"].sum()),
             "scenarios": tuple(int((table["scenario"] == number).sum()) for number in (1, 2, 3))}
    if found != EXPECTED:
        raise SystemExit(f"the simulator made {found}, published are {EXPECTED}")
    return found
