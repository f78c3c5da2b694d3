//! What shoppers do once their order waits to be paid: on the provider's page, and back at the shop or not.

use bytes::Bytes;
use futures::future::join;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::executor::US_PER_S;
use crate::providers;
use crate::shopper::{Ask, Shopper};

/// How long a browser waits for the provider, in milliseconds.
const TIMEOUT_MS: u32 = 15_000;
/// Most times that a form is sent while no answer comes.
const TRIES_MAX: u32 = 4;
/// Mean time on the provider's page, in microseconds.
const THINK_US: u64 = 25 * US_PER_S;
/// Longest wait of a shopper who was called away, in seconds: beyond the time that the shop gives.
const AWAY_S_MAX: u64 = 45 * 60;
const GOOD_CARD: &str = "4242424242424242";
const DECLINED_CARD: &str = "4000000000000002";
const PROVING_CARD: &str = "4000002500003155";
/// Cards that are taken: most of them without more ado, some with webhooks that are lost or come twice, some whose first
/// capture is not answered.
const CARDS: [&str; 8] = [
    GOOD_CARD,
    GOOD_CARD,
    GOOD_CARD,
    "4000008400000076",
    "4000009900000012",
    "4000009900000020",
    "4000009900000038",
    "4000009900000038",
];
/// The same as accounts at PayPal.
const ACCOUNTS: [&str; 7] =
    ["balance", "balance", "balance", "declined", "webhook-lost", "webhook-twice", "unanswered"];

/// Whether the shopper wants to order once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// With the cart that is open again.
    OrdersAgain,
    /// No.
    Leaves,
}

/// Pays for an order, or does not.
pub async fn pay(shopper: &Shopper, order: &Value) -> Then {
    let (world, chance) = (&shopper.world, &shopper.world.chance);
    let Some(page) = page_of(order) else { return Then::Leaves };
    world.sleep_us(chance.around(THINK_US)).await;
    match chance.between(0, 19) {
        0 | 1 => {
            world.count("payer leaves");
            return Then::Leaves;
        }
        2 => {
            world.count("payer gives up");
            step(shopper, order, "cancel-payment").await;
            return if chance.hits(0.6) { Then::OrdersAgain } else { Then::Leaves };
        }
        3 => {
            world.count("payer comes late");
            world.sleep_us(chance.between(60, AWAY_S_MAX) * US_PER_S).await;
        }
        4 => {
            world.count("payer pays and gives up at once");
            join(at_provider(shopper, &page), step(shopper, order, "cancel-payment")).await;
            return Then::Leaves;
        }
        _ => {}
    }
    at_provider(shopper, &page).await;
    if chance.hits(0.2) {
        world.count("payer does not come back");
        return Then::Leaves;
    }
    if chance.hits(0.1) {
        world.sleep_us(chance.around(120 * US_PER_S)).await;
    }
    match chance.between(0, 19) {
        0 => {
            join(step(shopper, order, "payment"), step(shopper, order, "cancel-payment")).await;
        }
        1 | 2 => {
            join(step(shopper, order, "payment"), step(shopper, order, "payment")).await;
        }
        3 => step(shopper, order, "cancel-payment").await,
        _ => step(shopper, order, "payment").await,
    }
    Then::Leaves
}

/// The provider's page of an order, while the shopper has to go there.
fn page_of(order: &Value) -> Option<String> {
    let url: http::Uri = order["payment"]["redirect_url"].as_str()?.parse().ok()?;
    url.path_and_query().map(|path| path.as_str().to_owned())
}

/// Asks the shop to see how far the payment is, or to give it up.
async fn step(shopper: &Shopper, order: &Value, what: &str) {
    let (Some(id), Some(token)) = (order["id"].as_str(), order["token"].as_str()) else { return };
    let ask = Ask::new(Method::POST, format!("/v1/orders/{id}/{what}"), json!({})).with(token, None);
    let answer = shopper.ask_until_answered(&ask).await;
    let Some((StatusCode::OK, shown)) = answer else { return };
    shopper.world.count(match shown["status"].as_str() {
        Some("placed" | "in_review") => "payment settled",
        Some("cancelled") => "payment given up",
        _ => "payment open",
    });
}

/// Does what the page asks for; some pay twice.
async fn at_provider(shopper: &Shopper, page: &str) {
    let pay = move || async move {
        if page.starts_with("/c/pay/") {
            by_card(shopper, page).await
        } else {
            by_paypal(shopper, page).await
        }
    };
    if shopper.world.chance.hits(0.1) {
        shopper.world.count("payer pays twice");
        join(pay(), pay()).await;
    } else {
        pay().await;
    }
    providers::send_due(&shopper.world);
}

async fn by_card(shopper: &Shopper, page: &str) {
    let chance = &shopper.world.chance;
    if chance.hits(0.15) {
        shopper.world.count("card declined");
        enter_card(shopper, page, DECLINED_CARD).await;
        if chance.hits(0.4) {
            return;
        }
        shopper.world.sleep_us(chance.around(THINK_US)).await;
    }
    if chance.hits(0.15) {
        enter_card(shopper, page, PROVING_CARD).await;
        let proved = chance.hits(0.8);
        let outcome = if proved { "complete" } else { "fail" };
        submit(shopper, &format!("{page}/challenge"), &format!("outcome={outcome}")).await;
        if proved {
            return;
        }
    }
    enter_card(shopper, page, chance.pick::<&str>(&CARDS)).await;
}

async fn enter_card(shopper: &Shopper, page: &str, number: &str) {
    submit(shopper, page, &format!("number={number}&expiry=1299&cvc=123&name=Ada")).await;
}

async fn by_paypal(shopper: &Shopper, page: &str) {
    let Some((_, token)) = page.split_once("token=") else { return };
    let chance = &shopper.world.chance;
    let (account, action) = (*chance.pick(&ACCOUNTS), if chance.hits(0.1) { "cancel" } else { "approve" });
    submit(shopper, "/checkoutnow", &format!("token={token}&account={account}&action={action}")).await;
}

/// Sends a form until it is answered.
async fn submit(shopper: &Shopper, path: &str, form: &str) {
    for _ in 0..TRIES_MAX {
        let request = Request::post(format!("{}{path}", providers::URL))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(form.to_owned()))
            .expect("the form is well-formed");
        if providers::ask(&shopper.world, request, TIMEOUT_MS).await.is_ok() {
            return;
        }
        shopper.world.sleep_us(shopper.world.chance.around(3 * US_PER_S)).await;
    }
}
