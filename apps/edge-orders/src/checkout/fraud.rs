//! Asks edge-fraud about an order. No answer is a review, never an allowance.

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use kiosk_edge_platform::Outbound;
use kiosk_pop_store::carts::Cart;
use kiosk_privacy::{Kind, Personal, PseudonymKey, Shopper, is_disposable};
use kiosk_risk::{
    Decision, DeliveryKind as ScoredDelivery, IdentityKeys, OrderFacts, Outcome, SCORE_URL, ScoreRequest,
    VENDOR_RISK_PPM_PRIOR, reason_code,
};
use kiosk_session::Who;
use kiosk_wire::{FraudLinks, FraudRecord, ShadowRecord};

use super::delivery::DeliveryKind;
use super::price::Priced;
use super::service::Checkout;
use super::sums::Sums;
use crate::app::Pop;

/// How long a shopper waits for the score, in milliseconds.
const SCORE_TIMEOUT_MS_MAX: u32 = 150;
const HOUR_MS: i64 = 3_600_000;

/// Pseudonyms of who buys, by which orders are counted.
pub fn identity_keys(
    key: &PseudonymKey,
    shopper: &Shopper,
    device: Option<&Personal<String>>,
) -> IdentityKeys {
    let address = &shopper.address;
    // However somebody writes the same address, it counts as the same.
    let parts = [address.street.reveal(), address.postcode.reveal(), address.city.reveal(), &address.country];
    let plain =
        |part: &String| part.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let place = parts.map(plain).join("|");
    IdentityKeys {
        customer: Some(key.pseudonym(Kind::Customer, &shopper.contact.email.reveal().to_lowercase())),
        device: device.map(|device| key.pseudonym(Kind::Device, device.reveal())),
        address: Some(key.pseudonym(Kind::Address, &place)),
        card: None,
    }
}

/// The facts that are scored; nothing personal among them.
pub fn facts(checkout: &Checkout<'_>, priced: &Priced, sums: &Sums, cart: &Cart, now_ms: i64) -> OrderFacts {
    let order = &checkout.order;
    let age = |since_ms: i64, unit_ms: i64| {
        u32::try_from(now_ms.saturating_sub(since_ms).max(0) / unit_ms).unwrap_or(u32::MAX)
    };
    let vendors = cart.lines.iter().map(|line| line.vendor_risk_ppm.unwrap_or(VENDOR_RISK_PPM_PRIOR));
    let quantities = || priced.lines.iter().map(|line| line.quantity);
    OrderFacts {
        amount_minor: sums.total.amount,
        currency: sums.total.currency.code().to_owned(),
        unit_price_minor_max: priced.lines.iter().map(|line| line.sold.price.amount).max().unwrap_or(0),
        item_count: quantities().fold(0, u32::saturating_add),
        sku_count: u32::try_from(priced.lines.len()).unwrap_or(u32::MAX),
        line_quantity_max: quantities().max().unwrap_or(0),
        bulky: priced.bulky(),
        delivery: match order.delivery {
            // Freight is ordinary speed; that it is freight shows in `bulky`.
            DeliveryKind::Parcel | DeliveryKind::Freight => ScoredDelivery::Standard,
            DeliveryKind::Express => ScoredDelivery::Express,
            DeliveryKind::Pickup => ScoredDelivery::Pickup,
        },
        payment: order.payment.method.kind(),
        hour_of_day: u8::try_from((now_ms / HOUR_MS).rem_euclid(24)).unwrap_or(0),
        account_age_days: checkout.who.map(|who| age(who.created_ms, 24 * HOUR_MS)),
        cart_age_s: age(cart.created_ms, 1_000),
        billing_is_shipping: true,
        disposable_email: is_disposable(&checkout.shopper.contact.email),
        discount_percent: sums.discount_percent(),
        vendor_risk_ppm: vendors.max().unwrap_or(VENDOR_RISK_PPM_PRIOR),
    }
}

/// The decision on an order.
pub async fn score(pop: &Pop, request: &ScoreRequest) -> Decision {
    match ask(pop, request).await {
        Ok(decision) => decision,
        Err(error) => {
            tracing::warn!(error, "edge-fraud did not answer, the order is reviewed");
            Decision::unavailable()
        }
    }
}

async fn ask(
    pop: &Pop,
    request: &ScoreRequest,
) -> Result<Decision, Box<dyn std::error::Error + Send + Sync>> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(SCORE_URL)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(serde_json::to_vec(request)?))?;
    let response = pop.edge.http.send(Outbound { request, timeout_ms_max: SCORE_TIMEOUT_MS_MAX }).await?;
    if response.status() != StatusCode::OK {
        return Err(format!("answered {}", response.status()).into());
    }
    Ok(serde_json::from_slice(response.body())?)
}

/// The score knows nothing of how an account was opened: where that was doubtful, its orders are at least stepped up.
pub fn doubt_watched(decision: &mut Decision, who: Option<&Who>) {
    if decision.outcome < Outcome::StepUp && who.is_some_and(|who| who.watched) {
        let text = "The account is new and its registration was doubtful";
        decision.raise(Outcome::StepUp, reason_code::WATCHED_ACCOUNT, text);
    }
}

/// The decision as the core gets it: who ordered goes by pseudonyms whose key stays here.
pub fn record(checkout: &Checkout<'_>, decision: &Decision) -> FraudRecord {
    let keys = &checkout.keys;
    FraudRecord {
        outcome: decision.outcome.as_str().to_owned(),
        score: decision.score,
        model: decision.model_version.clone(),
        reasons: decision.reasons.iter().map(|reason| reason.code.clone()).collect(),
        links: FraudLinks {
            customer: keys.customer.clone(),
            account: checkout.who.map(|who| who.account.clone()),
            device: keys.device.clone(),
            address: keys.address.clone(),
        },
        shadow: decision.shadow.as_ref().map(|shadow| ShadowRecord {
            model: shadow.model_version.clone(),
            score: shadow.score,
            outcome: shadow.outcome.as_str().to_owned(),
        }),
    }
}
