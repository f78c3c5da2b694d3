"""Reviews of what was delivered: customers with habits, and reviews that are bought, copied or meant to harm."""

from collections import defaultdict

import numpy as np

from subjects.events import DAY, HOUR, at_or_before, before, labelled, numbers, together

PATTERN = ("customer", "launch", "catching_up", "flood", "smear", "paid_reviewer", "copied")
FIRST_FRAUD = PATTERN.index("flood")
DAYS, WARM_UP_DAYS = 120, 30
ACCOUNTS, PRODUCTS, VENDORS, ORDERS = 50_000, 900, 150, 140_000
SHORT_TEXTS = 60


class World:
    """Who sells what, and what was ordered."""

    def __init__(self, rng):
        self.vendor = rng.integers(0, VENDORS, PRODUCTS)
        self.quality = rng.normal(4.2, 0.4, PRODUCTS).clip(2.2, 4.9)
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
    words = np.maximum(rng.lognormal(np.log(16), 1.1, n), 1).astype(np.int64)
    return words, np.where(words <= 3, rng.integers(0, SHORT_TEXTS, n), world.fresh(n))


def customers(rng, world):
    """Two in five orders are reviewed. Some customers are loyal to one vendor, some share a home, an office or a device."""
    activity = rng.gamma(0.6, 1.0, ACCOUNTS)
    account = rng.choice(ACCOUNTS, ORDERS, p=activity / activity.sum())
    product = (PRODUCTS * rng.random(ORDERS) ** 2).astype(np.int64)
    favourite = rng.integers(0, PRODUCTS, ACCOUNTS)
    loyal = (rng.random(ACCOUNTS) < 0.12)[account] & (rng.random(ORDERS) < 0.9)
    product = np.where(loyal, favourite[account], product)
    at = rng.integers(-60 * DAY, DAYS * DAY, ORDERS) + 60 * DAY
    # Launches: a product is ordered, and so reviewed, by many within two days.
    launch = rng.random(ORDERS) < 0.12
    launches = rng.integers(60 * DAY, (60 + DAYS) * DAY, 90)
    which = rng.integers(0, len(launches), ORDERS)
    product = np.where(launch, which * 7 % PRODUCTS, product)
    at = np.where(launch, launches[which] + rng.integers(0, 2 * DAY, ORDERS), at)
    world.order(at, account, product)

    home = np.where(rng.random(ACCOUNTS) < 0.25, rng.integers(0, ACCOUNTS // 8, ACCOUNTS), ACCOUNTS + np.arange(ACCOUNTS))
    home = np.where(rng.random(ACCOUNTS) < 0.05, 900_000 + rng.integers(0, 40, ACCOUNTS), home)
    device = np.where(rng.random(ACCOUNTS) < 0.1, home, ACCOUNTS + np.arange(ACCOUNTS))
    delivered = at + rng.integers(8 * HOUR, 5 * DAY, ORDERS)
    hasty = rng.random(ORDERS) < 0.12
    later = np.where(hasty, rng.uniform(0, 6 * HOUR, ORDERS), rng.lognormal(np.log(70), 1.3, ORDERS) * HOUR)
    written = delivered + later.astype(np.int64)
    # Some write about all they got of late in one evening.
    catching_up = (rng.random(ACCOUNTS) < 0.08)[account]
    written = np.where(catching_up, written // (20 * DAY) * (20 * DAY) + 20 * DAY + account % HOUR, written)
    written = np.maximum(written, delivered)
    chosen = np.flatnonzero((rng.random(ORDERS) < np.where(catching_up, 0.8, 0.4)) & (written < (60 + DAYS) * DAY))
    n = len(chosen)
    stars = np.rint(world.quality[product[chosen]] + rng.normal(0, 0.9, n)).clip(1, 5)
    stars = np.where(rng.random(n) < 0.07, 1, stars)
    words, text = wording(rng, world, n)
    table = reviews(world, "customer", written[chosen], delivered[chosen], account=account[chosen],
                    product=product[chosen], stars=stars, words=words, text=text,
                    pictures=rng.poisson(0.25, n), device=device[account[chosen]], address=home[account[chosen]])
    kind = np.where(launch[chosen], PATTERN.index("launch"), 0)
    return table | {"pattern": np.where(catching_up[chosen], PATTERN.index("catching_up"), kind)}


def attack(rng, world, start, pattern, late):
    """Accounts that buy to review. The later, the slower, the less alike, the less linked."""
    low, high = {"flood": (8, 50), "smear": (6, 25), "paid_reviewer": (15, 50), "copied": (6, 30)}[pattern]
    n = int(rng.integers(low, high))
    product = np.full(n, int(rng.integers(0, PRODUCTS)))
    account, text = world.fresh(n), world.fresh(n)
    spread = DAY * rng.uniform(0.5, 1.5 + 4 * late)
    hours = rng.exponential(5 + 35 * late, n)
    copied = {"flood": 0.5, "smear": 0.35, "paid_reviewer": 0.25, "copied": 1.0}[pattern] * (1 - 0.5 * late)
    if pattern == "paid_reviewer":
        # Few accounts review all day what others pay for.
        account, product = account[rng.integers(0, 2 + int(3 * late), n)], rng.integers(0, PRODUCTS, n)
    else:
        older = rng.integers(0, 1 + int(3 * late), n)
        others = np.repeat(account, older)
        world.order(start - rng.integers(0, 20 * DAY, len(others)), others, rng.integers(0, PRODUCTS, len(others)))
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
    with_vendor = at_or_before(at, account * VENDORS + table["vendor"], orders["at"],
                               orders["account"] * VENDORS + orders["vendor"])
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


def generate(seed):
    rng = np.random.default_rng(seed)
    world = World(rng)
    parts = [customers(rng, world)]
    for pattern, a_day in (("flood", 0.3), ("smear", 0.3), ("paid_reviewer", 0.25), ("copied", 0.25)):
        for day in rng.uniform(0, DAYS, rng.poisson(a_day * DAYS)):
            parts.append(attack(rng, world, int((60 + day) * DAY), pattern, day / DAYS))
    table = together(parts)
    orders = {name: np.concatenate([part[name] for part in world.orders]) for name in world.orders[0]}
    rows = facts(table, orders) | {"pattern": table["pattern"], "day": table["at"] // DAY - 60}
    kept = (rows["day"] >= 0) & (rows["day"] < DAYS)
    rows = {name: column[kept] for name, column in rows.items()}
    truth = (rows["pattern"] >= FIRST_FRAUD).astype(np.int64)
    return rows | {"truth": truth, "label": labelled(rng, truth)}
