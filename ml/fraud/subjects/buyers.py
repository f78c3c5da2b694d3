"""Orders of one vendor or one discount over the last 30 days, and the facts of who placed them.

Each is looked at once, so that no vendor and no code is both learnt from and measured by.
"""

import numpy as np

from subjects.events import labelled

WINDOW_DAYS, RECENT_DAYS = 30, 3


class Orders:
    """Columns of one subject's orders; kinds of buyers are added to it."""

    def __init__(self, rng):
        self.rng, self.parts, self.next = rng, [], 0

    def fresh(self, n):
        self.next += n
        return np.arange(self.next - n, self.next)

    def add(self, n, *, people, days, once=0.0, shared_by=1, loyalty=0.0, elsewhere=0.0, doubted=0.0, disputed=0.0,
            returned=0.0):
        """`n` orders of `people`, within the last `days` days.

        The share `once` is placed by people who order no second time. `shared_by` people use one device or address;
        `loyalty` of the orders are those of one of them; `elsewhere` is the share of people whose device or address has
        been seen with many others elsewhere: offices, dormitories, pick-up points.
        """
        rng = self.rng
        n, people = int(n), max(int(people), 1)
        who = np.where(rng.random(n) < once, people + np.arange(n), rng.integers(0, people, n))
        people += n
        ids = self.fresh(people)
        who = np.where(rng.random(n) < loyalty, 0, who)
        # Those who order share with each other, so they are numbered as they come.
        _, who = np.unique(who, return_inverse=True)
        people = int(who.max()) + 1 if n else 1
        places = self.fresh(-(-people // max(int(shared_by), 1)))
        place = places[rng.permutation(people) % len(places)]
        busy = rng.random(people) < elsewhere
        self.parts.append({
            "customer": ids[who], "place": place[who], "busy": busy[who], "age": rng.uniform(0, days, n),
            "doubted": rng.random(n) < doubted, "disputed": rng.random(n) < disputed,
            "returned": rng.random(n) < returned})

    def facts(self, age_days):
        """What `kiosk_risk::VendorFacts` and `DiscountFacts` have in common. Without orders, every share is 0."""
        table = {name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]}
        n = len(table["age"])
        share = (lambda column: float(column.mean())) if n else (lambda column: 0.0)
        _, of_customer = np.unique(table["customer"], return_counts=True)
        pairs = np.unique(np.stack([table["place"], table["customer"]]), axis=1)
        customers_of = np.bincount(pairs[0], minlength=self.next + 1)
        linked = table["busy"] | (customers_of[table["place"]] >= 3)
        return {
            "age_days": min(int(age_days), 365), "orders": n, "customers_share": len(of_customer) / n if n else 0.0,
            "top_customer_share": of_customer.max() / n if n else 0.0, "linked_share": share(linked),
            "doubted_share": share(table["doubted"]), "disputed_share": share(table["disputed"]),
            "returned_share": share(table["returned"]), "recent_share": share(table["age"] < RECENT_DAYS)}


def honest_shares(rng):
    """What goes wrong with honest orders: more in some trades than in others."""
    return {"elsewhere": rng.beta(1.2, 16), "doubted": rng.beta(1.2, 50), "disputed": rng.beta(1, 180),
            "returned": rng.beta(1.3, 9)}


def odd_few(rng, orders, days):
    """Up to nine orders, of which every share can be anything: friends, one loyal customer, all sent back, all at once.
    Only links and disputes stay below the half."""
    n = int(rng.integers(0, 10))
    people = round(n * rng.choice([rng.random(), 1.0, 0.0]))
    wild = rng.random(3) ** rng.choice([0.3, 2.0], 3)
    for part in (n // 2, n - n // 2):
        orders.add(part, people=-(-people // 2), days=days, shared_by=1, loyalty=rng.choice([0, 0.5, 1.0]),
                   elsewhere=0.35 * rng.random(), doubted=wild[0] * rng.choice([0.05, 1.0]),
                   disputed=0.2 * rng.random() ** 2, returned=wild[1])


def looked_at(seed, days, honest, fraud):
    """Draws a subject of one of the patterns for each moment at which one is looked at. `honest` and `fraud` are
    (name, function, how many); a function gives facts, and that of a fraud is told how late it is."""
    rng = np.random.default_rng(seed)
    rows, pattern, when = [], [], []
    for place, (_, make, count) in enumerate(honest + fraud):
        for day in rng.uniform(0, days, count):
            late = (day / days,) if place >= len(honest) else ()
            rows.append(make(rng, *late))
            pattern.append(place)
            when.append(int(day))
    table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    pattern = np.array(pattern)
    truth = (pattern >= len(honest)).astype(np.int64)
    return table | {"pattern": pattern, "day": np.array(when), "truth": truth, "label": labelled(rng, truth)}
