//! What customers write, and what is known of them outside their region: pseudonyms and masked texts.

use anyhow::{Context, Result};
use kiosk_testkit::{Desk, ProductSpec, Shop, Tap, wait_until};
use serde_json::{Value, json};

use crate::customers::{Customer, can_be_sent};

/// Values that occur nowhere else, in the forms in which they might leak.
const MARKS: [&str; 9] = [
    "Zaphira",
    "Quillfeather",
    "zaphira.q@quillmail.example",
    "quillmail",
    "4915599887766",
    "0155 998877",
    "Wobbleton",
    "Snibbleford",
    "4111 1111 1111 1111",
];
/// What a customer might type; each sentence has one of the marks in it.
const TEXT: &str = "Where is it? Write to zaphira.q@quillmail.example, call +49 155 99887766 or 0155 99887766, \
     my card is 4111 1111 1111 1111.";
const VENDOR: &str = "ven_test";
const SKU: &str = "KETTLE";

/// An order of `customer` with the marked address, as the POP confirmed it.
async fn order(shop: &Shop, customer: &Customer) -> Result<String> {
    let api = shop.api(0);
    let cart = api.cart_with(SKU, 1).await?;
    let mut body = api.order_body(&cart, "x");
    body["contact"] =
        json!({"name": "Zaphira Quillfeather", "email": customer.email, "phone": "+4915599887766"});
    body["address"] = json!({"street": "42 Wobbleton Crescent", "postcode": "98765", "city": "Snibbleford", "country": "DE"});
    let url = format!("{}/v1/orders", shop.pops[0].url);
    let request = reqwest::Client::new().post(url).bearer_auth(&cart.token).json(&body);
    let request = request.header("idempotency-key", "people").header("kiosk-session", &customer.token);
    let placed: Value = request.send().await?.error_for_status()?.json().await?;
    Ok(placed["id"].as_str().context("an order without an id")?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_customers_write_leaves_the_region_masked_and_the_books_outlive_them() -> Result<()> {
    let products = [ProductSpec::new(SKU, 3_000, 50)];
    let mut shop = Shop::builder().products(&products).mailbox().start().await?;
    let tap = Tap::to(&shop.core.url).await?;
    shop.route_pops_through(&tap.url);
    shop.pops[0].process.kill().await?;
    shop.restart_pop(0).await?;
    let customer =
        Customer::register(&shop, 0, "Zaphira Quillfeather", "zaphira.q@quillmail.example").await?;
    let order = order(&shop, &customer).await?;
    let books = shop.wait_for_core_orders(1).await?;

    // The vendor hands it over; the region hears of it.
    let owner = Desk::owner(&shop).await?;
    let parcel = format!("/admin/orders/{order}/parcels/{VENDOR}");
    can_be_sent(&owner, &order).await?;
    owner.post(&parcel, &[("status", "shipped")]).await?;
    owner.post(&parcel, &[("status", "delivered")]).await?;
    let product = wait_until("a delivered parcel", async || {
        let (_, page) = customer.get(&shop, 0, "/v1/orders").await?;
        let own = &page["items"][0];
        let arrived = own["parcels"][0]["status"] == "delivered";
        Ok(arrived.then(|| own["lines"][0]["product_id"].as_str().unwrap_or_default().to_owned()))
    })
    .await?;

    let review =
        json!({"stars": 4, "title": "Fine, says Zaphira.Q@quillmail.example", "body": TEXT, "uploads": []});
    let (status, written) = customer.send(&shop, "PUT", &format!("/v1/reviews/{product}"), &review).await?;
    assert!(
        status < 300 && written["masked"].as_array().is_some_and(|masked| masked.len() >= 3),
        "{written}"
    );
    let room = format!("/v1/chats/{order}/{VENDOR}");
    let message = json!({"text": TEXT, "uploads": []});
    let (status, sent) = customer.send(&shop, "POST", &format!("{room}/messages"), &message).await?;
    assert!(status < 300, "{sent}");
    wait_until("a delivered message", async || {
        let (_, seen) = customer.get(&shop, 0, &room).await?;
        Ok(seen["messages"]
            .as_array()
            .and_then(|all| all.first())
            .filter(|one| one["state"] == "delivered")
            .map(|_| ()))
    })
    .await?;
    assert!(owner.page("/admin/reviews").await?.contains("[e-mail removed]"), "the core has the review");

    // The wire, the core's database and files, and all logs.
    let mut places = vec![("the wire to the core".to_owned(), tap.sent())];
    for file in crate::customers::walk(shop.dir())? {
        let outside =
            file.starts_with(shop.dir().join("core")) || file.extension().is_some_and(|ext| ext == "log");
        if outside {
            places.push((file.display().to_string(), std::fs::read(&file)?));
        }
    }
    assert!(places.iter().any(|(place, _)| place.ends_with("core.sqlite")), "no database was looked at");
    for (place, bytes) in &places {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for mark in MARKS {
            assert!(!text.contains(&mark.to_lowercase()), "{mark:?} is in {place}");
        }
    }

    // Who leaves takes nothing from the books.
    customer.erase(&shop, 0).await?;
    let after = shop.core_orders().await?;
    assert_eq!(
        (after.len(), &after[0]["total"], &after[0]["lines"]),
        (1, &books[0]["total"], &books[0]["lines"])
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_customer_is_refused_at_each_pop_of_the_region() -> Result<()> {
    let products = [ProductSpec::new(SKU, 3_000, 50)];
    let shop =
        Shop::builder().pops(&["eu-1", "eu-2"]).shared_vault().products(&products).mailbox().start().await?;
    let customer =
        Customer::register(&shop, 0, "Zaphira Quillfeather", "zaphira.q@quillmail.example").await?;
    order(&shop, &customer).await?;
    let books = shop.wait_for_core_orders(1).await?;
    let owner = Desk::owner(&shop).await?;
    let pseudonym = books[0]["customer"].as_str().context("an order without a pseudonym")?;
    let refused = owner.post(&format!("/admin/customers/{pseudonym}/block"), &[("reason", "")]).await;
    assert!(refused.is_err(), "a block needs a reason");
    // The core counts customers a moment after it took their order in.
    wait_until("a block", async || {
        let reason = [("reason", "stolen cards")];
        Ok(owner.post(&format!("/admin/customers/{pseudonym}/block"), &reason).await.is_ok().then_some(()))
    })
    .await?;
    for pop in 0..2 {
        let api = shop.api(pop);
        wait_until("a refusal", async || {
            let cart = api.cart_with(SKU, 1).await?;
            let mut body = api.order_body(&cart, "x");
            body["contact"]["email"] = json!(customer.email);
            let outcome = api.place(&cart, &body, &format!("blocked-{}", cart.id)).await?;
            Ok((outcome.code() == "customer_blocked").then_some(()))
        })
        .await?;
    }
    // Somebody else still buys.
    assert!(shop.api(1).buy(SKU, "Somebody Else").await?.order_id().is_some());
    Ok(())
}
