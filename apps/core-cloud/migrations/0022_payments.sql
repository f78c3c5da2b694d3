-- How each order is paid: what was reserved, taken, given back and taken back from us. All amounts in `currency`.
CREATE TABLE payments_payments (
    order_id TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    -- stripe, paypal, or bank for everything that is not paid through a provider
    provider TEXT NOT NULL,
    method TEXT NOT NULL,
    -- What captures name; what the payer writes on a bank transfer.
    reference TEXT NOT NULL,
    -- What the provider called the payment when it was begun: it is looked at and closed by this name.
    started TEXT NOT NULL,
    currency TEXT NOT NULL,
    total BIGINT NOT NULL CHECK (total >= 0),
    -- What was cancelled before it was paid: less is waited for.
    cancelled BIGINT NOT NULL CHECK (cancelled >= 0 AND cancelled <= total),
    authorised BIGINT NOT NULL CHECK (authorised >= 0),
    captured BIGINT NOT NULL CHECK (captured >= 0 AND captured <= authorised),
    refunded BIGINT NOT NULL CHECK (refunded >= 0),
    charged_back BIGINT NOT NULL CHECK (charged_back >= 0),
    state TEXT NOT NULL,
    -- none (a bank's), held, released by us, lapsed at the provider
    hold TEXT NOT NULL,
    -- A code of what a person should look at, empty when nothing.
    attention TEXT NOT NULL,
    placed_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    -- When the authorisation lapses, or the bank transfer is given up; 0 for neither.
    lapses_ms BIGINT NOT NULL,
    -- When the provider is asked how far the payment is; 0 for never.
    look_ms BIGINT NOT NULL,
    CHECK (refunded <= captured - charged_back)
);
-- Money is never taken twice from one authorisation for two orders.
CREATE UNIQUE INDEX payments_payments_by_reference ON payments_payments (provider, reference) WHERE state <> 'failed';
CREATE INDEX payments_payments_newest ON payments_payments (placed_ms, order_id);
CREATE INDEX payments_payments_to_look ON payments_payments (look_ms) WHERE look_ms > 0;

-- What is asked of a provider, or was seen there. The id is the idempotency key: it is made from the fact that asked.
CREATE TABLE payments_movements (
    id TEXT NOT NULL PRIMARY KEY,
    -- Empty for a transfer to a vendor.
    order_id TEXT NOT NULL,
    -- Movements of an order are done one after the other.
    seq BIGINT NOT NULL,
    -- capture, void, refund, chargeback, receipt, transfer
    kind TEXT NOT NULL,
    -- The parcel, refund, dispute, statement line or payout.
    subject TEXT NOT NULL,
    -- Of a refund: the capture it is taken from.
    source TEXT NOT NULL,
    provider TEXT NOT NULL,
    -- Of a transfer: the vendor's account at the provider, or its bank account.
    destination TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    fee BIGINT NOT NULL,
    -- Of a capture: 1 gives what is left back to the payer.
    last BIGINT NOT NULL,
    -- due, payable by hand, done, failed, won (of a chargeback)
    state TEXT NOT NULL,
    -- The provider's name of it, empty until it has one.
    reference TEXT NOT NULL,
    -- Why it failed, or what held the last try up.
    reason TEXT NOT NULL,
    tries BIGINT NOT NULL,
    -- When the provider was first asked, 0 for never: its idempotency keys are not kept for ever.
    asked_ms BIGINT NOT NULL,
    next_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX payments_movements_of_order ON payments_movements (order_id, seq, id);
CREATE INDEX payments_movements_due ON payments_movements (next_ms, order_id) WHERE state = 'due';
CREATE INDEX payments_movements_by_reference ON payments_movements (provider, reference);
CREATE INDEX payments_movements_payable ON payments_movements (created_ms) WHERE state = 'payable';

-- What customers are owed back; spread over the captures of the order as far as there are any.
CREATE TABLE payments_refunds (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    -- What has become movements.
    spread BIGINT NOT NULL CHECK (spread >= 0 AND spread <= amount),
    parts BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE INDEX payments_refunds_of_order ON payments_refunds (order_id, id);
