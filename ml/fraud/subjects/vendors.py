"""Vendors by who buys from them: honest trades of many kinds, and vendors that buy from themselves or try cards."""

import numpy as np

from subjects.buyers import Orders, honest_shares, looked_at, odd_few

DAYS, WARM_UP_DAYS = 120, 0


def vendor(rng, orders, age, reviewed, five):
    """The facts of the orders, and reviews of them: `reviewed` is the share of orders, `five` that of five stars."""
    facts = orders.facts(age)
    reviews = int(rng.binomial(facts["orders"], min(reviewed, 1.0)))
    stars = int(rng.binomial(reviews, five))
    return facts | {"reviews_share": reviews / max(facts["orders"], 1), "five_star_share": stars / max(reviews, 1)}


def liked(rng):
    return rng.beta(1.3, 7), rng.beta(6, 4)


def age_of(rng):
    return float(np.minimum(rng.exponential(250), 365))


def regular(rng):
    orders, n, age = Orders(rng), int(rng.lognormal(np.log(40), 1.4)) + 1, age_of(rng)
    orders.add(n, people=n * rng.uniform(0.6, 1.6), days=min(30, age + 1), shared_by=rng.choice([1, 1, 2]),
               loyalty=rng.beta(0.6, 12), **honest_shares(rng))
    return vendor(rng, orders, age, *liked(rng))


def few(rng):
    orders, age = Orders(rng), age_of(rng)
    odd_few(rng, orders, rng.choice([1, 3, 30]))
    return vendor(rng, orders, age, rng.choice([0.1, 0.5, 1.0]), rng.choice([0.3, 0.8, 1.0]))


def wholesale(rng):
    """A few firms order again and again."""
    orders, n = Orders(rng), rng.integers(10, 150)
    orders.add(n, people=rng.integers(1, 9), days=30, loyalty=rng.random() * 0.7, **honest_shares(rng))
    return vendor(rng, orders, age_of(rng), rng.beta(1, 15), rng.beta(4, 3))


def started(rng):
    """New, and carried by a campaign: nearly all orders are of the last days."""
    orders, n, age = Orders(rng), int(rng.lognormal(np.log(60), 1.0)) + 5, rng.uniform(0, 25)
    orders.add(n, people=n * rng.uniform(0.8, 3), days=min(age + 0.5, rng.uniform(0.5, 12)), **honest_shares(rng))
    return vendor(rng, orders, age, *liked(rng))


def campus(rng):
    """Sells to students and offices: a device or an address has many customers."""
    orders, n = Orders(rng), rng.integers(10, 300)
    shares = honest_shares(rng) | {"elsewhere": rng.uniform(0.15, 0.6)}
    orders.add(n, people=n * rng.uniform(0.4, 1.2), days=30, shared_by=rng.choice([1, 2, 4]), **shares)
    return vendor(rng, orders, age_of(rng), *liked(rng))


def sent_back(rng):
    """Clothes and shoes: half of it comes back."""
    orders, n = Orders(rng), rng.integers(10, 500)
    shares = honest_shares(rng) | {"returned": rng.uniform(0.25, 0.65)}
    orders.add(n, people=n * rng.uniform(0.5, 1.2), days=30, **shares)
    return vendor(rng, orders, age_of(rng), *liked(rng))


def praised(rng):
    """Loved, and its customers say so."""
    orders, n = Orders(rng), rng.integers(10, 200)
    orders.add(n, people=n * rng.uniform(0.5, 1.2), days=30, loyalty=0.1, **honest_shares(rng))
    return vendor(rng, orders, age_of(rng), rng.uniform(0.3, 0.7), rng.uniform(0.85, 1.0))


def honest_part(rng, orders, share_of_fake, fakes):
    n = fakes * (1 - share_of_fake) / share_of_fake
    orders.add(n, people=n * rng.uniform(0.6, 1.3), days=30, **honest_shares(rng))


def self_buying(rng, late):
    """Buys from itself through a few accounts of its own, for its rank and its payouts."""
    orders, n = Orders(rng), rng.integers(10, 120)
    people = rng.integers(3, 16)
    groups = rng.integers(1, 2 + int(3 * late))
    orders.add(n, people=people, days=rng.choice([5, 15, 30]), shared_by=max(people // groups, 3),
               doubted=0.25 * rng.random() * (1 - 0.5 * late), returned=0.02)
    honest_part(rng, orders, rng.uniform(0.75 - 0.35 * late, 1.0), n)
    return vendor(rng, orders, rng.uniform(2, 300), rng.uniform(0.3, 0.9) - 0.2 * late, rng.uniform(0.9, 1.0))


def brushing(rng, late):
    """Accounts by the dozen, each of which orders once and praises at once."""
    orders, n = Orders(rng), rng.integers(20, 250)
    orders.add(n, people=n, once=rng.uniform(0.5, 1), days=rng.choice([2, 6, 15]) * (1 + late),
               shared_by=rng.integers(3, 12) * (1 - 0.7 * late) + 1,
               elsewhere=0.2 * rng.random(), doubted=rng.uniform(0.05, 0.3) * (1 - 0.4 * late))
    honest_part(rng, orders, rng.uniform(0.7 - 0.2 * late, 1.0), n)
    return vendor(rng, orders, rng.uniform(0, 120), rng.uniform(0.65, 1.0) - 0.25 * late, rng.uniform(0.95, 1.0))


def card_testing(rng, late):
    """Opened to try stolen cards on, or to be paid from them."""
    orders, n = Orders(rng), rng.integers(15, 400)
    orders.add(n, people=n, once=rng.uniform(0.5, 1), days=rng.choice([1, 4, 12]), shared_by=rng.choice([1, 4, 10]),
               doubted=rng.uniform(0.25, 0.8) * (1 - 0.5 * late), disputed=rng.uniform(0.06, 0.5) * (1 - 0.4 * late),
               returned=0.1 * rng.random())
    return vendor(rng, orders, rng.uniform(0, 60), 0.02, 0.5)


def never_sends(rng, late):
    """Sells much at a low price and sends nothing."""
    orders, n = Orders(rng), rng.integers(15, 300)
    orders.add(n, people=n * 0.95, days=rng.choice([6, 15, 30]), doubted=0.03, elsewhere=0.05,
               disputed=rng.uniform(0.1, 0.6) * (1 - 0.4 * late), returned=rng.uniform(0.1, 0.5))
    return vendor(rng, orders, rng.uniform(3, 120), 0.1, 0.3)


HONEST = [("regular", regular, 6_000), ("few", few, 14_000), ("wholesale", wholesale, 900), ("started", started, 1_500),
          ("campus", campus, 900), ("sent_back", sent_back, 900), ("praised", praised, 800)]
FRAUD = [("self_buying", self_buying, 450), ("brushing", brushing, 450), ("card_testing", card_testing, 350),
         ("never_sends", never_sends, 350)]
PATTERN = tuple(name for name, *_ in HONEST + FRAUD)


def generate(seed):
    return looked_at(seed, DAYS, HONEST, FRAUD)
