//! Checkouts: cart in, order out, fraud score inside, every commit synced to disk.

use anyhow::{Result, bail};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use http::{Request, StatusCode};
use http_body_util::Full;
use kiosk_testkit::{OrderOutcome, Shop, wait_until};

use crate::load::{Connection, each};
use crate::report::Report;

const CONNECTIONS: usize = 32;
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

/// The POP asks for more as it sells; a benchmark needs all of it here first.
async fn lease_everything(shop: &Shop, pieces: usize) -> Result<()> {
    let api = shop.api(0);
    let mut bought = 0;
    wait_until("enough leased stock", || {
        bought += 1;
        let (api, name) = (api.clone(), format!("Warm {bought}"));
        async move {
            let mut large = api.cart_with(SKU, 99).await?;
            let body = api.order_body(&large, &name);
            let key = format!("warm-{}", large.id);
            if let OrderOutcome::Refused(status, problem) = api.place(&large, &body, &key).await? {
                bail!("warm-up: {status} {problem}");
            }
            large.state = serde_json::Value::Null;
            let stock = shop.core_get(&format!("/v1/inventory/{SKU}")).await?;
            Ok((stock["leased"].as_u64() >= u64::try_from(pieces).ok()).then_some(()))
        }
    })
    .await
}

/// Orders a second and their latency; carts are made beforehand.
pub async fn run(shop: &Shop, count: usize, report: &mut Report) -> Result<()> {
    report.section("Checkout (cart to confirmed order, one POP, every commit synced)");
    lease_everything(shop, count).await.or_else(|error| {
        println!("  note: {error:#}");
        anyhow::Ok(())
    })?;
    let api = shop.api(0);
    let ready: Vec<Ready> = stream::iter(0..count)
        .map(|n| {
            let api = api.clone();
            async move {
                let cart = api.cart_with(SKU, 1).await?;
                let body = api.order_body(&cart, &format!("Bench {n}")).to_string().into();
                anyhow::Ok(Ready { key: format!("bench-{}", cart.id), token: cart.token, body })
            }
        })
        .buffer_unordered(CONNECTIONS)
        .try_collect()
        .await?;
    let measured = each(&shop.pops[0].url, ready, CONNECTIONS, |connection, items, index| async move {
        send(connection, &items[index]).await
    })
    .await?;
    report.throughput(&format!("{count} checkouts, {CONNECTIONS} connections"), &measured, "at least 700/s");
    Ok(())
}
