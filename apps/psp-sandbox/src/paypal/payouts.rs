//! Payouts: money to vendors. A batch has one item here.

use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Amount, Problem, call, invalid, missing, read, refused, see};
use crate::Sandbox;
use crate::world::payment::Provider;
use crate::world::{Transfer, World};

#[derive(Deserialize)]
struct NewPayout {
    sender_batch_header: Head,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Head {
    sender_batch_id: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    recipient_type: Option<String>,
    receiver: String,
    note: Option<String>,
    amount: Amount,
}

pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    let act = |world: &mut World, now_ms: i64| {
        let new: NewPayout = read(&body)?;
        let batch = new.sender_batch_header.sender_batch_id;
        let earlier = world.transfers.iter().find(|made| batch.is_some() && made.sender_batch == batch);
        if let Some(earlier) = earlier {
            return Err(duplicate(earlier, &public_url));
        }
        let [item] = <[Item; 1]>::try_from(new.items)
            .map_err(|_| invalid("INVALID_ARRAY_MAX_ITEMS", "One item is taken here."))?;
        let fits = match item.recipient_type.as_deref() {
            Some("EMAIL") | None => item.receiver.contains('@'),
            Some("PAYPAL_ID") => item.receiver.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
            _ => false,
        };
        if !fits {
            return Err(invalid("RECEIVER_INVALID", "The receiver is not of its type."));
        }
        let made = world.transfer(Transfer {
            provider: Provider::Paypal,
            id: String::new(),
            destination: item.receiver,
            amount: item.amount.read()?,
            description: item.note.unwrap_or_default(),
            group: None,
            sender_batch: batch,
            at_ms: now_ms,
        });
        Ok(made.map_err(|refusal| refused(&refusal))?.id.into())
    };
    let show = |world: &World, id: &str| payout(world, id, &public_url);
    call(&sandbox, &headers, uri.path(), &body, act, show)
}

pub(super) async fn show(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    see(&sandbox, &headers, |world, _| payout(world, &id, &public_url))
}

fn payout(world: &World, id: &str, public_url: &str) -> Result<Value, Problem> {
    let made = world.transfers.iter().find(|made| made.provider == Provider::Paypal && made.id == id);
    let made = made.ok_or_else(missing)?;
    Ok(json!({
        "batch_header": {
            "payout_batch_id": made.id,
            "batch_status": "SUCCESS",
            "sender_batch_header": { "sender_batch_id": made.sender_batch },
            "amount": { "currency": made.amount.currency.code(), "value": made.amount.to_decimal() },
        },
        "links": [link(made, public_url)],
    }))
}

fn link(made: &Transfer, public_url: &str) -> Value {
    json!({ "href": format!("{public_url}/v1/payments/payouts/{}", made.id), "rel": "self", "method": "GET" })
}

/// The batch was sent before: PayPal says so, and where it is.
fn duplicate(made: &Transfer, public_url: &str) -> Problem {
    let body = json!({
        "name": "USER_BUSINESS_ERROR",
        "message": "User business error.",
        "debug_id": "f0a1b2c3d4e5f",
        "details": [{
            "field": "SENDER_BATCH_ID",
            "location": "body",
            "issue": "Batch with given sender_batch_id already exists",
        }],
        "links": [link(made, public_url)],
    });
    Problem { status: StatusCode::BAD_REQUEST, body }
}
