//! Bugs of payments that are put in between a shop and its providers: what a shop would do that does not ask, believes
//! what it is told, or asks for the same thing as for another, shows in what goes over the wire.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri};
use serde_json::{Value as Json, json};

use super::{Change, Mutation};
use crate::executor::lock;
use crate::network::Answer;
use crate::world::World;

/// Where Stripe's sessions are looked at.
const SESSIONS: &str = "/v1/checkout/sessions/";
/// The headers that have the idempotency key of a movement.
const KEYS: [&str; 2] = ["idempotency-key", "paypal-request-id"];

/// What a POP hears of its provider: with the bug, that a session was paid which is open or closed.
pub fn provider_answers(
    world: &World,
    mutation: &Mutation,
    (method, uri): (Method, Uri),
    answer: Answer,
) -> Answer {
    let session = uri.path().strip_prefix(SESSIONS).filter(|_| method == Method::GET);
    let believed = match (&mutation.change, session) {
        (Change::Unasked, Some(_)) => true,
        (Change::RumourBelieved, Some(session)) => lock(&world.rumours).contains(session),
        _ => false,
    };
    if !believed {
        return answer;
    }
    answer.map(|answer| answer.map(|body| as_paid(&body).unwrap_or(body)))
}

/// A session as it would be if it had been paid.
fn as_paid(body: &Bytes) -> Option<Bytes> {
    let mut session: Json = serde_json::from_slice(body).ok()?;
    if session["status"] == "complete" {
        return None;
    }
    let (amount, currency) = (session["amount_total"].clone(), session["currency"].clone());
    session["status"] = json!("complete");
    session["payment_intent"] = json!({
        "id": format!("pi_{}", session["id"].as_str()?.trim_start_matches("cs_")),
        "object": "payment_intent",
        "status": "requires_capture",
        "amount": amount,
        "amount_received": 0,
        "currency": currency,
    });
    Some(session.to_string().into())
}

/// A webhook is sent: with the bug, whatever it says of a payment is taken for its success.
pub fn webhook(world: &World, mutation: &Mutation, request: &Request<Bytes>) {
    if !matches!(mutation.change, Change::RumourBelieved) {
        return;
    }
    let event: Json = serde_json::from_slice(request.body()).unwrap_or_default();
    if let Some(session) = event["data"]["object"]["id"].as_str() {
        lock(&world.rumours).insert(session.to_owned());
    }
}

/// The core asks: with the bug, each time by another key.
pub fn core_asks(world: &World, mutation: &Mutation, mut request: Request<Bytes>) -> Request<Bytes> {
    if !matches!(mutation.change, Change::FreshKeys) {
        return request;
    }
    for name in KEYS {
        let Some(key) = request.headers_mut().get_mut(name) else { continue };
        let fresh = format!("{}-{}", key.to_str().unwrap_or_default(), world.executor.now_us());
        *key = HeaderValue::from_str(&fresh).unwrap_or_else(|_| HeaderValue::from_static("fresh"));
    }
    request
}
