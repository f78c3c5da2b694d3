"""The synthetic shop that the model learns from. README.md describes the recipe in words.

Everything is drawn from one seeded `numpy` generator in a fixed order, so the same seed gives the same orders.
Orders are columns (a dict of equally long arrays); key columns hold an integer per identity, -1 where there is none.
"""

import numpy as np

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
FRAUD_UNREPORTED_SHARE = 0.08
LEGIT_DISPUTED_SHARE = 0.0015
# From an order to its dispute: lognormal.
REPORTED_AFTER_DAYS, REPORTED_SIGMA = 9, 0.6
VENDORS = 120
# Vendors whose goods thieves like for some weeks, and how many of their runs and orders go there meanwhile.
SOUGHT_SHARE, SOUGHT_DAYS = 0.15, (20, 45)
RUNS_TO_SOUGHT, ORDERS_OF_RUN = 0.75, 0.7

DELIVERY = ("standard", "express", "pickup")
PAYMENT = ("invoice", "card", "wallet", "bank_transfer")
PATTERN = ("shopper", "newcomer", "company", "card_testing", "stolen_card", "reshipping", "account_farm", "takeover",
           "promotion_abuse")


class Keys:
    """Hands out fresh identities, so that no two patterns share one by accident."""

    def __init__(self):
        self.next = 0

    def fresh(self, n):
        ids = np.arange(self.next, self.next + n)
        self.next += n
        return ids


def lognormal_cents(rng, median_eur, sigma, n):
    return np.maximum(100 * median_eur * rng.lognormal(0.0, sigma, n), 50).astype(np.int64)


def daytime(rng, n):
    """Millisecond of the day: two humps, noon and evening, and those who do not sleep."""
    evening = rng.random(n) < 0.6
    hours = np.where(evening, rng.normal(20.0, 2.0, n), rng.normal(12.5, 3.0, n)) % 24
    return (np.where(rng.random(n) < 0.06, rng.uniform(0, 24, n), hours) * HOUR_MS).astype(np.int64)


def basket(rng, amount, pieces_mean, n):
    """Pieces, SKUs, largest line and dearest piece that fit an amount."""
    items = 1 + rng.poisson(pieces_mean, n)
    skus = 1 + rng.binomial(items - 1, 0.7)
    line_max = items - skus + 1
    share = np.where(items == 1, 1.0, rng.uniform(1.0, 1.8, n) / items)
    return items, skus, line_max, np.maximum((amount * np.minimum(share, 1.0)).astype(np.int64), 1)


def orders(rng, pattern, at_ms, amount, pieces_mean, *, customer, device, address, card, payment, delivery, account_age,
           cart_age, billing_differs, disposable, bulky, discounted=0.06):
    """Puts the columns of one pattern together; what is given as probabilities is drawn here."""
    n = len(at_ms)
    items, skus, line_max, unit_max = basket(rng, amount, pieces_mean, n)

    def chance(p):
        return (rng.random(n) < p).astype(np.int64)

    payment = rng.choice(4, n, p=payment)
    discount = np.where(rng.random(n) < discounted, rng.choice([5, 10, 15, 20, 30], n), 0)
    return {
        "pattern": np.full(n, PATTERN.index(pattern)),
        "at_ms": at_ms.astype(np.int64),
        "amount": amount, "unit_price_max": unit_max,
        "item_count": items, "sku_count": skus, "line_quantity_max": line_max,
        "bulky": chance(bulky),
        "delivery": rng.choice(3, n, p=delivery),
        "payment": payment,
        "hour_of_day": (at_ms % DAY_MS) // HOUR_MS,
        "account_age_days": account_age.astype(np.int64),
        "cart_age_s": np.clip(cart_age, 1, 2_592_000).astype(np.int64),
        "billing_differs": chance(billing_differs),
        "disposable_email": chance(disposable),
        "discount_percent": discount,
        "customer": customer, "device": device, "address": address,
        "card": np.where(payment == PAYMENT.index("card"), card, -1),
    }


def shoppers(rng, keys, days, customers):
    """Households with habits: own rate, own level of spending, one or two devices and cards, presents, buy-now."""
    rate = rng.gamma(0.7, 0.13, customers)
    count = rng.poisson(rate * days)
    who = np.repeat(np.arange(customers), count)
    n = len(who)
    kind = rng.random(customers)  # 45 % have an account already, 20 % open one in these days, 35 % stay guests
    opened = np.where(kind < 0.45, -rng.exponential(400, customers), rng.uniform(0, days, customers)).astype(np.int64)
    median = rng.lognormal(np.log(42), 0.6, customers)
    ids, second = keys.fresh(customers), keys.fresh(customers)
    device = np.where(rng.random(n) < 0.75, ids[who], second[who])
    device = np.where(rng.random(n) < 0.07, -1, device)  # apps without a cookie, private windows
    home = keys.fresh(customers // 2)[rng.integers(0, customers // 2, customers)]
    offices = keys.fresh(40)  # offices and dormitories, where many strangers receive parcels
    home = np.where(rng.random(customers) < 0.06, offices[rng.integers(0, 40, customers)], home)
    present = rng.random(n) < 0.07
    address = np.where(present, keys.fresh(n), home[who])
    day = rng.integers(0, days, n)
    at_ms = day * DAY_MS + daytime(rng, n)
    amount = np.maximum((100 * median[who] * rng.lognormal(0, 0.7, n)).astype(np.int64), 100)
    buy_now = rng.random(n) < 0.10
    cart_age = np.where(buy_now, rng.uniform(1, 40, n), rng.lognormal(np.log(420), 1.2, n))
    cards = keys.fresh(customers)
    age = np.where(kind[who] < 0.65, np.maximum(day - opened[who], 0), -1)
    return orders(
        rng, "shopper", at_ms, amount, 1.3, customer=keys.fresh(customers)[who], device=device, address=address,
        card=cards[who], payment=[0.30, 0.45, 0.18, 0.07], delivery=[0.71, 0.16, 0.13], account_age=age,
        cart_age=cart_age, billing_differs=np.where(present, 0.95, 0.04), disposable=0.015, bulky=0.06)


def newcomers(rng, keys, days, n):
    """People who buy for the first time, most of them once: whatever they buy, nothing is known of them."""
    n = n + rng.binomial(n, 0.15)
    at_ms = rng.integers(0, days, n) * DAY_MS + daytime(rng, n)
    buy_now = rng.random(n) < 0.2
    cart_age = np.where(buy_now, rng.uniform(1, 60, n), rng.lognormal(np.log(300), 1.2, n))
    # One in seven comes back once, on whichever day.
    who = np.concatenate([np.arange(n * 20 // 23), rng.choice(n * 20 // 23, n - n * 20 // 23, replace=False)])
    device = np.where(rng.random(n) < 0.1, -1, keys.fresh(n)[who])
    present = rng.random(n) < 0.08
    return orders(
        rng, "newcomer", at_ms, lognormal_cents(rng, 48, 0.9, n), 1.1, customer=keys.fresh(n)[who], device=device,
        address=np.where(present, keys.fresh(n), keys.fresh(n)[who]), card=keys.fresh(n)[who],
        payment=[0.24, 0.50, 0.20, 0.06], delivery=[0.70, 0.18, 0.12],
        account_age=np.where(rng.random(n) < 0.4, -1, 0), cart_age=cart_age,
        billing_differs=np.where(present, 0.95, 0.05), disposable=0.02, bulky=0.06)


def companies(rng, keys, days, companies_count):
    """Honest buyers that look odd: many large orders of many pieces, several a day, from one device to one address."""
    who = np.repeat(np.arange(companies_count), rng.poisson(0.8 * days, companies_count))
    n = len(who)
    ids = [keys.fresh(companies_count)[who] for _ in range(4)]
    day = rng.integers(0, days, n)
    at_ms = day * DAY_MS + (rng.normal(11.5, 2.5, n) % 24 * HOUR_MS).astype(np.int64)
    age = rng.integers(30, 2000, companies_count)[who] + day
    return orders(
        rng, "company", at_ms, lognormal_cents(rng, 260, 0.9, n), 8.0, customer=ids[0], device=ids[1], address=ids[2],
        card=ids[3], payment=[0.55, 0.25, 0.0, 0.20], delivery=[0.7, 0.25, 0.05], account_age=age,
        cart_age=rng.lognormal(np.log(500), 1.0, n), billing_differs=0.3, disposable=0.0, bulky=0.2)


def card_testing(rng, keys, start_ms, late):
    """A bot tries a list of stolen cards with small baskets, seconds apart, until some are accepted."""
    n = int(rng.integers(12, 90))
    at_ms = start_ms + np.cumsum(rng.exponential(25_000, n)).astype(np.int64)
    hidden = rng.random() < 0.25 + 0.3 * late
    device = np.full(n, -1) if hidden else keys.fresh(3)[rng.integers(0, int(rng.integers(1, 4)), n)]
    cards = keys.fresh(n)[(np.arange(n) * rng.uniform(0.3, 1.0)).astype(np.int64)]
    address = keys.fresh(n)[rng.integers(0, int(rng.integers(1, 6)), n)]
    return orders(
        rng, "card_testing", at_ms, lognormal_cents(rng, 7, 0.6, n), 0.1, customer=keys.fresh(n), device=device,
        address=address, card=cards, payment=[0.0, 1.0, 0.0, 0.0], delivery=[0.8, 0.05, 0.15],
        account_age=np.full(n, -1), cart_age=rng.uniform(1, 30, n), billing_differs=0.4, disposable=0.5, bulky=0.0)


def stolen_card(rng, keys, start_ms, late):
    """A few dear baskets within hours, express, to an address that is not the card holder's."""
    n = int(rng.integers(1, 6))
    at_ms = start_ms + np.cumsum(rng.exponential(1_800_000, n)).astype(np.int64)
    new_account = rng.random() < 0.4
    one = [np.full(n, key) for key in keys.fresh(4)]
    return orders(
        rng, "stolen_card", at_ms, lognormal_cents(rng, 260 - 100 * late, 0.8, n), 0.6, customer=one[0], device=one[1],
        address=one[2], card=one[3], payment=[0.0, 0.9, 0.1, 0.0], delivery=[0.5, 0.37, 0.13],
        account_age=np.full(n, int(rng.integers(0, 3)) if new_account else -1),
        cart_age=rng.lognormal(np.log(200), 0.9, n), billing_differs=0.5, disposable=0.12, bulky=0.05)


def reshipping(rng, keys, start_ms, late):
    """One drop address receives the goods of many stolen cards over a week."""
    n = int(rng.integers(8, 30))
    at_ms = start_ms + np.sort(rng.uniform(0, 6 * DAY_MS, n)).astype(np.int64)
    return orders(
        rng, "reshipping", at_ms, lognormal_cents(rng, 150, 0.6, n), 0.8, customer=keys.fresh(n), device=keys.fresh(n),
        address=np.full(n, keys.fresh(1)[0]), card=keys.fresh(n), payment=[0.1, 0.75, 0.15, 0.0],
        delivery=[0.6, 0.4, 0.0], account_age=np.where(rng.random(n) < 0.5, -1, rng.integers(0, 40, n)),
        cart_age=rng.lognormal(np.log(220), 0.9, n), billing_differs=0.6, disposable=0.1, bulky=0.05)


def account_farm(rng, keys, start_ms, late):
    """Dozens of fresh accounts on a few devices order on invoice and never pay."""
    n = int(rng.integers(15, 60 - int(30 * late)))
    at_ms = start_ms + np.sort(rng.uniform(0, rng.uniform(0.3, 4) * DAY_MS, n)).astype(np.int64)
    return orders(
        rng, "account_farm", at_ms, lognormal_cents(rng, 95, 0.5, n), 1.0, customer=keys.fresh(n),
        device=keys.fresh(3)[rng.integers(0, 3, n)], address=keys.fresh(5)[rng.integers(0, 5, n)], card=keys.fresh(n),
        payment=[0.9, 0.1, 0.0, 0.0], delivery=[0.6, 0.3, 0.1], account_age=rng.integers(0, 4, n),
        cart_age=rng.lognormal(np.log(110), 0.8, n), billing_differs=0.12, disposable=0.3, bulky=0.03)


def takeover(rng, keys, start_ms, late):
    """An old account on a new device, to a new address: little to see, and kept so on purpose."""
    n = int(rng.integers(1, 4))
    at_ms = start_ms + np.cumsum(rng.exponential(1_200_000, n)).astype(np.int64)
    one = [np.full(n, key) for key in keys.fresh(4)]
    return orders(
        rng, "takeover", at_ms, lognormal_cents(rng, 180, 0.8, n), 0.7, customer=one[0], device=one[1], address=one[2],
        card=one[3], payment=[0.4, 0.45, 0.15, 0.0], delivery=[0.55, 0.35, 0.1],
        account_age=np.full(n, int(rng.integers(60, 1500))), cart_age=rng.lognormal(np.log(250), 0.9, n),
        billing_differs=0.6, disposable=0.0, bulky=0.03)


def promotion_abuse(rng, keys, start_ms, late):
    """One household opens account after account for the discount of new customers."""
    n = int(rng.integers(6, 25))
    at_ms = start_ms + np.sort(rng.uniform(0, 5 * DAY_MS, n)).astype(np.int64)
    devices = int(rng.integers(1, 3 + int(3 * late)))
    return orders(
        rng, "promotion_abuse", at_ms, lognormal_cents(rng, 38, 0.5, n), 0.8, customer=keys.fresh(n),
        device=keys.fresh(devices)[rng.integers(0, devices, n)], address=keys.fresh(2)[rng.integers(0, 2, n)],
        card=keys.fresh(n), payment=[0.35, 0.4, 0.2, 0.05], delivery=[0.8, 0.05, 0.15],
        account_age=rng.integers(0, 2, n), cart_age=rng.lognormal(np.log(150), 0.8, n), billing_differs=0.05,
        disposable=0.35, bulky=0.02, discounted=0.97)


class Vendors:
    """Who sells: some much, most little, and each now and then what can be sold on easily."""

    def __init__(self, rng, days):
        self.rng = rng
        share = 1 / (5 + np.arange(VENDORS))
        self.share = share / share.sum()
        self.since = np.where(rng.random(VENDORS) < SOUGHT_SHARE, rng.uniform(-SOUGHT_DAYS[0], days, VENDORS), np.inf)
        self.until = self.since + rng.uniform(*SOUGHT_DAYS, VENDORS)

    def of_honest(self, n):
        return self.rng.choice(VENDORS, n, p=self.share)

    def of_attack(self, at_ms):
        """Most orders of a run go to one vendor."""
        day = at_ms[0] / DAY_MS
        sought = np.flatnonzero((self.since <= day) & (day < self.until))
        to_sought = len(sought) > 0 and self.rng.random() < RUNS_TO_SOUGHT
        vendor = self.rng.choice(sought) if to_sought else self.of_honest(1)[0]
        return np.where(self.rng.random(len(at_ms)) < ORDERS_OF_RUN, vendor, self.of_honest(len(at_ms)))


ATTACKS_PER_DAY = ((card_testing, 0.45), (stolen_card, 3.0), (reshipping, 0.35), (account_farm, 0.25), (takeover, 1.0),
                   (promotion_abuse, 0.35))


def generate(seed, days, customers):
    """All orders by time, with `fraud` (the truth) and `label` (what a shop would have been told)."""
    rng = np.random.default_rng(seed)
    keys = Keys()
    vendors = Vendors(np.random.default_rng([seed, 1]), days)
    parts = [shoppers(rng, keys, days, customers), newcomers(rng, keys, days, 2 * customers), companies(rng, keys, days, customers // 200)]
    for part in parts:
        part["vendor"] = vendors.of_honest(len(part["at_ms"]))
    for attack, per_day in ATTACKS_PER_DAY:
        for _ in range(int(rng.poisson(per_day * days))):
            night = rng.random() < 0.4
            hour = rng.uniform(0, 6) if night else rng.uniform(0, 24)
            day = int(rng.integers(0, days))
            # Attackers learn: from the first day to the last, each pattern hides better.
            part = attack(rng, keys, day * DAY_MS + int(hour * HOUR_MS), day / days)
            parts.append(part | {"vendor": vendors.of_attack(part["at_ms"])})
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(table["at_ms"], kind="stable")
    table = {name: column[order] for name, column in table.items()}
    fraud = table["pattern"] >= PATTERN.index("card_testing")
    flip = rng.random(len(fraud))
    label = np.where(fraud, flip >= FRAUD_UNREPORTED_SHARE, flip < LEGIT_DISPUTED_SHARE)
    after_ms = DAY_MS * REPORTED_AFTER_DAYS * vendors.rng.lognormal(0.0, REPORTED_SIGMA, len(fraud))
    reported_ms = np.where(label, table["at_ms"] + after_ms.astype(np.int64), -1)
    return table | {"fraud": fraud.astype(np.int64), "label": label.astype(np.int64), "reported_ms": reported_ms}
