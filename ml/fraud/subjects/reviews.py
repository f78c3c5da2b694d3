"""Reviews of what was delivered: customers with habits, and reviews that are bought, copied or meant to harm."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from subjects.events import DAY, HOUR, at_or_before, before, labelled, numbers, together

PATTERN = ("customer", "launch", "faulty_batch", "catching_up", "stall", "flood", "smear", "paid_reviewer", "copied")
FIRST_FRAUD = PATTERN.index("flood")
DAYS, WARM_UP_DAYS = 120, 30
SHORT_TEXTS = 60


class Size(NamedTuple):
    """A region: who is there, which share of launches, of hasty and of unhappy reviews, and how many attacks a day."""

    accounts: int
    products: int
    vendors: int
    orders: int
    launched: float
    hasty: float
    unhappy: float
    attacks: float


# A marketplace that is known, and one that is young: there most have ordered once, and products have few reviews.
REGIONS = (Size(50_000, 900, 150, 140_000, 0.12, 0.12, 0.07, 1.0),
           Size(110_000, 4_000, 500, 90_000, 0.3, 0.4, 0.2, 0.1))


class World:
    """Who sells what, and what was ordered."""

    def __init__(self, rng, size):
        self.size = size
        self.vendor = rng.integers(0, size.vendors, size.products)
        self.quality = rng.normal(4.4, 0.4, size.products).clip(2.2, 5.2)
        self.orders, self.next = [], 1_000_000

    def fresh(self, n=1):
        self.next += n
        return np.arange(self.next - n, self.next)

    def order(self, at, account, product):
        self.orders.append({"at": at, "account": account, "vendor": self.vendor[product]})


def reviews(world, pattern, at, delivered, **columns):
    n = len(at)
    kept = {name: np.broadcast_to(column, n).astype(np.int64) for name, column in columns.items()}
    return kept | {"pattern": np.full(n, PATTERN.index(pattern)), "at": at.astype(np.int64),
                   "delivered": delivered.astype(np.int64), "vendor": world.vendor[kept["product"]]}


def wording(rng, world, n):
    """Words and text: what is three words long was written by many."""
    words = np.maximum(rng.lognormal(np.log(14), 1.1, n), 1).astype(np.int64)
    return words, np.where(words <= 3, rng.integers(0, SHORT_TEXTS, n), world.fresh(n))


def customers(rng, world):
    """Two in five orders are reviewed. Some customers are loyal to one vendor, some share a home, an office or device."""
    accounts, products, n = world.size.accounts, world.size.products, world.size.orders
    activity = rng.gamma(0.6, 1.0, accounts)
    account = rng.choice(accounts, n, p=activity / activity.sum())
    product = (products * rng.random(n) ** 2).astype(np.int64)
    favourite = rng.integers(0, products, accounts)
    loyal = (rng.random(accounts) < 0.12)[account] & (rng.random(n) < 0.9)
    product = np.where(loyal, favourite[account], product)
    at = rng.integers(0, (60 + DAYS) * DAY, n)
    # Launches: a product is ordered, and so reviewed, by many within two days. Of some, a batch is faulty.
    launch = rng.random(n) < world.size.launched
    launches = rng.integers(60 * DAY, (60 + DAYS) * DAY, max(world.size.orders // 1_200, 90))
    which = rng.integers(0, len(launches), n)
    faulty = launch & (which % 5 == 0)
    product = np.where(launch, which * 7 % products, product)
    at = np.where(launch, launches[which] + rng.integers(0, 2 * DAY, n), at)
    world.order(at, account, product)

    alone = accounts + np.arange(accounts)
    home = np.where(rng.random(accounts) < 0.25, rng.integers(0, accounts // 8, accounts), alone)
    home = np.where(rng.random(accounts) < 0.05, 900_000 + rng.integers(0, 40, accounts), home)
    device = np.where(rng.random(accounts) < 0.1, home, alone)
    delivered = at + rng.integers(8 * HOUR, 5 * DAY, n)
    hasty = rng.random(n) < world.size.hasty
    later = np.where(hasty, rng.uniform(0, 6 * HOUR, n), rng.lognormal(np.log(70), 1.3, n) * HOUR)
    written = delivered + later.astype(np.int64)
    # Some write about all they got of late in one evening.
    catching_up = (rng.random(accounts) < 0.08)[account]
    written = np.where(catching_up, written // (20 * DAY) * (20 * DAY) + 20 * DAY + account % HOUR, written)
    written = np.maximum(written, delivered)
    chosen = np.flatnonzero((rng.random(n) < np.where(catching_up, 0.8, 0.4)) & (written < (60 + DAYS) * DAY))
    n = len(chosen)
    stars = np.rint(world.quality[product[chosen]] + rng.normal(0, 0.9, n)).clip(1, 5)
    stars = np.where(rng.random(n) < np.where(faulty[chosen], 0.6, world.size.unhappy), 1, stars)
    words, text = wording(rng, world, n)
    table = reviews(world, "customer", written[chosen], delivered[chosen], account=account[chosen],
                    product=product[chosen], stars=stars, words=words, text=text,
                    pictures=rng.poisson(0.25, n), device=device[account[chosen]], address=home[account[chosen]])
    kind = np.where(faulty[chosen], PATTERN.index("faulty_batch"), np.where(launch[chosen], PATTERN.index("launch"), 0))
    return table | {"pattern": np.where(catching_up[chosen], PATTERN.index("catching_up"), kind)}


def stall(rng, world, start):
    """A vendor hands its goods over at a stall, and whoever buys there for the first time says so within the hour."""
    n = int(rng.integers(2, 13))
    account, product = world.fresh(n), np.full(n, int(rng.integers(0, world.size.products)))
    at = start + rng.integers(0, rng.choice([3, 10]) * HOUR, n)
    world.order(at, account, product)
    words, text = wording(rng, world, n)
    stars = np.where(rng.random(n) < 0.8, 5, rng.choice([1, 1, 3, 4], n))
    return reviews(world, "stall", at + rng.integers(0, 3 * HOUR, n), at, account=account, product=product, stars=stars,
                   words=np.where(rng.random(n) < 0.5, words, rng.integers(3, 12, n)), text=text,
                   pictures=rng.random(n) < 0.1, device=account, address=account)


def attack(rng, world, start, pattern, late):
    """Accounts that buy to review. The later, the slower, the less alike, the less linked."""
    low, high = {"flood": (8, 50), "smear": (6, 25), "paid_reviewer": (15, 50), "copied": (6, 30)}[pattern]
    n = int(rng.integers(low, high))
    product = np.full(n, int(rng.integers(0, world.size.products)))
    account, text = world.fresh(n), world.fresh(n)
    spread = DAY * rng.uniform(0.5, 1.5 + 4 * late)
    hours = rng.exponential(5 + 35 * late, n)
    copied = {"flood": 0.5, "smear": 0.35, "paid_reviewer": 0.25, "copied": 1.0}[pattern] * (1 - 0.5 * late)
    if pattern == "paid_reviewer":
        # Few accounts review all day what others pay for.
        account, product = account[rng.integers(0, 2 + int(3 * late), n)], rng.integers(0, world.size.products, n)
    else:
        older = rng.integers(0, 1 + int(3 * late), n)
        others = np.repeat(account, older)
        world.order(start - rng.integers(0, 20 * DAY, len(others)), others,
                    rng.integers(0, world.size.products, len(others)))
    at = start + rng.uniform(0, spread, n).astype(np.int64)
    world.order(at, account, product)
    delivered = at + rng.integers(8 * HOUR, 30 * HOUR, n)
    words = np.maximum(rng.lognormal(np.log(12), 0.6, n), 4)
    text = np.where(rng.random(n) < copied, text[rng.integers(0, 3, n)], text)
    shared = world.fresh(int(rng.integers(2, 6)))
    linked = rng.random(n) < {"paid_reviewer": 0.2}.get(pattern, 0.8) - 0.45 * late
    places = np.where(linked, shared[rng.integers(0, len(shared), n)], world.fresh(n))
    stars = np.full(n, 1) if pattern == "smear" else np.where(rng.random(n) < 0.06 + 0.1 * late, 4, 5)
    return reviews(world, pattern, delivered + (hours * HOUR).astype(np.int64), delivered, account=account,
                   product=product, stars=stars, words=words, text=text, pictures=rng.random(n) < 0.1,
                   device=places, address=np.where(rng.random(n) < 0.5, places, world.fresh(n)))


def linked_reviewers(table):
    """Other accounts that reviewed the vendor before and share a device or an address."""
    seen, counts = defaultdict(set), np.empty(len(table["at"]), dtype=np.int64)
    columns = zip(*(table[name].tolist() for name in ("vendor", "account", "device", "address")))
    for row, (vendor, account, device, address) in enumerate(columns):
        of_device, of_address = seen[vendor, 0, device], seen[vendor, 1, address]
        counts[row] = len((of_device | of_address) - {account})
        of_device.add(account)
        of_address.add(account)
    return counts


def facts(table, orders):
    """As `kiosk_risk::ReviewFacts` defines them."""
    at, account, product = table["at"], table["account"], table["product"]
    of_account = np.maximum(at_or_before(at, account, orders["at"], orders["account"]), 1)
    with_vendor = at_or_before(at, account * 1_000 + table["vendor"], orders["at"],
                               orders["account"] * 1_000 + orders["vendor"])
    order = np.argsort(product, kind="stable")
    earlier = before(at, product)
    sums = np.empty(len(at))
    running = np.cumsum(table["stars"][order]) - table["stars"][order]
    first = np.maximum.accumulate(np.where(earlier[order] == 0, np.arange(len(at)), 0))
    sums[order] = running - running[first]
    text = table["text"]
    return {
        "stars": table["stars"], "words": table["words"], "pictures": table["pictures"],
        "hours_since_delivery": (at - table["delivered"]) // HOUR,
        "account_reviews_day": before(at, account, DAY), "account_reviews_month": before(at, account, 30 * DAY),
        "account_orders": of_account, "vendor_share": np.minimum(with_vendor / of_account, 1.0),
        "product_reviews_day": before(at, product, DAY), "product_reviews_month": before(at, product, 30 * DAY),
        "away_from_mean": np.where(earlier > 0, np.abs(table["stars"] - sums / np.maximum(earlier, 1)), 0.0),
        "copies": before(at, text) - before(at, numbers(text, account)),
        "linked_reviewers": linked_reviewers(table),
    }


def region(rng, size):
    world = World(rng, size)
    parts = [customers(rng, world)]
    parts += [stall(rng, world, int(start)) for start in rng.integers(60 * DAY, (60 + DAYS) * DAY, 400)]
    for pattern, a_day in (("flood", 0.4), ("smear", 0.4), ("paid_reviewer", 0.35), ("copied", 0.35)):
        for day in rng.uniform(0, DAYS, rng.poisson(a_day * size.attacks * DAYS)):
            parts.append(attack(rng, world, int((60 + day) * DAY), pattern, day / DAYS))
    table = together(parts)
    orders = {name: np.concatenate([part[name] for part in world.orders]) for name in world.orders[0]}
    rows = facts(table, orders) | {"pattern": table["pattern"], "day": table["at"] // DAY - 60}
    kept = (rows["day"] >= 0) & (rows["day"] < DAYS)
    return {name: column[kept] for name, column in rows.items()}


def generate(seed):
    rng = np.random.default_rng(seed)
    regions = [region(rng, size) for size in REGIONS]
    rows = {name: np.concatenate([one[name] for one in regions]) for name in regions[0]}
    truth = (rows["pattern"] >= FIRST_FRAUD).astype(np.int64)
    return rows | {"truth": truth, "label": labelled(rng, truth)}
