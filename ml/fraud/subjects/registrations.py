"""Accounts that are opened: people, families, classes and workshops, and farms of accounts."""

import numpy as np

from subjects.events import DAY, HOUR, before, daytime, labelled, numbers, together

PATTERN = ("person", "household", "class", "workshop", "event", "office", "campaign",
           "script", "spread", "throw_away", "slow_farm")
FIRST_FRAUD = PATTERN.index("script")
DAYS, WARM_UP_DAYS = 120, 7
# Regions of a large, a middling and a quiet shop: accounts of single people a day, attacks of each kind a day.
REGIONS = ((600, 0.20), (70, 0.06), (8, 0.02))
BIG_DOMAINS, NAMES = 6, 3_000


class Fresh:
    """Hands out networks, domains and letters that nobody else has; the first ones are the well-known ones."""

    def __init__(self):
        self.next = 1_000_000

    def __call__(self, n=1):
        self.next += n
        return np.arange(self.next - n, self.next)


def accounts(rng, pattern, at, *, network, domain, letters, digits, name, phone_missing, disposable=0.0):
    """One part of the table; probabilities are drawn here."""
    n = len(at)
    return {"pattern": np.full(n, PATTERN.index(pattern)), "at": at.astype(np.int64),
            "network": np.broadcast_to(network, n), "domain": np.broadcast_to(domain, n),
            "letters": np.broadcast_to(letters, n), "digits": np.broadcast_to(digits, n).astype(np.int64),
            "name": rng.random(n) < name, "phone_missing": rng.random(n) < phone_missing,
            "disposable": rng.random(n) < disposable}


def people(rng, fresh, pattern, at, network):
    """Strangers: most with one of the big providers, where the common names need digits and many are alike."""
    n = len(at)
    big = rng.random(n) < 0.7
    common = rng.random(n) < 0.5
    domain = np.where(big, rng.choice(BIG_DOMAINS, n, p=[0.5, 0.2, 0.12, 0.08, 0.06, 0.04]), fresh(n))
    letters = np.where(common, (NAMES * rng.random(n) ** 2).astype(np.int64), fresh(n))
    digits = np.where(rng.random(n) < np.where(common & big, 0.6, 0.2), rng.choice([1, 2, 2, 3, 4, 4, 6], n), 0)
    return accounts(rng, pattern, at, network=network, domain=domain, letters=letters, digits=digits, name=0.6,
                    phone_missing=0.5, disposable=0.012)


def persons(rng, fresh, per_day):
    n = rng.poisson(per_day * DAYS)
    at = rng.integers(0, DAYS, n) * DAY + daytime(rng, n)
    # Homes, telephone companies that hide thousands behind one address, offices.
    kind = rng.random(n)
    network = np.where(kind < 0.7, fresh(n), np.where(kind < 0.9, rng.integers(0, 15, n), rng.integers(100, 200, n)))
    return people(rng, fresh, "person", at, network)


def group(rng, fresh, start, pattern):
    """People who register together, from one network."""
    low, high, hours = {"household": (2, 9, 1.0), "class": (8, 31, 1.0), "workshop": (8, 46, 1.2),
                        "event": (5, 36, 2.0), "office": (8, 60, 9.0)}[pattern]
    n = int(rng.integers(low, high))
    at = start + np.sort(rng.uniform(0, hours * HOUR, n)).astype(np.int64)
    network = fresh()[0]
    if pattern == "event" or (pattern in ("household", "class") and rng.random() < 0.5):
        return people(rng, fresh, pattern, at, network)
    # One domain; numbered addresses are common in workshops and tests: shopper1, shopper2.
    often = {"workshop": [0.0, 0.6, 1.0], "office": [0.0]}.get(pattern, [0.0, 0.0, 0.9])
    numbered = rng.random(n) < rng.choice(often)
    letters = np.where(numbered, fresh()[0], fresh(n))
    # Tests put the time into an address.
    digits = np.where(numbered, rng.choice([rng.integers(1, 3), 3, 5, 10, 13], p=[0.6, 0.1, 0.1, 0.1, 0.1]),
                      rng.choice([0, 0, 0, 1, 2, 4], n))
    if pattern == "workshop" and rng.random() < 0.4:
        # And again on another day of the week.
        at = at + rng.integers(0, 2, n) * DAY * rng.integers(1, 6)
    domain = rng.choice([fresh()[0], 0])
    return accounts(rng, pattern, at, network=network, domain=domain, letters=letters, digits=digits,
                    name=rng.choice([0.0, 0.3, 0.8]), phone_missing=rng.choice([0.3, 0.9, 1.0]))


def campaign(rng, fresh, start, per_day):
    """A newsletter brings strangers within an hour or two."""
    n = int(per_day * rng.uniform(0.2, 1.5)) + 5
    at = start + np.sort(rng.exponential(HOUR, n)).astype(np.int64)
    network = np.where(rng.random(n) < 0.8, fresh(n), rng.integers(0, 15, n))
    return people(rng, fresh, "campaign", at, network)


def attack(rng, fresh, start, pattern, late):
    """Farms of accounts; the later, the fewer alike and from one network."""
    low, high, hours = {"script": (60, 400, 1.5), "spread": (60, 250, 14.0), "throw_away": (20, 90, 2.0),
                        "slow_farm": (40, 120, 60.0)}[pattern]
    n = int(rng.integers(low, high))
    at = start + np.sort(rng.uniform(0, hours * HOUR, n)).astype(np.int64)
    alike = rng.random(n) < {"script": 0.7, "spread": 0.9, "throw_away": 0.3, "slow_farm": 0.95}[pattern] - 0.3 * late
    letters = np.where(alike, fresh()[0], fresh(n))
    domains = fresh(1 + int(3 * late * rng.random()))
    networks = {"script": 1 + int(3 * late), "spread": n // 2, "throw_away": 4, "slow_farm": 3}[pattern]
    throw_away = {"script": 0.5, "spread": 0.4, "throw_away": 1.0, "slow_farm": 0.3}[pattern] * (1 - 0.4 * late)
    throw_away = 1.0 if pattern == "throw_away" else float(rng.random() < throw_away)
    domain = domains[rng.integers(0, len(domains), n)] if throw_away or rng.random() < 0.6 else 0
    return accounts(rng, pattern, at, network=fresh(networks)[rng.integers(0, networks, n)], domain=domain,
                    letters=letters, digits=rng.integers(1, 6, n), name=0.1 + 0.3 * late,
                    phone_missing=0.97 - 0.2 * late, disposable=throw_away)


def facts(table):
    """As `kiosk_risk::RegistrationFacts` defines them."""
    at, alike = table["at"], numbers(table["letters"], table["domain"])
    return {
        "hour_of_day": at % DAY // HOUR, "disposable_email": table["disposable"], "email_digits": table["digits"],
        "email_has_name": table["name"], "phone_missing": table["phone_missing"],
        "client_count_hour": before(at, table["network"], HOUR), "client_count_day": before(at, table["network"], DAY),
        "alike_count_day": before(at, alike, DAY), "alike_count_week": before(at, alike, 7 * DAY),
        "domain_count_hour": before(at, table["domain"], HOUR), "count_hour": before(at, at * 0, HOUR),
    }


def region(rng, per_day, attacks_per_day):
    fresh = Fresh()
    parts = [persons(rng, fresh, per_day)]

    def starts(a_day, kind):
        return [int(day) * DAY + int(kind(rng, 1)[0]) for day in rng.integers(0, DAYS, rng.poisson(a_day * DAYS))]

    groups = per_day ** 0.5 / 12
    for pattern, a_day in (("household", 12), ("class", 0.7), ("workshop", 2.5), ("event", 0.7), ("office", 0.6)):
        parts += [group(rng, fresh, start, pattern) for start in starts(a_day * groups, daytime)]
    parts += [campaign(rng, fresh, start, per_day) for start in starts(0.1, daytime)]
    for pattern, factor in (("script", 1), ("spread", 1), ("throw_away", 2), ("slow_farm", 1)):
        for start in starts(factor * attacks_per_day, lambda rng, n: rng.integers(0, DAY, n)):
            parts.append(attack(rng, fresh, start, pattern, start / (DAYS * DAY)))
    table = together(parts)
    return facts(table) | {"pattern": table["pattern"], "day": table["at"] // DAY}


def generate(seed):
    rng = np.random.default_rng(seed)
    regions = [region(rng, *size) for size in REGIONS]
    table = {name: np.concatenate([one[name] for one in regions]) for name in regions[0]}
    truth = (table["pattern"] >= FIRST_FRAUD).astype(np.int64)
    return table | {"truth": truth, "label": labelled(rng, truth)}
