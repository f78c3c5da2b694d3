//! Orders that the core takes in over `/sync/v1/events`, and the same rows written one at a time.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use core_cloud::db::{Db, Tx};
use core_cloud::modules::inventory::service as inventory;
use futures::future::try_join_all;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kiosk_ids::{PopId, Sku};
use kiosk_wire::sign::{CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT, SignatureParams, Signed, sign};
use kiosk_wire::{
    EVENTS_PER_BATCH_MAX, EventBatch, EventBody, LEASE_UNITS_MAX, LeaseAsk, LeaseRequest, OrderRecord,
};
use tower::ServiceExt;

use crate::alone::{Alone, INCARNATION, POP_KEY, POPS, items, placed, pop_id};
use crate::load::Measured;
use crate::report::Report;

/// Where POPs deliver.
const PATH: &str = "/sync/v1/events";
/// Deliveries of each POP.
const DELIVERIES: u64 = 40;
/// Units in stock of each item.
const UNITS: i64 = 10_000_000;
/// How much of an order's statements the core is spared by batches, as a whole.
const BATCH: u64 = EVENTS_PER_BATCH_MAX as u64;

/// The core on SQLite and on PostgreSQL, each beside its peer.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    report.section("The core: orders taken in, with their stock");
    for name in ["SQLite", "PostgreSQL"] {
        let core = if name == "SQLite" { Alone::on_sqlite().await? } else { Alone::on_postgres().await? };
        lease(&core).await?;
        let kiosk = take_in(&core.app.router, name, report).await?;
        core.db.close().await;
        // A core of its own, as empty.
        let peer = if name == "SQLite" { Alone::on_sqlite().await? } else { Alone::on_postgres().await? };
        lease(&peer).await?;
        let rate = row_at_a_time(&peer.db, duration).await?;
        report.line(&format!("{name}: the same, a row at a time"), &format!("{rate:.0}/s"), "");
        report.line(&format!("{name}: ratio"), &format!("{:.1}", kiosk / rate), "");
        peer.db.close().await;
    }
    Ok(())
}

/// Stocks the items and leases them to the POPs.
async fn lease(core: &Alone) -> Result<()> {
    let names: Vec<String> = items().collect();
    let stock: Vec<_> = names.iter().map(|name| (name.as_str(), UNITS)).collect();
    let mut tx = core.db.begin().await?;
    inventory::adjust_stock(&mut tx, &stock).await?;
    tx.commit().await?;
    for pop in 0..POPS {
        let ask = |name: &String| {
            let item = Sku::parse(name)?;
            Ok(LeaseAsk { item, epoch: 0, granted_seen: 0, units: LEASE_UNITS_MAX, whole: false })
        };
        let asks = names.iter().map(ask).collect::<Result<Vec<_>>>()?;
        let request = LeaseRequest { incarnation: INCARNATION.to_owned(), last_seq: 0, fence: 0, asks };
        core.app.services.sync.grant_leases(&PopId::parse(&pop_id(pop))?, &request).await?;
    }
    Ok(())
}

/// All POPs deliver one batch after the other; orders a second.
async fn take_in(router: &Router, name: &str, report: &mut Report) -> Result<f64> {
    // Written before the clock runs: POPs do that elsewhere.
    let deliveries: Vec<Vec<Bytes>> = (0..POPS).map(deliveries_of).collect::<Result<_>>()?;
    let started = Instant::now();
    let pops = deliveries.into_iter().enumerate().map(|(pop, deliveries)| {
        let router = router.clone();
        // A task each, so that both processors serve.
        tokio::spawn(async move {
            let mut took = Vec::with_capacity(deliveries.len());
            for (number, body) in deliveries.into_iter().enumerate() {
                let sent = Instant::now();
                deliver(&router, pop, number, body).await?;
                took.push(u64::try_from(sent.elapsed().as_micros())?);
            }
            anyhow::Ok(took)
        })
    });
    let mut took = Vec::new();
    for of_pop in try_join_all(pops).await? {
        took.extend(of_pop?);
    }
    let elapsed = started.elapsed();
    #[allow(clippy::cast_precision_loss)]
    let rate = (took.len() as u64 * BATCH) as f64 / elapsed.as_secs_f64();
    let took = Measured::of_micros(took)?;
    report.line(&format!("{name}: orders, by {BATCH} in a delivery"), &format!("{rate:.0}/s"), "2,000/s");
    report.latency(&format!("{name}: a delivery"), &took, "");
    Ok(rate)
}

fn deliveries_of(pop: usize) -> Result<Vec<Bytes>> {
    let delivery = |number: u64| {
        let events = (1..=BATCH).map(|place| placed(pop, number * BATCH + place, true));
        let events = events.collect::<Result<Vec<_>>>()?;
        let batch = EventBatch { incarnation: INCARNATION.to_owned(), events };
        Ok(Bytes::from(serde_json::to_vec(&batch)?))
    };
    (0..DELIVERIES).map(delivery).collect()
}

async fn deliver(router: &Router, pop: usize, number: usize, body: Bytes) -> Result<()> {
    let created_s = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_secs())?;
    let params = SignatureParams { key_id: pop_id(pop), created_s, nonce: format!("nonce-{number:016}") };
    let signed = Signed { method: "POST", path_and_query: PATH, body: &body };
    let headers = sign(POP_KEY.as_bytes(), &signed, &params);
    let request = Request::post(PATH)
        .header("content-type", "application/json")
        .header(SIGNATURE_INPUT, headers.signature_input)
        .header(SIGNATURE, headers.signature)
        .header(CONTENT_DIGEST, headers.content_digest)
        .body(Body::from(body))?;
    let answer = router.clone().oneshot(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    ensure!(status == StatusCode::OK, "{status}: {}", String::from_utf8_lossy(&body));
    Ok(())
}

/// As software does that saves an order object by object: a transaction for each order, a statement for each row of
/// the same tables.
async fn row_at_a_time(db: &Db, duration: Duration) -> Result<f64> {
    let started = Instant::now();
    let pops = (0..POPS).map(|pop| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut orders = 0_u32;
            while started.elapsed() < duration {
                orders += 1;
                let event = placed(pop, u64::from(orders), true)?;
                let EventBody::OrderPlaced(order) = event.body else { continue };
                let mut tx = db.begin().await?;
                save(&mut tx, pop, i64::from(orders), &order).await?;
                tx.commit().await?;
            }
            anyhow::Ok(orders)
        })
    });
    let mut orders = 0;
    for of_pop in try_join_all(pops).await? {
        orders += of_pop?;
    }
    Ok(f64::from(orders) / started.elapsed().as_secs_f64())
}

async fn save(tx: &mut Tx, pop: usize, seq: i64, order: &OrderRecord) -> Result<()> {
    let (pop, id, vendor) = (pop_id(pop), order.id.as_str(), order.lines[0].vendor.as_str());
    save_stock(tx, &pop, order).await?;
    let insert = sqlx::query(
        "INSERT INTO orders_orders (id, pop, incarnation, seq, cart, region, placed_ms, received_ms, customer, country, \
         area, currency, subtotal, delivery, total, delivery_kind, payment, payment_method, fraud_outcome, fraud_score, \
         fraud_model, fraud_reasons, status, attention, account) VALUES ($1, $2, 'bench', $3, $4, 'eu', $5, $5, $6, 'DE', \
         '10', 'EUR', $7, $8, $9, 'parcel', $10, 'invoice', 'allow', 0.1, 'bench', '[]', 'placed', '', $11)",
    );
    let insert = insert.bind(id).bind(&pop).bind(seq).bind(order.cart.as_str()).bind(order.placed_ms);
    let insert = insert.bind(&order.customer).bind(order.subtotal.amount).bind(order.delivery.amount);
    let insert = insert.bind(order.total.amount).bind(order.payment.id.as_str()).bind(&order.account);
    insert.execute(&mut **tx).await?;
    for (number, line) in (0_i64..).zip(&order.lines) {
        let insert = sqlx::query(
            "INSERT INTO orders_lines (order_id, line, sku, product, vendor, quantity, unit_amount, currency) \
             VALUES ($1, $2, $3, $4, $5, 1, $6, 'EUR')",
        );
        let insert = insert.bind(id).bind(number).bind(line.sku.as_str()).bind(line.product.as_str());
        insert.bind(line.vendor.as_str()).bind(line.unit_price.amount).execute(&mut **tx).await?;
        let insert = sqlx::query(
            "INSERT INTO orders_pieces (order_id, line, item, units, bulky, ordered, to_ship, cancelled, planned, shipped, \
             delivered, lost, coming_back, returned, refunded, exchanged) \
             VALUES ($1, $2, $3, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
        );
        insert.bind(id).bind(number).bind(line.sku.as_str()).execute(&mut **tx).await?;
        let insert = sqlx::query(
            "INSERT INTO orders_vendor_orders (order_id, vendor, stage, placed_ms, changed_ms, delivery, charge) \
             VALUES ($1, $2, 'placed', $3, $3, $4, 'open') ON CONFLICT DO NOTHING",
        );
        let share = if line.vendor.as_str() == vendor { order.delivery.amount } else { 0 };
        let insert = insert.bind(id).bind(line.vendor.as_str()).bind(order.placed_ms).bind(share);
        insert.execute(&mut **tx).await?;
    }
    save_customers(tx, order).await?;
    let insert = sqlx::query(
        "INSERT INTO bus_outbox (id, topic, place, written_ms, body) VALUES ($1, $2, $3, $4, $5)",
    );
    let insert = insert.bind(format!("evt_{id}")).bind(id).bind(seq).bind(order.placed_ms);
    insert.bind(serde_json::to_string(order)?).execute(&mut **tx).await?;
    let update = sqlx::query(
        "UPDATE sync_incarnations SET applied_through = $2 WHERE pop = $1 AND incarnation = 'bench'",
    );
    update.bind(&pop).bind(seq).execute(&mut **tx).await?;
    Ok(())
}

async fn save_stock(tx: &mut Tx, pop: &str, order: &OrderRecord) -> Result<()> {
    // In the order of their names, so that nobody waits for each other in a circle.
    let mut takes: Vec<_> = order.takes.iter().collect();
    takes.sort_by_key(|take| take.item.as_str());
    for (number, take) in (0_i64..).zip(takes) {
        let (item, units) = (take.item.as_str(), i64::from(take.units));
        let update = sqlx::query(
            "UPDATE inventory_items SET leased = leased - $2, sold = sold + $2 WHERE item = $1 AND leased >= $2",
        );
        update.bind(item).bind(units).execute(&mut **tx).await?;
        let update = sqlx::query(
            "UPDATE inventory_accounts SET sold = sold + $3 WHERE pop = $1 AND incarnation = 'bench' AND item = $2",
        );
        update.bind(pop).bind(item).bind(units).execute(&mut **tx).await?;
        let insert = sqlx::query(
            "INSERT INTO orders_takes (order_id, take, item, epoch, units, short) VALUES ($1, $2, $3, 1, $4, 0)",
        );
        insert.bind(order.id.as_str()).bind(number).bind(item).bind(units).execute(&mut **tx).await?;
        let insert =
            sqlx::query("INSERT INTO orders_holds (order_id, item, sold, moved) VALUES ($1, $2, $3, 0)");
        insert.bind(order.id.as_str()).bind(item).bind(units).execute(&mut **tx).await?;
    }
    Ok(())
}

async fn save_customers(tx: &mut Tx, order: &OrderRecord) -> Result<()> {
    let customers = std::iter::once((&order.customer, 0_i64)).chain(order.account.iter().map(|key| (key, 1)));
    for (pseudonym, is_account) in customers {
        let insert = sqlx::query(
            "INSERT INTO customers_customers (pseudonym, region, is_account, orders, first_ms, last_ms, last_order) \
             VALUES ($1, 'eu', $2, 1, $3, $3, $4) ON CONFLICT (pseudonym) DO UPDATE SET \
             orders = customers_customers.orders + 1, last_ms = excluded.last_ms, last_order = excluded.last_order",
        );
        let insert = insert.bind(pseudonym).bind(is_account).bind(order.placed_ms).bind(order.id.as_str());
        insert.execute(&mut **tx).await?;
        let insert = sqlx::query(
            "INSERT INTO customers_sums (pseudonym, currency, amount) VALUES ($1, 'EUR', $2) \
             ON CONFLICT (pseudonym, currency) DO UPDATE SET amount = customers_sums.amount + excluded.amount",
        );
        insert.bind(pseudonym).bind(order.total.amount).execute(&mut **tx).await?;
    }
    Ok(())
}
