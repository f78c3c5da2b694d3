//! What no single request shows: many shoppers want the last piece at once.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use kiosk_testkit::{OrderOutcome, Shop};

const SHOPPERS: usize = 20;

/// Exactly one gets it; the others are told so.
pub async fn is_sold_once(shop: &Shop) -> Result<()> {
    let api = shop.api(0);
    let carts = try_join_all((0..SHOPPERS).map(|_| api.cart_with("LAST", 1))).await?;
    let orders = carts.iter().enumerate().map(|(number, cart)| {
        let body = api.order_body(cart, &format!("Shopper {number}"));
        let api = &api;
        async move { api.place(cart, &body, &format!("last-piece-{number}")).await }
    });
    let mut answers = BTreeMap::new();
    for outcome in try_join_all(orders).await? {
        let answer = match &outcome {
            OrderOutcome::Placed(_) => "201".to_owned(),
            OrderOutcome::Refused(status, _) => format!("{} {}", status.as_u16(), outcome.code()),
        };
        *answers.entry(answer).or_insert(0) += 1;
    }
    let expected =
        BTreeMap::from([("201".to_owned(), 1), ("409 insufficient_stock".to_owned(), SHOPPERS - 1)]);
    ensure!(answers == expected, "answered {answers:?}, not {expected:?}");
    Ok(())
}

/// A key that is sent many times at once places one order, and every answer is that order.
pub async fn one_key_is_one_order(shop: &Shop) -> Result<()> {
    let api = shop.api(0);
    let cart = api.cart_with("PLAIN", 1).await?;
    let body = api.order_body(&cart, "Impatient");
    let answers = try_join_all((0..SHOPPERS).map(|_| api.place(&cart, &body, "pressed-often"))).await?;
    let mut ids: Vec<_> = answers.iter().map(OrderOutcome::order_id).collect();
    ids.dedup();
    ensure!(ids.len() == 1 && ids[0].is_some(), "answered {answers:?}");
    Ok(())
}
