-- What an account of the escrow holds: goods, what a discount may spend, or the balance of a gift card.
ALTER TABLE inventory_items ADD COLUMN kind TEXT NOT NULL DEFAULT 'stock' CHECK (kind IN ('stock', 'budget', 'gift_card'));

-- Discounts. `body` is what POPs are told, JSON.
CREATE TABLE discounts_discounts (
    id TEXT NOT NULL PRIMARY KEY,
    -- Empty for the marketplace's own.
    vendor TEXT NOT NULL,
    -- Empty for one that applies of itself.
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL CHECK (until_ms > from_ms),
    -- Units that it may spend; 0 for no bound.
    budget BIGINT NOT NULL CHECK (budget >= 0),
    -- When it was ended before its time; 0 for never.
    ended_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX discounts_discounts_by_code ON discounts_discounts (code, from_ms);
CREATE INDEX discounts_discounts_by_vendor ON discounts_discounts (vendor, from_ms);

-- What discounts took off orders. `units` is what their budgets had for it.
CREATE TABLE discounts_uses (
    order_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    discount TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    units BIGINT NOT NULL CHECK (units >= 0),
    -- open until something of the order left, kept from then on; released when none of it will come
    state TEXT NOT NULL CHECK (state IN ('open', 'kept', 'released')),
    placed_ms BIGINT NOT NULL,
    PRIMARY KEY (order_id, place)
);
CREATE INDEX discounts_uses_by_discount ON discounts_uses (discount, state);

-- Gift cards. The code is known to its owner only.
CREATE TABLE gift_cards_cards (
    id TEXT NOT NULL PRIMARY KEY,
    code_hash TEXT NOT NULL UNIQUE,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    until_ms BIGINT NOT NULL,
    -- sold, or given away
    origin TEXT NOT NULL CHECK (origin IN ('sold', 'given')),
    note TEXT NOT NULL,
    blocked_ms BIGINT NOT NULL,
    issued_ms BIGINT NOT NULL
);
CREATE INDEX gift_cards_cards_newest ON gift_cards_cards (issued_ms, id);

-- What gift cards pay of orders: what was asked of them, what they had for it, and what of that came back.
CREATE TABLE gift_cards_uses (
    order_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    card TEXT NOT NULL,
    asked BIGINT NOT NULL CHECK (asked >= 0),
    paid BIGINT NOT NULL CHECK (paid >= 0 AND paid <= asked),
    returned BIGINT NOT NULL CHECK (returned >= 0 AND returned <= paid),
    currency TEXT NOT NULL,
    PRIMARY KEY (order_id, place)
);
CREATE INDEX gift_cards_uses_by_card ON gift_cards_uses (card);

-- What happened to each card, in order.
CREATE TABLE gift_cards_entries (
    card TEXT NOT NULL,
    number BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('issued', 'spent', 'returned')),
    -- Empty when it was issued.
    order_id TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (card, number)
);

-- What gift cards pay of an order, and of each line what it would have cost and what is in its price.
ALTER TABLE orders_orders ADD COLUMN gift_cards BIGINT NOT NULL DEFAULT 0 CHECK (gift_cards >= 0);
ALTER TABLE orders_lines ADD COLUMN list_amount BIGINT;
ALTER TABLE orders_lines ADD COLUMN subsidy BIGINT;
ALTER TABLE orders_lines ADD COLUMN added_tax BIGINT;

-- What gift cards pay beside the payment, what of that they got back, and the value of the goods: those to come, and
-- those that the customer has and keeps.
ALTER TABLE payments_payments ADD COLUMN gift BIGINT NOT NULL DEFAULT 0 CHECK (gift >= 0);
ALTER TABLE payments_payments ADD COLUMN gift_returned BIGINT NOT NULL DEFAULT 0
    CHECK (gift_returned >= 0 AND gift_returned <= gift);
ALTER TABLE payments_payments ADD COLUMN to_come BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments_payments ADD COLUMN kept BIGINT NOT NULL DEFAULT 0;

-- Where prices are told without tax, what was added to a vendor's share of delivery is frozen with that share.
ALTER TABLE accounting_sales ADD COLUMN delivery_gross BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounting_sales ADD COLUMN delivery_tax BIGINT;
ALTER TABLE accounting_sales ADD COLUMN gift_cards BIGINT NOT NULL DEFAULT 0;
-- Of one piece: its listed price, what discounts take off it, and what of that the marketplace owes the vendor.
ALTER TABLE accounting_lines ADD COLUMN list_price BIGINT;
ALTER TABLE accounting_lines ADD COLUMN discount BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounting_lines ADD COLUMN subsidy BIGINT NOT NULL DEFAULT 0 CHECK (subsidy >= 0);
ALTER TABLE accounting_lines ADD COLUMN shipped_pieces BIGINT NOT NULL DEFAULT 0
    CHECK (shipped_pieces >= 0 AND shipped_pieces <= quantity);
ALTER TABLE accounting_lines ADD COLUMN refunded_pieces BIGINT NOT NULL DEFAULT 0
    CHECK (refunded_pieces >= 0 AND refunded_pieces <= quantity);
