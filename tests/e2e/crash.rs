//! A POP that is killed loses no order that it confirmed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use futures::future::join_all;
use kiosk_testkit::{ProductSpec, Shop, wait_until};

use crate::audit;

/// `kill -9` in the middle of 200 concurrent checkouts: every 201 is there after the restart, and in the core once.
#[tokio::test(flavor = "multi_thread")]
async fn every_confirmed_order_survives_a_killed_pop() -> Result<()> {
    let products = [ProductSpec::new("DURABLE", 1_500, 500)];
    let mut shop = Shop::builder().products(&products).start().await?;
    let api = shop.api(0);
    let mut carts = Vec::new();
    for n in 0..200 {
        let cart = api.cart_with("DURABLE", 1).await?;
        carts.push((api.order_body(&cart, &format!("Crash {n}")), format!("crash-{n}"), cart));
    }

    let confirmed = Arc::new(AtomicUsize::new(0));
    let checkouts = carts.iter().map(|(body, key, cart)| {
        let (api, body, key, cart, confirmed) =
            (api.clone(), body.clone(), key.clone(), cart.clone(), confirmed.clone());
        tokio::spawn(async move {
            let outcome = api.place(&cart, &body, &key).await.ok()?;
            confirmed.fetch_add(1, Ordering::SeqCst);
            Some(outcome)
        })
    });
    let checkouts: Vec<_> = checkouts.collect();
    wait_until("some confirmed orders", || async {
        Ok((confirmed.load(Ordering::SeqCst) >= 40).then_some(()))
    })
    .await?;
    shop.pops[0].process.kill().await?;
    let outcomes: Vec<_> = join_all(checkouts).await.into_iter().map(Result::unwrap).collect();
    shop.restart_pop(0).await?;

    // Who got no answer asks again with the same key: the order is placed once, then or now.
    let mut placed = Vec::new();
    for ((body, key, cart), outcome) in carts.iter().zip(&outcomes) {
        let again = wait_until("an answer after the restart", || async {
            let answer = api.place(cart, body, key).await?;
            // Stock may still be on its way from the core; anything else is final.
            Ok((answer.code() != "insufficient_stock").then_some(answer))
        })
        .await?;
        let id = again.order_id().unwrap_or_else(|| panic!("{again:?}")).to_owned();
        if let Some(before) = outcome.as_ref().and_then(|outcome| outcome.order_id()) {
            assert_eq!(before, id, "a confirmed order was placed again");
        }
        placed.push(id);
    }
    audit::orders_exactly(&shop, &placed).await?;
    audit::wait_for_sold(&shop, "DURABLE", 200).await
}
