//! What must hold of any shop at rest.

use std::collections::HashSet;

use anyhow::{Context, Result, ensure};
use kiosk_testkit::{Shop, wait_until};
use serde_json::Value;

/// The stock of `sku` in the core, checked for invariant I2.
pub async fn conserved(shop: &Shop, sku: &str) -> Result<Value> {
    let stock = shop.core_get(&format!("/v1/inventory/{sku}")).await?;
    let field = |name: &str| stock[name].as_i64().with_context(|| format!("no {name} in {stock}"));
    let (on_hand, available, leased, sold) =
        (field("on_hand")?, field("available")?, field("leased")?, field("sold")?);
    ensure!(on_hand == available + leased + sold, "stock is not conserved: {stock}");
    ensure!(available >= 0 && leased >= 0 && sold >= 0, "negative stock: {stock}");
    Ok(stock)
}

/// Waits until the core has sold exactly `sold` of `sku`, conserving stock all the while.
pub async fn wait_for_sold(shop: &Shop, sku: &str, sold: i64) -> Result<()> {
    wait_until(&format!("{sold} of {sku} sold"), || async {
        let stock = conserved(shop, sku).await?;
        Ok((stock["sold"].as_i64() == Some(sold)).then_some(()))
    })
    .await
}

/// The core has each of `placed` exactly once, and nothing else.
pub async fn orders_exactly(shop: &Shop, placed: &[String]) -> Result<()> {
    let orders = shop.wait_for_core_orders(placed.len()).await?;
    let ids: Vec<&str> = orders.iter().filter_map(|order| order["id"].as_str()).collect();
    let unique: HashSet<&str> = ids.iter().copied().collect();
    ensure!(unique.len() == ids.len(), "the core lists an order twice");
    for id in placed {
        ensure!(unique.contains(id.as_str()), "order {id} was answered 201 and is not in the core");
    }
    ensure!(ids.len() == placed.len(), "the core has {} orders, {} were placed", ids.len(), placed.len());
    Ok(())
}
