//! A POP keeps selling while the core is down, and the core catches up.

use anyhow::Result;
use kiosk_testkit::{OrderOutcome, ProductSpec, Shop};

use crate::audit;

/// Buys one piece after the other at `pop` until it says that it is sold out; returns the orders.
async fn buy_until_sold_out(shop: &Shop, pop: usize, sku: &str) -> Result<Vec<String>> {
    let api = shop.api(pop);
    let mut placed = Vec::new();
    loop {
        match api.buy(sku, &format!("Outage {pop}-{}", placed.len())).await? {
            OrderOutcome::Placed(order) => placed.push(order["id"].as_str().unwrap().to_owned()),
            OrderOutcome::Refused(status, problem) => {
                assert_eq!(
                    (status.as_u16(), problem["code"].as_str()),
                    (409, Some("insufficient_stock")),
                    "{problem}"
                );
                assert!(problem["detail"].as_str().unwrap().contains("old out here"), "{problem}");
                assert_eq!(problem["lines"][0]["sku"], sku);
                assert_eq!(problem["lines"][0]["available"], 0);
                return Ok(placed);
            }
        }
        assert!(placed.len() <= 60, "more was sold than there is");
    }
}

/// The core is killed; both POPs sell what they have leased; the core comes back and has every order once.
#[tokio::test(flavor = "multi_thread")]
async fn pops_sell_out_without_the_core_and_it_catches_up() -> Result<()> {
    let products = [ProductSpec::new("ISLAND", 2_500, 60)];
    let mut shop = Shop::builder().pops(&["eu-1", "us-1"]).products(&products).start().await?;
    shop.core.kill().await?;

    let mut placed = buy_until_sold_out(&shop, 0, "ISLAND").await?;
    assert!(!placed.is_empty(), "eu-1 had nothing to sell");
    let second = buy_until_sold_out(&shop, 1, "ISLAND").await?;
    assert!(!second.is_empty(), "us-1 had nothing to sell");
    placed.extend(second);

    let page = shop.api(0).get("/p/island").await?.text().await?;
    assert!(page.contains("old out here"), "the product page does not say that it is sold out");

    shop.restart_core().await?;
    audit::orders_exactly(&shop, &placed).await?;
    audit::wait_for_sold(&shop, "ISLAND", i64::try_from(placed.len())?).await?;

    // With the core back the rest can be sold, and not one piece more.
    for pop in [0, 1] {
        shop.api(pop).wait_for_stock("island").await.ok();
        placed.extend(buy_until_sold_out(&shop, pop, "ISLAND").await?);
    }
    placed.extend(buy_until_sold_out(&shop, 0, "ISLAND").await?);
    assert!(placed.len() <= 60, "oversold: {}", placed.len());
    audit::orders_exactly(&shop, &placed).await?;
    audit::wait_for_sold(&shop, "ISLAND", i64::try_from(placed.len())?).await
}
