//! What earlier migrations defined and a later one replaced. A migration that was released is never edited.

/// Guards before there were accounts.
pub(super) const GUARD_FIRST: &str = "CREATE TABLE guard (
    broken TEXT NOT NULL,
    CONSTRAINT cart_is_open CHECK (broken <> 'cart_is_open'),
    CONSTRAINT cart_version_is_current CHECK (broken <> 'cart_version_is_current'),
    CONSTRAINT cart_has_room CHECK (broken <> 'cart_has_room'),
    CONSTRAINT cart_has_one_currency CHECK (broken <> 'cart_has_one_currency'),
    CONSTRAINT leases_have_not_lapsed CHECK (broken <> 'leases_have_not_lapsed'),
    CONSTRAINT lease_epochs_are_current CHECK (broken <> 'lease_epochs_are_current')
) STRICT";

/// A change of a cart's line before carts could be merged.
pub(super) const CART_CHANGE_FIRST: &str = "CREATE TRIGGER cart_change_commit INSTEAD OF INSERT ON cart_change BEGIN
        INSERT INTO guard (broken) SELECT 'cart_is_open' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND order_id IS NULL);
        INSERT INTO guard (broken) SELECT 'cart_version_is_current' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND version = COALESCE(NEW.version, version));
        INSERT INTO guard (broken) SELECT 'cart_has_one_currency' WHERE NEW.quantity > 0 AND NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND COALESCE(currency, NEW.currency) = NEW.currency);
        DELETE FROM cart_line WHERE cart_id = NEW.cart_id AND sku = NEW.sku AND NEW.quantity = 0;
        INSERT INTO cart_line (cart_id, sku, quantity, shown_price, added_ms)
          SELECT NEW.cart_id, NEW.sku, NEW.quantity, NEW.price, NEW.now_ms WHERE NEW.quantity > 0
          ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity, shown_price = excluded.shown_price;
        INSERT INTO guard (broken) SELECT 'cart_has_room' WHERE
          (SELECT COUNT(*) FROM cart_line WHERE cart_id = NEW.cart_id) > NEW.lines_max;
        UPDATE cart SET version = version + 1, updated_ms = NEW.now_ms, currency = CASE
            WHEN NEW.quantity > 0 THEN NEW.currency
            WHEN EXISTS (SELECT 1 FROM cart_line WHERE cart_id = NEW.cart_id) THEN currency END
          WHERE id = NEW.cart_id;
     END";

/// The commit before there were accounts.
pub(super) const CHECKOUT_FIRST: [&str; 2] = [
    "CREATE VIEW checkout (cart_id, cart_version, leases_until_ms, takes, order_id, status, placed_ms, currency, subtotal,
        delivery, total, delivery_kind, payment_id, payment_method, fraud_outcome, fraud_score, fraud_model,
        fraud_reasons, lines, name, email, phone, street, extra, postcode, city, country, velocity_keys,
        velocity_amount, idempotency_key, request_hash, http_status, response, event_id, event)
     AS SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
     WHERE 0",
    "CREATE TRIGGER checkout_commit INSTEAD OF INSERT ON checkout BEGIN
        INSERT INTO guard (broken) SELECT 'cart_is_open' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND order_id IS NULL);
        INSERT INTO guard (broken) SELECT 'cart_version_is_current' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND version = NEW.cart_version);
        INSERT INTO guard (broken) SELECT 'leases_have_not_lapsed' WHERE NOT EXISTS
          (SELECT 1 FROM meta WHERE key = 'leases_expire_ms' AND CAST(value AS INTEGER) > NEW.leases_until_ms);
        INSERT INTO guard (broken) SELECT 'lease_epochs_are_current' WHERE EXISTS
          (SELECT 1 FROM json_each(NEW.takes) t WHERE NOT EXISTS
            (SELECT 1 FROM lease l WHERE l.item = t.value ->> 'item' AND l.epoch = t.value ->> 'epoch'));
        UPDATE cart SET order_id = NEW.order_id, version = version + 1, updated_ms = NEW.placed_ms
          WHERE id = NEW.cart_id;
        UPDATE lease SET taken = taken + t.units, sold_ms = NEW.placed_ms
          FROM (SELECT value ->> 'item' AS item, value ->> 'units' AS units FROM json_each(NEW.takes)) t
          WHERE lease.item = t.item;
        INSERT INTO orders (id, cart_id, status, placed_ms, currency, subtotal, delivery, total, delivery_kind,
            payment_id, payment_method, fraud_outcome, fraud_score, fraud_model, fraud_reasons, lines)
          VALUES (NEW.order_id, NEW.cart_id, NEW.status, NEW.placed_ms, NEW.currency, NEW.subtotal, NEW.delivery,
            NEW.total, NEW.delivery_kind, NEW.payment_id, NEW.payment_method, NEW.fraud_outcome, NEW.fraud_score,
            NEW.fraud_model, NEW.fraud_reasons, NEW.lines);
        INSERT INTO order_person (order_id, name, email, phone, street, extra, postcode, city, country)
          VALUES (NEW.order_id, NEW.name, NEW.email, NEW.phone, NEW.street, NEW.extra, NEW.postcode, NEW.city,
            NEW.country);
        INSERT INTO velocity (kind, key, at_ms, order_id, amount_minor)
          SELECT value ->> 'kind', value ->> 'key', NEW.placed_ms, NEW.order_id, NEW.velocity_amount
          FROM json_each(NEW.velocity_keys);
        INSERT INTO idempotency (scope, key, request_hash, status, response, created_ms)
          VALUES (NEW.cart_id, NEW.idempotency_key, NEW.request_hash, NEW.http_status, NEW.response, NEW.placed_ms);
        INSERT INTO outbox (id, occurred_ms, body) VALUES (NEW.event_id, NEW.placed_ms, NEW.event);
     END",
];

/// Guards before shoppers paid at providers.
pub(super) const GUARD_SECOND: &str = "CREATE TABLE guard (
    broken TEXT NOT NULL,
    CONSTRAINT cart_is_open CHECK (broken <> 'cart_is_open'),
    CONSTRAINT cart_version_is_current CHECK (broken <> 'cart_version_is_current'),
    CONSTRAINT cart_has_room CHECK (broken <> 'cart_has_room'),
    CONSTRAINT cart_has_one_currency CHECK (broken <> 'cart_has_one_currency'),
    CONSTRAINT leases_have_not_lapsed CHECK (broken <> 'leases_have_not_lapsed'),
    CONSTRAINT lease_epochs_are_current CHECK (broken <> 'lease_epochs_are_current'),
    CONSTRAINT customer_may_buy CHECK (broken <> 'customer_may_buy')
) STRICT";

/// The commit before shoppers paid at providers.
pub(super) const CHECKOUT_SECOND: [&str; 2] = [
    "CREATE VIEW checkout (cart_id, cart_version, leases_until_ms, takes, order_id, status, placed_ms, currency, subtotal,
        delivery, total, delivery_kind, payment_id, payment_method, fraud_outcome, fraud_score, fraud_model,
        fraud_reasons, lines, name, email, phone, street, extra, postcode, city, country, velocity_keys,
        velocity_amount, idempotency_key, request_hash, http_status, response, event_id, event, customer, account,
        account_customer)
     AS SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
     WHERE 0",
    "CREATE TRIGGER checkout_commit INSTEAD OF INSERT ON checkout BEGIN
        INSERT INTO guard (broken) SELECT 'cart_is_open' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND order_id IS NULL AND merged_into IS NULL);
        INSERT INTO guard (broken) SELECT 'customer_may_buy' WHERE EXISTS
          (SELECT 1 FROM standing WHERE customer IN (NEW.customer, NEW.account, NEW.account_customer));
        INSERT INTO guard (broken) SELECT 'cart_version_is_current' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND version = NEW.cart_version);
        INSERT INTO guard (broken) SELECT 'leases_have_not_lapsed' WHERE NOT EXISTS
          (SELECT 1 FROM meta WHERE key = 'leases_expire_ms' AND CAST(value AS INTEGER) > NEW.leases_until_ms);
        INSERT INTO guard (broken) SELECT 'lease_epochs_are_current' WHERE EXISTS
          (SELECT 1 FROM json_each(NEW.takes) t WHERE NOT EXISTS
            (SELECT 1 FROM lease l WHERE l.item = t.value ->> 'item' AND l.epoch = t.value ->> 'epoch'));
        UPDATE cart SET order_id = NEW.order_id, version = version + 1, updated_ms = NEW.placed_ms
          WHERE id = NEW.cart_id;
        UPDATE lease SET taken = taken + t.units, sold_ms = NEW.placed_ms
          FROM (SELECT value ->> 'item' AS item, value ->> 'units' AS units FROM json_each(NEW.takes)) t
          WHERE lease.item = t.item;
        INSERT INTO orders (id, cart_id, status, placed_ms, currency, subtotal, delivery, total, delivery_kind,
            payment_id, payment_method, fraud_outcome, fraud_score, fraud_model, fraud_reasons, lines, account)
          VALUES (NEW.order_id, NEW.cart_id, NEW.status, NEW.placed_ms, NEW.currency, NEW.subtotal, NEW.delivery,
            NEW.total, NEW.delivery_kind, NEW.payment_id, NEW.payment_method, NEW.fraud_outcome, NEW.fraud_score,
            NEW.fraud_model, NEW.fraud_reasons, NEW.lines, NEW.account);
        INSERT INTO order_person (order_id, name, email, phone, street, extra, postcode, city, country)
          VALUES (NEW.order_id, NEW.name, NEW.email, NEW.phone, NEW.street, NEW.extra, NEW.postcode, NEW.city,
            NEW.country);
        INSERT INTO velocity (kind, key, at_ms, order_id, amount_minor)
          SELECT value ->> 'kind', value ->> 'key', NEW.placed_ms, NEW.order_id, NEW.velocity_amount
          FROM json_each(NEW.velocity_keys);
        INSERT INTO idempotency (scope, key, request_hash, status, response, created_ms)
          VALUES (NEW.cart_id, NEW.idempotency_key, NEW.request_hash, NEW.http_status, NEW.response, NEW.placed_ms);
        INSERT INTO outbox (id, occurred_ms, body) VALUES (NEW.event_id, NEW.placed_ms, NEW.event);
     END",
];

/// Leases that run low before budgets and gift cards were leased.
pub(super) const INDEX_LOW_FIRST: &str = "CREATE INDEX lease_low ON lease (asked_ms, item)
    WHERE (granted - taken - returned) * 2 < CASE target WHEN 0 THEN 8 ELSE target END";

/// Guards before there were gift cards.
pub(super) const GUARD_THIRD: &str = "CREATE TABLE guard (
    broken TEXT NOT NULL,
    CONSTRAINT cart_is_open CHECK (broken <> 'cart_is_open'),
    CONSTRAINT cart_version_is_current CHECK (broken <> 'cart_version_is_current'),
    CONSTRAINT cart_has_room CHECK (broken <> 'cart_has_room'),
    CONSTRAINT cart_has_one_currency CHECK (broken <> 'cart_has_one_currency'),
    CONSTRAINT leases_have_not_lapsed CHECK (broken <> 'leases_have_not_lapsed'),
    CONSTRAINT lease_epochs_are_current CHECK (broken <> 'lease_epochs_are_current'),
    CONSTRAINT customer_may_buy CHECK (broken <> 'customer_may_buy'),
    CONSTRAINT payments_have_room CHECK (broken <> 'payments_have_room'),
    CONSTRAINT payment_waits CHECK (broken <> 'payment_waits')
) STRICT";

/// The commit before there were gift cards.
pub(super) const CHECKOUT_THIRD: [&str; 2] = [
    "CREATE VIEW checkout (cart_id, cart_version, leases_until_ms, takes, order_id, status, placed_ms, currency, subtotal,
        delivery, total, delivery_kind, payment_id, payment_method, fraud_outcome, fraud_score, fraud_model,
        fraud_reasons, lines, name, email, phone, street, extra, postcode, city, country, velocity_keys,
        velocity_amount, idempotency_key, request_hash, http_status, response, event_id, event, customer, account,
        account_customer, provider, record, expires_ms, due_ms, payments_since_ms, payments_max)
     AS SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
       0, 0, 0, 0, 0, 0
     WHERE 0",
    "CREATE TRIGGER checkout_commit INSTEAD OF INSERT ON checkout BEGIN
        INSERT INTO guard (broken) SELECT 'cart_is_open' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND order_id IS NULL AND merged_into IS NULL);
        INSERT INTO guard (broken) SELECT 'customer_may_buy' WHERE EXISTS
          (SELECT 1 FROM standing WHERE customer IN (NEW.customer, NEW.account, NEW.account_customer));
        INSERT INTO guard (broken) SELECT 'cart_version_is_current' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND version = NEW.cart_version);
        INSERT INTO guard (broken) SELECT 'leases_have_not_lapsed' WHERE NOT EXISTS
          (SELECT 1 FROM meta WHERE key = 'leases_expire_ms' AND CAST(value AS INTEGER) > NEW.leases_until_ms);
        INSERT INTO guard (broken) SELECT 'lease_epochs_are_current' WHERE EXISTS
          (SELECT 1 FROM json_each(NEW.takes) t WHERE NOT EXISTS
            (SELECT 1 FROM lease l WHERE l.item = t.value ->> 'item' AND l.epoch = t.value ->> 'epoch'));
        INSERT INTO guard (broken) SELECT 'payments_have_room' WHERE NEW.provider IS NOT NULL AND NEW.payments_max <=
          (SELECT COUNT(*) FROM payment WHERE cart_id = NEW.cart_id AND started_ms > NEW.payments_since_ms);
        UPDATE cart SET order_id = NEW.order_id, version = version + 1, updated_ms = NEW.placed_ms
          WHERE id = NEW.cart_id;
        UPDATE lease SET taken = taken + t.units, sold_ms = NEW.placed_ms
          FROM (SELECT value ->> 'item' AS item, value ->> 'units' AS units FROM json_each(NEW.takes)) t
          WHERE lease.item = t.item;
        INSERT INTO orders (id, cart_id, status, placed_ms, currency, subtotal, delivery, total, delivery_kind,
            payment_id, payment_method, fraud_outcome, fraud_score, fraud_model, fraud_reasons, lines, account)
          VALUES (NEW.order_id, NEW.cart_id, NEW.status, NEW.placed_ms, NEW.currency, NEW.subtotal, NEW.delivery,
            NEW.total, NEW.delivery_kind, NEW.payment_id, NEW.payment_method, NEW.fraud_outcome, NEW.fraud_score,
            NEW.fraud_model, NEW.fraud_reasons, NEW.lines, NEW.account);
        INSERT INTO order_person (order_id, name, email, phone, street, extra, postcode, city, country)
          VALUES (NEW.order_id, NEW.name, NEW.email, NEW.phone, NEW.street, NEW.extra, NEW.postcode, NEW.city,
            NEW.country);
        INSERT INTO velocity (kind, key, at_ms, order_id, amount_minor)
          SELECT value ->> 'kind', value ->> 'key', NEW.placed_ms, NEW.order_id, NEW.velocity_amount
          FROM json_each(NEW.velocity_keys);
        INSERT INTO idempotency (scope, key, request_hash, status, response, created_ms)
          VALUES (NEW.cart_id, NEW.idempotency_key, NEW.request_hash, NEW.http_status, NEW.response, NEW.placed_ms);
        INSERT INTO outbox (id, occurred_ms, body) SELECT NEW.event_id, NEW.placed_ms, NEW.event
          WHERE NEW.provider IS NULL;
        INSERT INTO payment (id, order_id, cart_id, method, provider, state, amount, currency, started_ms, expires_ms,
            due_ms, idempotency_key, record)
          SELECT NEW.payment_id, NEW.order_id, NEW.cart_id, NEW.payment_method, NEW.provider, 'starting', NEW.total,
            NEW.currency, NEW.placed_ms, NEW.expires_ms, NEW.due_ms, NEW.idempotency_key, NEW.record
          WHERE NEW.provider IS NOT NULL;
     END",
];

/// How a payment succeeded when all that an order took was stock.
pub(super) const PAYMENT_SUCCESS_FIRST: &str = "CREATE TRIGGER payment_success_commit INSTEAD OF INSERT ON payment_success BEGIN
        INSERT INTO guard (broken) SELECT 'payment_waits' WHERE NOT EXISTS
          (SELECT 1 FROM payment WHERE id = NEW.payment_id AND state IN ('starting', 'open'));
        INSERT INTO guard (broken) SELECT 'leases_have_not_lapsed' WHERE NOT EXISTS
          (SELECT 1 FROM meta WHERE key = 'leases_expire_ms' AND CAST(value AS INTEGER) > NEW.leases_until_ms);
        INSERT INTO guard (broken) SELECT 'lease_epochs_are_current' WHERE EXISTS
          (SELECT 1 FROM payment p, json_each(p.record, '$.takes') t WHERE p.id = NEW.payment_id AND NOT EXISTS
            (SELECT 1 FROM lease l WHERE l.item = t.value ->> 'item' AND l.epoch = t.value ->> 'epoch'));
        UPDATE orders SET status = CASE fraud_outcome WHEN 'allow' THEN 'placed' ELSE 'in_review' END
          WHERE id = (SELECT order_id FROM payment WHERE id = NEW.payment_id);
        INSERT INTO outbox (id, occurred_ms, body) VALUES (NEW.event_id, NEW.now_ms, NEW.event);
        UPDATE payment SET state = 'paid', authorisation = NEW.authorisation, due_ms = NULL, tries = 0
          WHERE id = NEW.payment_id;
     END";

/// How a payment failed when all that an order took was stock.
pub(super) const PAYMENT_FAILURE_FIRST: &str = "CREATE TRIGGER payment_failure_commit INSTEAD OF INSERT ON payment_failure BEGIN
        INSERT INTO guard (broken) SELECT 'payment_waits' WHERE NOT EXISTS
          (SELECT 1 FROM payment WHERE id = NEW.payment_id AND state IN ('starting', 'open')
             AND state = COALESCE(NEW.was, state));
        UPDATE lease SET taken = taken - t.units
          FROM (SELECT j.value ->> 'item' AS item, j.value ->> 'epoch' AS epoch, j.value ->> 'units' AS units
                FROM payment p, json_each(p.record, '$.takes') j WHERE p.id = NEW.payment_id) t
          WHERE lease.item = t.item AND lease.epoch = t.epoch;
        INSERT INTO cart_line (cart_id, sku, quantity, shown_price, added_ms)
          SELECT other.id, l.sku, l.quantity, l.shown_price, l.added_ms
          FROM payment p JOIN cart own ON own.id = p.cart_id AND own.order_id = p.order_id
            JOIN cart other ON other.account = own.account AND other.order_id IS NULL AND other.merged_into IS NULL
            JOIN cart_line l ON l.cart_id = own.id
          WHERE p.id = NEW.payment_id AND COALESCE(other.currency, own.currency) = own.currency
          ON CONFLICT (cart_id, sku) DO NOTHING;
        UPDATE cart SET version = version + 1, updated_ms = NEW.now_ms, currency = COALESCE(currency,
            (SELECT p.currency FROM payment p WHERE p.id = NEW.payment_id))
          WHERE order_id IS NULL AND merged_into IS NULL AND account =
            (SELECT own.account FROM payment p JOIN cart own ON own.id = p.cart_id AND own.order_id = p.order_id
             WHERE p.id = NEW.payment_id);
        UPDATE cart SET order_id = NULL, version = version + 1, updated_ms = NEW.now_ms
          WHERE (id, order_id) IN (SELECT cart_id, order_id FROM payment WHERE id = NEW.payment_id)
            AND NOT EXISTS (SELECT 1 FROM cart other WHERE other.account = cart.account AND other.account IS NOT NULL
              AND other.order_id IS NULL AND other.merged_into IS NULL);
        DELETE FROM idempotency
          WHERE (scope, key) IN (SELECT cart_id, idempotency_key FROM payment WHERE id = NEW.payment_id);
        UPDATE orders SET status = 'cancelled', cart_id = id
          WHERE id = (SELECT order_id FROM payment WHERE id = NEW.payment_id) AND NEW.order_is_kept;
        DELETE FROM order_person
          WHERE order_id = (SELECT order_id FROM payment WHERE id = NEW.payment_id) AND NOT NEW.order_is_kept;
        DELETE FROM orders
          WHERE id = (SELECT order_id FROM payment WHERE id = NEW.payment_id) AND NOT NEW.order_is_kept;
        UPDATE payment SET state = NEW.state, reason = NEW.reason, due_ms = NEW.due_ms, tries = 0
          WHERE id = NEW.payment_id;
     END";

/// How a payment succeeded when nothing but an allowance placed an order.
pub(super) const PAYMENT_SUCCESS_SECOND: &str = "CREATE TRIGGER payment_success_commit INSTEAD OF INSERT ON payment_success BEGIN
        INSERT INTO guard (broken) SELECT 'payment_waits' WHERE NOT EXISTS
          (SELECT 1 FROM payment WHERE id = NEW.payment_id AND state IN ('starting', 'open'));
        INSERT INTO guard (broken) SELECT 'leases_have_not_lapsed' WHERE NOT EXISTS
          (SELECT 1 FROM meta WHERE key = 'leases_expire_ms' AND CAST(value AS INTEGER) > NEW.leases_until_ms);
        INSERT INTO guard (broken) SELECT 'lease_epochs_are_current' WHERE EXISTS
          (SELECT 1 FROM payment p, json_each(p.takes) t WHERE p.id = NEW.payment_id AND NOT EXISTS
            (SELECT 1 FROM lease l WHERE l.item = t.value ->> 'item' AND l.epoch = t.value ->> 'epoch'));
        UPDATE orders SET status = CASE fraud_outcome WHEN 'allow' THEN 'placed' ELSE 'in_review' END
          WHERE id = (SELECT order_id FROM payment WHERE id = NEW.payment_id);
        INSERT INTO outbox (id, occurred_ms, body) VALUES (NEW.event_id, NEW.now_ms, NEW.event);
        UPDATE payment SET state = 'paid', authorisation = NEW.authorisation, due_ms = NULL, tries = 0
          WHERE id = NEW.payment_id;
     END";

/// Guards before there were appeals.
pub(super) const GUARD_FOURTH: &str = "CREATE TABLE guard (
    broken TEXT NOT NULL,
    CONSTRAINT cart_is_open CHECK (broken <> 'cart_is_open'),
    CONSTRAINT cart_version_is_current CHECK (broken <> 'cart_version_is_current'),
    CONSTRAINT cart_has_room CHECK (broken <> 'cart_has_room'),
    CONSTRAINT cart_has_one_currency CHECK (broken <> 'cart_has_one_currency'),
    CONSTRAINT leases_have_not_lapsed CHECK (broken <> 'leases_have_not_lapsed'),
    CONSTRAINT lease_epochs_are_current CHECK (broken <> 'lease_epochs_are_current'),
    CONSTRAINT customer_may_buy CHECK (broken <> 'customer_may_buy'),
    CONSTRAINT payments_have_room CHECK (broken <> 'payments_have_room'),
    CONSTRAINT payment_waits CHECK (broken <> 'payment_waits'),
    CONSTRAINT guesses_have_room CHECK (broken <> 'guesses_have_room'),
    CONSTRAINT gift_cards_have_room CHECK (broken <> 'gift_cards_have_room')
) STRICT";
