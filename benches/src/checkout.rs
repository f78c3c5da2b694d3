//! Checkouts: cart in, order out, fraud score inside, every commit synced to disk.

use anyhow::{Result, bail};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use http::{Request, StatusCode};
use http_body_util::Full;
use kiosk_testkit::Shop;

use crate::load::{Connection, Measured, each};
use crate::report::Report;

const CONNECTIONS: usize = 32;
const WARM_UP: usize = 500;
const ALONE: usize = 500;
const SKU: &str = "BENCH";

/// A checkout that is ready to be sent.
struct Ready {
    token: String,
    key: String,
    body: Bytes,
}

async fn send(mut connection: Connection, ready: &Ready) -> Result<Connection> {
    let request = Request::post("/v1/orders")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", ready.token))
        .header("idempotency-key", &ready.key)
        .body(Full::new(ready.body.clone()))?;
    let (parts, body) = connection.send(request).await?;
    if parts.status != StatusCode::CREATED {
        bail!("checkout: {} {}", parts.status, String::from_utf8_lossy(&body));
    }
    Ok(connection)
}

/// Carts that are ready to be checked out, each of a shopper with an address of their own: many orders to one look
/// like fraud.
async fn ready(shop: &Shop, name: &str, count: usize) -> Result<Vec<Ready>> {
    let carts = stream::iter(0..count).map(|n| {
        let api = shop.api(0);
        async move {
            let cart = api.cart_with(SKU, 1).await?;
            let body = api.order_body(&cart, &format!("{name} {n}")).to_string().into();
            anyhow::Ok(Ready { key: format!("bench-{}", cart.id), token: cart.token, body })
        }
    });
    carts.buffer_unordered(CONNECTIONS).try_collect().await
}

async fn check_out(shop: &Shop, ready: Vec<Ready>, connections: usize) -> Result<Measured> {
    each(&shop.pops[0].url, ready, connections, |connection, items, index| async move {
        send(connection, &items[index]).await
    })
    .await
}

/// Orders a second and their latency; carts are made beforehand. The POP leases stock as it sells and delivers every
/// order to the core meanwhile, as it would in a sale.
pub async fn run(shop: &Shop, count: usize, report: &mut Report) -> Result<()> {
    report.section("Checkout (cart to confirmed order, one POP, every commit synced)");
    check_out(shop, ready(shop, "Warm", WARM_UP).await?, CONNECTIONS).await?;
    let measured = check_out(shop, ready(shop, "Bench", count).await?, CONNECTIONS).await?;
    report.throughput(&format!("{count} checkouts, {CONNECTIONS} connections"), &measured, "at least 700/s");
    let alone = check_out(shop, ready(shop, "Alone", ALONE).await?, 1).await?;
    report.latency("one checkout after the other", &alone, "");
    Ok(())
}
