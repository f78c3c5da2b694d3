//! Orders v2.

use std::collections::BTreeMap;

use axum::extract::{OriginalUri, Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Amount, Problem, call, invalid, missing, read, refused, see, unprocessable};
use super::shapes;
use crate::Sandbox;
use crate::world::payment::{Payment, Provider, Status};
use crate::world::{NewPayment, Refusal, World};

/// An order that nobody approves is gone after three hours, in milliseconds.
const ORDER_MS: i64 = 3 * 3_600_000;

#[derive(Deserialize)]
struct NewOrder {
    intent: String,
    #[serde(default)]
    purchase_units: Vec<NewUnit>,
    payment_source: Option<Source>,
    application_context: Option<Experience>,
}

#[derive(Deserialize)]
struct NewUnit {
    reference_id: Option<String>,
    custom_id: Option<String>,
    invoice_id: Option<String>,
    description: Option<String>,
    amount: Amount,
}

#[derive(Deserialize)]
struct Source {
    paypal: Option<Wallet>,
}

#[derive(Deserialize)]
struct Wallet {
    experience_context: Option<Experience>,
}

#[derive(Deserialize)]
struct Experience {
    return_url: Option<String>,
    cancel_url: Option<String>,
}

#[derive(Deserialize)]
struct Patch {
    op: String,
    path: String,
    value: Option<Value>,
}

pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    let act = |world: &mut World, now_ms: i64| {
        let order = read_order(read(&body)?, now_ms)?;
        Ok(world.start(order, now_ms).into())
    };
    let show = |world: &World, id: &str| Ok(shapes::order(order(world, id)?, &public_url));
    call(&sandbox, &headers, uri.path(), &body, act, show)
}

fn read_order(new: NewOrder, now_ms: i64) -> Result<NewPayment, Problem> {
    if new.intent != "AUTHORIZE" {
        return Err(unprocessable("INTENT_NOT_SUPPORTED", "Only intent AUTHORIZE is taken here."));
    }
    let [unit] = <[NewUnit; 1]>::try_from(new.purchase_units)
        .map_err(|_| invalid("INVALID_ARRAY_MAX_ITEMS", "One purchase unit is taken here."))?;
    let source = new.payment_source.and_then(|source| source.paypal);
    let context = source.and_then(|wallet| wallet.experience_context).or(new.application_context);
    let context = context.unwrap_or(Experience { return_url: None, cancel_url: None });
    let url = |text: Option<String>| {
        let text = text
            .filter(|text| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https")));
        text.ok_or_else(|| {
            invalid("INVALID_PARAMETER_SYNTAX", "return_url and cancel_url have to be addresses.")
        })
    };
    let marks = [
        ("reference_id", Some(unit.reference_id.unwrap_or_else(|| "default".to_owned()))),
        ("custom_id", unit.custom_id),
        ("invoice_id", unit.invoice_id.clone()),
    ];
    let metadata = marks.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(NewPayment {
        provider: Provider::Paypal,
        amount: unit.amount.read()?,
        description: unit.description.or(unit.invoice_id).unwrap_or_else(|| "Your order".to_owned()),
        metadata: metadata.collect(),
        intent_metadata: BTreeMap::new(),
        transfer_group: None,
        return_url: url(context.return_url)?,
        cancel_url: url(context.cancel_url)?,
        expires_ms: now_ms + ORDER_MS,
        multicapture_asked: true,
        challenge_asked: false,
    })
}

fn order<'a>(world: &'a World, id: &str) -> Result<&'a Payment, Problem> {
    let found = world.find(Provider::Paypal, id).filter(|payment| payment.reference == id);
    // One that nobody approved in time is gone.
    found.filter(|payment| payment.status != Status::Expired).ok_or_else(missing)
}

pub(super) async fn show(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    see(&sandbox, &headers, |world, now_ms| {
        world.touch(Provider::Paypal, &id, now_ms);
        Ok(shapes::order(order(world, &id)?, &public_url))
    })
}

pub(super) async fn change(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let answer = see(&sandbox, &headers, |world, now_ms| {
        let patches: Vec<Patch> = read(&body)?;
        let unit = order(world, &id)?.metadata.get("reference_id").cloned().unwrap_or_default();
        for patch in patches {
            let name = patch.path.strip_prefix(&format!("/purchase_units/@reference_id=='{unit}'/"));
            let name = name.filter(|name| matches!(*name, "custom_id" | "invoice_id"));
            let value = patch.value.as_ref().and_then(Value::as_str);
            let (Some(name), Some(value), "add" | "replace") = (name, value, patch.op.as_str()) else {
                return Err(unprocessable("NOT_PATCHABLE", "Cannot be patched."));
            };
            world.mark(&id, name, value, now_ms).map_err(|_| {
                unprocessable("ORDER_ALREADY_COMPLETED", "The order cannot be patched after it is completed.")
            })?;
        }
        Ok(Value::Null)
    });
    if answer.status() == StatusCode::OK { StatusCode::NO_CONTENT.into_response() } else { answer }
}

pub(super) async fn authorise(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    let act = |world: &mut World, now_ms: i64| {
        order(world, &id)?;
        let done = world.authorise(&id, now_ms);
        done.map_err(|refusal| match refusal {
            Refusal::State(Status::Open | Status::Challenge) => unprocessable(
                "ORDER_NOT_APPROVED",
                "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url.",
            ),
            Refusal::State(_) => unprocessable(
                "ORDER_ALREADY_AUTHORIZED",
                "Order already authorized. If 'intent=AUTHORIZE' only one authorization per order is allowed.",
            ),
            refusal => refused(&refusal),
        })?;
        Ok(id.clone().into())
    };
    let show = |world: &World, id: &str| Ok(shapes::order(order(world, id)?, &public_url));
    call(&sandbox, &headers, uri.path(), &body, act, show)
}
