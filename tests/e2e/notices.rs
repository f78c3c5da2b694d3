//! A guest hears by mail how far the order is, and sends something back.

use anyhow::{Context, Result};
use kiosk_testkit::{Desk, ProductSpec, Shop, wait_until};
use serde_json::{Value, json};

use crate::customers::can_be_sent;

const SKU: &str = "KETTLE";
const VENDOR: &str = "ven_test";
const GUEST: &str = "grace@example.org";

/// The text of the newest mail to the guest about this.
async fn mail(shop: &Shop, subject: &str) -> Result<String> {
    wait_until(subject, async || {
        let mails = shop.mails().await?;
        let mut own = mails.iter().filter(|mail| mail["To"] == GUEST);
        let found = own.find(|mail| mail["Subject"] == subject);
        Ok(found.and_then(|mail| mail["TextBody"].as_str()).map(str::to_owned))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_is_told_of_each_step_and_sends_a_piece_back() -> Result<()> {
    let products = [ProductSpec::new(SKU, 3_000, 50)];
    let mut shop = Shop::builder().products(&products).mailbox().start().await?;
    let api = shop.api(0);
    let cart = api.cart_with(SKU, 2).await?;
    let placed = api.place(&cart, &api.order_body(&cart, "Grace"), "notices").await?;
    let kiosk_testkit::OrderOutcome::Placed(placed) = placed else { panic!("{placed:?}") };
    let text = |name: &str| placed[name].as_str().map(str::to_owned).context("an order with its token");
    let (order, token) = (text("id")?, text("token")?);
    let confirmed = mail(&shop, "Your order is confirmed").await?;
    let link = format!("/orders/{order}?key={token}");
    assert!(confirmed.contains(&link), "{confirmed}");

    let owner = Desk::owner(&shop).await?;
    let page = format!("/admin/orders/{order}");
    can_be_sent(&owner, &order).await?;
    owner.post(&format!("{page}/parcels/{VENDOR}"), &[("status", "shipped")]).await?;
    assert!(mail(&shop, "A parcel is on its way").await?.contains("2 × "));
    owner.post(&format!("{page}/parcels/{VENDOR}"), &[("status", "delivered")]).await?;
    mail(&shop, "A parcel has arrived").await?;

    // Asked for while the core is away, and told when it is back.
    let url = format!("{}/v1/orders/{order}", shop.pops[0].url);
    let client = reqwest::Client::new();
    let see = async || -> Result<Value> {
        Ok(client.get(&url).bearer_auth(&token).send().await?.error_for_status()?.json().await?)
    };
    wait_until("pieces that can come back", async || {
        Ok((see().await?["returnable"][0]["quantity"] == 2).then_some(()))
    })
    .await?;
    shop.core.kill().await?;
    let body = json!({"lines": [{"sku": SKU, "quantity": 1}], "reason": "faulty"});
    let ask = client.post(format!("{url}/returns")).bearer_auth(&token).header("idempotency-key", "back");
    let asked: Value = ask.json(&body).send().await?.error_for_status()?.json().await?;
    assert_eq!(asked["returns"][0]["status"], "asked");
    shop.restart_core().await?;
    let expected = mail(&shop, "Your return is expected").await?;
    assert!(expected.contains("RET-"), "{expected}");
    wait_until("a return that is expected", async || {
        Ok((see().await?["returns"][0]["status"] == "expected").then_some(()))
    })
    .await?;
    let twice =
        shop.mails().await?.iter().filter(|mail| mail["Subject"] == "Your order is confirmed").count();
    assert_eq!(twice, 1, "each is sent once");
    Ok(())
}
