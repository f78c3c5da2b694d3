"""The handbook's protocol: train on a week, wait a week for labels, test on a week without customers known as
compromised; AUC ROC, average precision, and card precision among the hundred most suspicious customers of each day."""

from datetime import date

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

FIRST_DAY = date(2018, 4, 1)
TRAIN_FROM = (date(2018, 7, 25) - FIRST_DAY).days
TRAIN_DAYS = DELAY_DAYS = TEST_DAYS = 7
TOP = 100
EXPECTED = {"train": (67_240, 598), "test": (58_264, 385)}


def split(table, train_from=TRAIN_FROM):
    """Rows to train on, rows to test on."""
    day, customer, fraud = table["day"], table["customer"], table["fraud"] == 1
    train = np.flatnonzero((day >= train_from) & (day < train_from + TRAIN_DAYS))
    known = np.zeros(customer.max() + 1, dtype=bool)
    known[customer[train[fraud[train]]]] = True
    test = []
    for offset in range(TEST_DAYS):
        # What became known since the training: the labels of one more day.
        known[customer[(day == train_from + TRAIN_DAYS + offset - 1) & fraud]] = True
        rows = np.flatnonzero(day == train_from + TRAIN_DAYS + DELAY_DAYS + offset)
        test.append(rows[~known[customer[rows]]])
    return train, np.concatenate(test)


def check(table, train, test):
    found = {name: (len(rows), int(table["fraud"][rows].sum())) for name, rows in (("train", train), ("test", test))}
    if found != EXPECTED:
        raise SystemExit(f"the split has {found}, published is {EXPECTED}")
    return found


def card_precision(table, rows, score):
    """The share of compromised customers among the TOP of each day, on average; who was found is not looked for again."""
    found, shares = np.zeros(table["customer"].max() + 1, dtype=bool), []
    day = table["day"][rows]
    for today in np.unique(day):
        here = rows[(day == today) & ~found[table["customer"][rows]]]
        highest = score[(day == today) & ~found[table["customer"][rows]]]
        order = np.argsort(-highest, kind="stable")
        customers, first = np.unique(table["customer"][here][order], return_index=True)
        suspects = customers[np.argsort(first, kind="stable")][:TOP]
        compromised = np.unique(table["customer"][here[table["fraud"][here] == 1]])
        caught = suspects[np.isin(suspects, compromised)]
        found[caught] = True
        shares.append(len(caught) / TOP)
    return float(np.mean(shares))


def figures(table, rows, score):
    """(AUC ROC, average precision, card precision at TOP)."""
    truth = table["fraud"][rows]
    return (float(roc_auc_score(truth, score)), float(average_precision_score(truth, score)),
            card_precision(table, rows, score))
