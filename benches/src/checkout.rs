//! Checkouts: cart in, order out, fraud score inside, every commit synced to disk; beside a shop whose only database is
//! central.

use std::time::Duration;

use anyhow::{Result, bail};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use http::{Request, StatusCode};
use http_body_util::Full;
use kiosk_testkit::Shop;

use crate::central::{CLIENTS, Central, Style};
use crate::distance::{Distance, ONE_WAY_MS};
use crate::load::{Connection, Measured, each};
use crate::progress;
use crate::report::Report;

/// The product that everybody wants.
pub const HOT: &str = "BENCH";
/// Of as many other products each shopper wants one.
pub const SPREAD: usize = 50;
const CONNECTIONS: usize = CLIENTS;
const WARM_UP: usize = 500;
const ALONE: usize = 500;

/// A product of the spread.
pub fn spread_sku(number: usize) -> String {
    format!("{HOT}-{}", number % SPREAD)
}

/// A checkout that is ready to be sent.
pub struct Ready {
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

/// Carts at the POP `pop` that are ready to be checked out, each of a shopper with an address of their own: many orders
/// to one look like fraud. The `n`th holds a piece of `sku(n)`.
pub async fn ready(
    shop: &Shop,
    pop: usize,
    name: &str,
    count: usize,
    sku: impl Fn(usize) -> String,
) -> Result<Vec<Ready>> {
    let carts = stream::iter(0..count).map(|n| {
        let (api, sku) = (shop.api(pop), sku(n));
        async move {
            let cart = api.cart_with(&sku, 1).await?;
            let body = api.order_body(&cart, &format!("{name} {n}")).to_string().into();
            anyhow::Ok(Ready { key: format!("bench-{}", cart.id), token: cart.token, body })
        }
    });
    carts.buffer_unordered(CONNECTIONS).try_collect().await
}

/// Sends them over `connections` at once, each as soon as the one before is answered.
pub async fn check_out(url: &str, ready: Vec<Ready>, connections: usize) -> Result<Measured> {
    each(
        url,
        ready,
        connections,
        |connection, items, index| async move { send(connection, &items[index]).await },
    )
    .await
}

/// Orders a second and their latency; carts are made beforehand. The POP leases stock as it sells and delivers every
/// order to the core meanwhile, as it would in a sale.
pub async fn run(shop: &Shop, count: usize, report: &mut Report) -> Result<()> {
    report.section("Checkout (cart to confirmed order, one POP, every commit synced)");
    let (url, hot) = (&shop.pops[0].url, |_| HOT.to_owned());
    check_out(url, ready(shop, 0, "Warm", WARM_UP, hot).await?, CONNECTIONS).await?;
    let measured = check_out(url, ready(shop, 0, "Bench", count, hot).await?, CONNECTIONS).await?;
    report.throughput(&format!("{count} checkouts, {CONNECTIONS} connections"), &measured, "at least 700/s");
    let alone = check_out(url, ready(shop, 0, "Alone", ALONE, hot).await?, 1).await?;
    report.latency("one checkout after the other", &alone, "");
    Ok(())
}

/// The POP with its core far away, beside PostgreSQL as far away.
pub async fn beside(shop: &mut Shop, count: usize, duration: Duration, report: &mut Report) -> Result<()> {
    report.section(&format!(
        "Checkout, the centre {} ms away (round trip), {CLIENTS} shoppers at once",
        2 * ONE_WAY_MS
    ));
    let distance = Distance::to(shop.core.url.trim_start_matches("http://")).await?;
    shop.route_pops_through(&format!("http://{}", distance.address));
    shop.pops[0].process.kill().await?;
    shop.restart_pop(0).await?;
    progress("PostgreSQL");
    let central = Central::start().await?;
    for (name, hot) in [("many products", false), ("one product that all want", true)] {
        progress(name);
        let sku = move |n| if hot { HOT.to_owned() } else { spread_sku(n) };
        let url = &shop.pops[0].url;
        check_out(url, ready(shop, 0, &format!("Warm {hot}"), WARM_UP, sku).await?, CONNECTIONS).await?;
        let carts = ready(shop, 0, &format!("Far {hot}"), count, sku).await?;
        let own = check_out(url, carts, CONNECTIONS).await?;
        report.throughput_both(&format!("Kiosk, {name}"), &own);
        let peers = [
            ("SELECT … FOR UPDATE", Style::Statements),
            ("the same as one stored function", Style::Function),
        ];
        for (peer, style) in peers {
            let measured = central.sell(style, hot, duration).await?;
            report.throughput_both(&format!("PostgreSQL, {peer}, {name}"), &measured);
            report.line("  Kiosk beside it", &format!("{:.1}", own.rate() / measured.rate()), "");
        }
    }
    Ok(())
}
