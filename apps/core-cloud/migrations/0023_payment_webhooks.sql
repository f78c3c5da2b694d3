-- What providers told. Nothing of the payer is kept: not the body, only what it says of a payment.
CREATE TABLE payments_webhooks (
    provider TEXT NOT NULL,
    event TEXT NOT NULL,
    -- payment, refund, dispute_opened, dispute_won, dispute_lost
    kind TEXT NOT NULL,
    -- The provider's name of the refund or dispute.
    subject TEXT NOT NULL,
    payment TEXT NOT NULL,
    order_id TEXT NOT NULL,
    -- The provider's names of the payment, its authorisation and its capture; empty where it names none.
    started TEXT NOT NULL,
    authorisation TEXT NOT NULL,
    capture TEXT NOT NULL,
    amount BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    currency TEXT NOT NULL,
    received_ms BIGINT NOT NULL,
    -- waiting for its order or for an answer that is under way, done, or stray: nothing fits it
    state TEXT NOT NULL,
    next_ms BIGINT NOT NULL,
    PRIMARY KEY (provider, event)
);
CREATE INDEX payments_webhooks_waiting ON payments_webhooks (next_ms) WHERE state = 'waiting';
CREATE INDEX payments_webhooks_of_order ON payments_webhooks (order_id, received_ms);
CREATE INDEX payments_webhooks_stray ON payments_webhooks (received_ms) WHERE state = 'stray';
