//! The name of this database, and what it means to take a new one.
//!
//! A database that was set back to an older copy gives event numbers a second time. The core notices and refuses them.
//! Then the database takes another name: it numbers its events anew, and leaves its leases with the old name, whose
//! counters nobody can tell any more.

use kiosk_edge_platform::{Database, Statement};

use crate::StoreError;

/// Takes another name, all at once; nothing happens when the database is not called `old` any more.
///
/// What the core has not acknowledged is told again under the new name:
/// * orders, which the core knows by their ids. Their stock came from leases of the old name, and epochs count anew
///   with each name, so they say epoch 0, which no account has;
/// * refused checkouts, which the core knows by their events' ids;
/// * orders that are not paid yet will not come about: their stock is of an epoch that no account reaches;
/// * not what was given back: the old name's leases are written off as a whole, returns included.
///
/// # Errors
/// When the database fails; then it keeps its name.
pub async fn renew(db: &dyn Database, old: &str, new: &str) -> Result<(), StoreError> {
    let rename = Statement::new("UPDATE meta SET value = ?2 WHERE key = 'incarnation' AND value = ?1");
    let mut batch = vec![rename.bind(old).bind(new)];
    batch.extend(RENEW.map(|sql| Statement::new(sql).bind(new)));
    db.batch(batch).await?;
    Ok(())
}

/// Each only when the database has its new name, `?1`.
const RENEW: [&str; 8] = [
    "DELETE FROM meta WHERE key IN ('leases_expire_ms', 'contact_ms', 'lease_fence')
       AND EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?1)",
    "UPDATE lease SET epoch = 0, granted = 0, taken = 0, returned = 0, asked_ms = 0
       WHERE EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?1)",
    "DELETE FROM outbox WHERE body ->> 'type' = 'stock_returned'
       AND EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?1)",
    "UPDATE outbox SET body = json_set(body,
         '$.takes', json((SELECT json_group_array(json(json_set(take.value, '$.epoch', 0)))
            FROM json_each(outbox.body, '$.takes') take)),
         '$.discounts', json((SELECT json_group_array(json(CASE WHEN used.value ->> '$.take' IS NULL THEN used.value
              ELSE json_set(used.value, '$.take.epoch', 0) END)) FROM json_each(outbox.body, '$.discounts') used)),
         '$.gift_cards', json((SELECT json_group_array(json(json_set(used.value, '$.take.epoch', 0)))
            FROM json_each(outbox.body, '$.gift_cards') used)))
       WHERE body ->> 'type' = 'order_placed'
         AND EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?1)",
    "UPDATE payment SET takes =
         (SELECT json_group_array(json(json_set(take.value, '$.epoch', 9007199254740991)))
          FROM json_each(payment.takes) take)
       WHERE state IN ('starting', 'open') AND EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?1)",
    // Below zero first, so that no number is taken twice on the way.
    "UPDATE outbox SET seq = -place.number
       FROM (SELECT seq AS old, ROW_NUMBER() OVER (ORDER BY seq) AS number FROM outbox) place
       WHERE outbox.seq = place.old AND EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?1)",
    "UPDATE outbox SET seq = -seq
       WHERE seq < 0 AND EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?1)",
    "UPDATE sqlite_sequence SET seq = (SELECT COUNT(*) FROM outbox)
       WHERE name = 'outbox' AND EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?1)",
];
