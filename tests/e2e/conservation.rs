//! Nothing is oversold, whoever asks where.

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use kiosk_testkit::{OrderOutcome, ProductSpec, Shop};

use crate::audit;

const AT_ONCE: usize = 32;

/// 1,000 checkouts over two POPs for 100 pieces of one SKU: exactly 100 are sold.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_checkouts_for_a_hundred_pieces_sell_a_hundred() -> Result<()> {
    let products = [ProductSpec::new("LAST-100", 1_900, 100)];
    let shop = Shop::builder().pops(&["eu-1", "us-1"]).products(&products).start().await?;
    let outcomes: Vec<OrderOutcome> = stream::iter(0..1_000)
        .map(|n| {
            let api = shop.api(n % 2);
            async move { api.buy("LAST-100", &format!("Shopper {n}")).await }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;

    let placed: Vec<String> = outcomes.iter().filter_map(|o| o.order_id().map(str::to_owned)).collect();
    assert_eq!(
        placed.len(),
        100,
        "codes: {:?}",
        outcomes.iter().map(OrderOutcome::code).collect::<std::collections::BTreeSet<_>>()
    );
    for outcome in &outcomes {
        assert!(matches!(outcome.code(), "" | "insufficient_stock"), "{outcome:?}");
    }
    audit::orders_exactly(&shop, &placed).await?;
    audit::wait_for_sold(&shop, "LAST-100", 100).await
}

/// Two lines of one cart that draw on the same stock item are one demand (medusa#16502).
#[tokio::test(flavor = "multi_thread")]
async fn lines_that_share_a_stock_item_are_one_demand() -> Result<()> {
    let products = [ProductSpec::new("SHARED", 1_000, 5).with_set_of(4)];
    let shop = Shop::builder().products(&products).start().await?;
    let api = shop.api(0);

    let mut greedy = api.cart_with("SHARED", 2).await?;
    api.put_line(&mut greedy, "SHARED-SET", serde_json::json!({"quantity": 1})).await?;
    let refused = api.place(&greedy, &api.order_body(&greedy, "Greedy One"), "shared-greedy").await?;
    assert_eq!(refused.code(), "insufficient_stock", "{refused:?}");

    let mut modest = api.cart_with("SHARED", 1).await?;
    api.put_line(&mut modest, "SHARED-SET", serde_json::json!({"quantity": 1})).await?;
    let placed = api.place(&modest, &api.order_body(&modest, "Modest One"), "shared-modest").await?;
    assert!(placed.order_id().is_some(), "{placed:?}");
    audit::wait_for_sold(&shop, "SHARED", 5).await
}
