//! Bugs that are put in to see that they are caught, without touching the code under test: a statement is rewritten on
//! its way to the database, a trigger is added to the core's schema, or an act is done too early.

mod payments;

use bytes::Bytes;
use http::Request;
use kiosk_edge_platform::{Statement, Value};
use serde_json::Value as Json;

use crate::executor::lock;
use crate::pop::id_of;
use crate::world::World;

pub use payments::{core_asks, provider_answers, webhook};

/// How a bug is put in.
pub enum Change {
    /// Fragments of the POP's SQL, and what they become.
    Sql(&'static [(&'static str, &'static str)]),
    /// Statements on the core's schema.
    CoreSchema(&'static str),
    /// The event is written by a transaction of its own, after the order.
    OutboxAfterCommit,
    /// The cursor of the feed is written by a transaction of its own, before the page.
    CursorBeforePage,
    /// Leases are believed to run longer by the margin.
    ExpiryMarginDropped,
    /// The core does not know which events it has applied.
    InboxKeyDropped,
    /// The operator's write-off comes this many milliseconds early.
    WriteOffEarly(i64),
    /// A POP takes each payment that it looks at for paid.
    Unasked,
    /// A POP takes each payment that a webhook names for paid.
    RumourBelieved,
    /// The core asks for a movement of money by another key each time.
    FreshKeys,
}

/// A bug.
pub struct Mutation {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is wrong.
    pub about: &'static str,
    /// How it is put in.
    pub change: Change,
}

/// All bugs.
pub const ALL: &[Mutation] = &[
    Mutation {
        name: "inbox-key-dropped",
        about: "the core applies events again that it has applied",
        change: Change::InboxKeyDropped,
    },
    Mutation {
        name: "expiry-margin-dropped",
        about: "a POP sells until its leases lapse by its own clock, without a margin for skew",
        change: Change::ExpiryMarginDropped,
    },
    Mutation {
        name: "epoch-ignored",
        about: "a POP keeps what it held when the core has taken it back and raised the epoch",
        change: Change::Sql(&[(
            "granted = CASE WHEN excluded.epoch > epoch THEN excluded.granted",
            "granted = CASE WHEN excluded.epoch > epoch AND epoch > 0 THEN granted + excluded.granted
             WHEN excluded.epoch > epoch THEN excluded.granted",
        )]),
    },
    Mutation {
        name: "outbox-after-commit",
        about: "the event of an order is written after the order's transaction",
        change: Change::OutboxAfterCommit,
    },
    Mutation {
        name: "lease-granted-twice",
        about: "a POP adds a level that it is told to what it holds",
        change: Change::Sql(&[(
            "WHEN excluded.epoch = epoch THEN MAX(granted, excluded.granted)",
            "WHEN excluded.epoch = epoch AND excluded.granted > granted THEN granted + excluded.granted",
        )]),
    },
    Mutation {
        name: "retry-without-idempotency",
        about: "the same request again is a new one: neither the key nor the cart keeps it from ordering twice",
        // The cart's state, its version and the order's own uniqueness each would stop a second order.
        change: Change::Sql(&[
            (
                "LEFT JOIN idempotency i ON i.scope = c.id AND i.key = ?2",
                "LEFT JOIN idempotency i ON 0 AND i.key = ?2",
            ),
            (
                "c.token_hash, c.version, c.currency, c.created_ms, c.order_id",
                "c.token_hash, c.version, c.currency, c.created_ms, NULL",
            ),
            ("UPDATE cart SET order_id = NEW.order_id, version = version + 1,", "UPDATE cart SET"),
            ("cart_id TEXT NOT NULL UNIQUE, status", "cart_id TEXT NOT NULL, status"),
            ("INSERT INTO idempotency (scope", "INSERT OR REPLACE INTO idempotency (scope"),
        ]),
    },
    Mutation {
        name: "stock-unchecked",
        about: "nothing stops two checkouts that take the same last piece",
        change: Change::Sql(&[("AND taken + returned <= granted", "")]),
    },
    Mutation {
        name: "cursor-before-page",
        about: "the cursor of the feed is written before the page that it stands for",
        change: Change::CursorBeforePage,
    },
    Mutation {
        name: "acknowledged-beyond",
        about: "one event more than the core has applied is removed from the outbox",
        change: Change::Sql(&[(
            "DELETE FROM outbox WHERE seq <= ?1",
            "DELETE FROM outbox WHERE seq <= ?1 + 1",
        )]),
    },
    Mutation {
        name: "write-off-early",
        about: "leases are written off without waiting for the margin",
        change: Change::WriteOffEarly(60_000),
    },
    Mutation {
        name: "set-back-unnoticed",
        about: "a POP whose database was set back keeps its name, and the core refuses its events for good",
        change: Change::Sql(&[("WHERE key = 'incarnation' AND value = ?1", "WHERE 0 AND value = ?1")]),
    },
    Mutation {
        name: "fence-forgotten",
        about: "the core renews the leases of a copy from before they were written off",
        change: Change::CoreSchema(
            "CREATE TRIGGER mutation AFTER UPDATE OF fence_shown ON sync_incarnations WHEN NEW.fence_shown > 0 BEGIN
               UPDATE sync_incarnations SET fence_shown = 0 WHERE pop = NEW.pop AND incarnation = NEW.incarnation;
             END",
        ),
    },
    Mutation {
        name: "settled-unasked",
        about: "an order is placed without asking the provider whether it is paid",
        change: Change::Unasked,
    },
    Mutation {
        name: "webhook-believed",
        about: "whatever a webhook says of a payment, its order is placed",
        change: Change::RumourBelieved,
    },
    Mutation {
        name: "order-before-payment",
        about: "the core hears of an order before it is paid",
        change: Change::Sql(&[(
            "INSERT INTO outbox (id, occurred_ms, body) SELECT NEW.event_id, NEW.placed_ms, NEW.event
          WHERE NEW.provider IS NULL;",
            "INSERT INTO outbox (id, occurred_ms, body) SELECT NEW.event_id, NEW.placed_ms, NEW.event;",
        )]),
    },
    Mutation {
        name: "void-forgotten",
        about: "the provider is not told that an order was given up",
        change: Change::Sql(&[(
            "SET state = NEW.state, reason = NEW.reason, due_ms = NEW.due_ms,",
            "SET state = 'closed', reason = NEW.reason, due_ms = NULL,",
        )]),
    },
    Mutation {
        name: "given-up-with-its-stock",
        about: "the stock of an order that was given up stays taken",
        change: Change::Sql(&[(
            "UPDATE lease SET taken = taken - t.units",
            "UPDATE lease SET taken = taken - 0 * t.units",
        )]),
    },
    Mutation {
        name: "captured-by-another-key",
        about: "the core asks for a capture again by another key when no answer came",
        change: Change::FreshKeys,
    },
    Mutation {
        name: "grant-from-nothing",
        about: "the core leases units without taking them from what is available",
        change: Change::CoreSchema(
            "CREATE TRIGGER mutation AFTER UPDATE ON inventory_items WHEN NEW.leased > OLD.leased BEGIN
               UPDATE inventory_items SET available = OLD.available,
                 on_hand = OLD.available + NEW.leased + NEW.sold WHERE item = NEW.item;
             END",
        ),
    },
];

/// The bug of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Mutation> {
    ALL.iter().find(|mutation| mutation.name == name)
}

/// What a mutation adds to the core's schema.
#[must_use]
pub fn core_schema(mutation: &Mutation) -> &'static str {
    if let Change::CoreSchema(sql) = mutation.change { sql } else { "" }
}

/// How much too early the operator acts.
#[must_use]
pub fn write_off_early_ms(mutation: &Mutation) -> i64 {
    if let Change::WriteOffEarly(early_ms) = mutation.change { early_ms } else { 0 }
}

/// Rewrites a statement of a POP, and remembers which fragments were found.
pub fn rewrite(world: &World, mutation: &Mutation, statement: &mut Statement) {
    let Change::Sql(fragments) = mutation.change else { return };
    for (place, (fragment, replacement)) in fragments.iter().enumerate() {
        if statement.sql.contains(fragment) {
            statement.sql = statement.sql.replace(fragment, replacement).into();
            lock(&world.fragments).insert(place);
        }
    }
}

/// Fragments that no statement held: the code under test has changed, and the bug is not put in any more.
pub fn missing(world: &World) -> Vec<&'static str> {
    let Some(Change::Sql(fragments)) = world.mutation.map(|mutation| &mutation.change) else {
        return Vec::new();
    };
    let found = lock(&world.fragments);
    let missing = fragments.iter().enumerate().filter(|(place, _)| !found.contains(place));
    missing.map(|(_, (fragment, _))| *fragment).collect()
}

/// Rewrites a batch of a POP, and returns what is to be written by a transaction of its own afterwards.
pub fn split(world: &World, mutation: &Mutation, statements: &mut Vec<Statement>) -> Vec<Statement> {
    statements.iter_mut().for_each(|statement| rewrite(world, mutation, statement));
    match mutation.change {
        Change::ExpiryMarginDropped => {
            statements.iter_mut().for_each(drop_margin);
            Vec::new()
        }
        Change::OutboxAfterCommit => outbox_after(statements),
        Change::CursorBeforePage => {
            let cursor =
                |statement: &Statement| statement.params.first() == Some(&Value::Text("feed_cursor".into()));
            let (first, rest): (Vec<_>, Vec<_>) = std::mem::take(statements).into_iter().partition(cursor);
            let (now, later) = if first.is_empty() { (rest, first) } else { (first, rest) };
            *statements = now;
            later
        }
        _ => Vec::new(),
    }
}

fn drop_margin(statement: &mut Statement) {
    if statement.params.first() != Some(&Value::Text("leases_expire_ms".into())) {
        return;
    }
    if let Some(Value::Text(text)) = statement.params.get_mut(1) {
        let until_ms: i64 = text.parse().unwrap_or(0);
        *text = (until_ms + kiosk_wire::CLOCK_SKEW_MS_MAX).to_string();
    }
}

fn outbox_after(statements: &mut [Statement]) -> Vec<Statement> {
    // As migrations before and since payments have it.
    const APPEND: [&str; 2] = [
        "INSERT INTO outbox (id, occurred_ms, body) VALUES (NEW.event_id, NEW.placed_ms, NEW.event);",
        "INSERT INTO outbox (id, occurred_ms, body) SELECT NEW.event_id, NEW.placed_ms, NEW.event
          WHERE NEW.provider IS NULL;",
    ];
    let mut later = Vec::new();
    for statement in statements {
        for append in APPEND {
            if statement.sql.contains(append) {
                statement.sql = statement.sql.replace(append, "").into();
            }
        }
        if statement.sql.starts_with("INSERT INTO checkout VALUES") {
            let mut append = Statement::new("INSERT INTO outbox (id, occurred_ms, body) VALUES (?1, ?2, ?3)");
            append.params =
                [33, 6, 34].into_iter().filter_map(|place| statement.params.get(place).cloned()).collect();
            later.push(append);
        }
    }
    later
}

/// How far the core has applied the events of a database.
pub struct Inbox {
    pop: String,
    incarnation: String,
    applied: i64,
}

/// What a mutation does before the core answers: lets it forget that it has applied what the request tells.
pub fn before_core(
    mutation: &Mutation,
    world: &World,
    pop: usize,
    request: &Request<Bytes>,
) -> Option<Inbox> {
    if !matches!(mutation.change, Change::InboxKeyDropped) || request.uri().path() != "/sync/v1/events" {
        return None;
    }
    let batch: Json = serde_json::from_slice(request.body()).unwrap_or_default();
    let (incarnation, first) =
        (batch["incarnation"].as_str()?.to_owned(), batch["events"][0]["seq"].as_i64()?);
    let pop = id_of(pop);
    let applied = world.core.read(|db| {
        let read = "SELECT applied_through FROM sync_incarnations WHERE pop = ?1 AND incarnation = ?2";
        let applied: i64 = db.query_row(read, (&pop, &incarnation), |row| row.get(0))?;
        let forget = "UPDATE sync_incarnations SET applied_through = MIN(applied_through, ?3)
                      WHERE pop = ?1 AND incarnation = ?2";
        db.execute(forget, (&pop, &incarnation, first - 1))?;
        Ok::<_, rusqlite::Error>(applied)
    })?;
    applied.ok().map(|applied| Inbox { pop, incarnation, applied })
}

/// And after it has answered: what it had applied before stays applied, so that the next delivery has no gap.
pub fn after_core(world: &World, inbox: &Inbox) {
    let keep = "UPDATE sync_incarnations SET applied_through = MAX(applied_through, ?3)
                WHERE pop = ?1 AND incarnation = ?2";
    world.core.read(|db| db.execute(keep, (&inbox.pop, &inbox.incarnation, inbox.applied)));
}
