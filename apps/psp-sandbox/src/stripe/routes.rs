//! The routes of Stripe's API.

use axum::Router;
use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use http::HeaderMap;
use kiosk_money::Money;
use serde_json::json;

use super::answer::{Done, Problem, call, invalid, missing, refused};
use super::form::Form;
use super::{sessions, shapes};
use crate::Sandbox;
use crate::app::guarded;
use crate::faults::Operation;
use crate::world::cards::Scenario;
use crate::world::payment::{Payment, Provider};
use crate::world::{Refusal, Transfer, World};

/// All of them.
pub(crate) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    let on = |operation, route: MethodRouter<Sandbox>| guarded(sandbox, operation, route);
    Router::new()
        .route("/v1/checkout/sessions", on(Operation::Start, post(sessions::start)))
        .route("/v1/checkout/sessions/{id}", on(Operation::Look, get(sessions::look)))
        .route("/v1/checkout/sessions/{id}/expire", on(Operation::Cancel, post(sessions::expire)))
        .route("/v1/payment_intents/{id}", on(Operation::Look, get(show_intent)))
        .route("/v1/payment_intents/{id}/capture", on(Operation::Capture, post(capture)))
        .route("/v1/payment_intents/{id}/cancel", on(Operation::Cancel, post(cancel)))
        .route("/v1/charges/{id}", on(Operation::Look, get(show_charge)))
        .route("/v1/refunds", on(Operation::Refund, post(refund)))
        .route("/v1/transfers", on(Operation::Transfer, post(transfer)))
        .route("/v1/balance", on(Operation::Look, get(balance)))
}

fn intent<'a>(world: &'a World, id: &str) -> Result<&'a Payment, Problem> {
    let found = world.find(Provider::Stripe, id);
    let found = found.filter(|payment| payment.authorisation.as_deref() == Some(id));
    found.ok_or_else(|| missing("payment_intent", id, "intent"))
}

async fn show_intent(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    call(&sandbox, &headers, uri.path(), "", |world, now_ms| {
        let form = Form::read(uri.query().unwrap_or_default(), &["expand[]"])?;
        world.touch(Provider::Stripe, &id, now_ms);
        Ok(shown(intent(world, &id)?, &form).into())
    })
}

fn shown(payment: &Payment, form: &Form) -> serde_json::Value {
    let moved = form.expands("latest_charge.balance_transaction");
    shapes::intent(payment, form.expands("latest_charge"), moved)
}

async fn capture(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: String,
) -> Response {
    call(&sandbox, &headers, uri.path(), &body, |world, now_ms| {
        let form = Form::read(&body, &["amount_to_capture", "final_capture", "metadata[]", "expand[]"])?;
        let payment = intent(world, &id)?;
        let (currency, taken) = (payment.amount.currency, !payment.captures.is_empty());
        let last = form.boolean("final_capture")?.unwrap_or(true);
        let amount = form.amount("amount_to_capture")?;
        let wrong = |refusal: Refusal| refused(&refusal, "captured", &id);
        // Nothing more of a payment that was captured in part: the rest is released.
        if amount == Some(0) && last && taken {
            world.void(Provider::Stripe, &id, now_ms).map_err(wrong)?;
            return Ok(shown(intent(world, &id)?, &form).into());
        }
        let amount = amount.map(|amount| Money::new(amount, currency));
        let place = world.capture(Provider::Stripe, &id, amount, last, now_ms).map_err(wrong)?;
        let payment = intent(world, &id)?;
        let unanswered = place == 0 && payment.scenario == Scenario::CaptureUnanswered;
        Ok(Done { body: shown(payment, &form), unanswered })
    })
}

async fn cancel(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: String,
) -> Response {
    call(&sandbox, &headers, uri.path(), &body, |world, now_ms| {
        let form = Form::read(&body, &["cancellation_reason", "expand[]"])?;
        intent(world, &id)?;
        let wrong = |refusal: Refusal| refused(&refusal, "canceled", &id);
        world.void(Provider::Stripe, &id, now_ms).map_err(wrong)?;
        Ok(shown(intent(world, &id)?, &form).into())
    })
}

async fn show_charge(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    call(&sandbox, &headers, uri.path(), "", |world, _| {
        let form = Form::read(uri.query().unwrap_or_default(), &["expand[]"])?;
        let payment = charged(world, &id)?;
        Ok(shapes::charge(payment, form.expands("balance_transaction")).into())
    })
}

fn charged<'a>(world: &'a World, id: &str) -> Result<&'a Payment, Problem> {
    let found = world.find(Provider::Stripe, id).filter(|payment| payment.charge.as_deref() == Some(id));
    found.ok_or_else(|| missing("charge", id, "charge"))
}

async fn refund(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: String,
) -> Response {
    call(&sandbox, &headers, uri.path(), &body, |world, now_ms| {
        let form =
            Form::read(&body, &["charge", "payment_intent", "amount", "reason", "metadata[]", "expand[]"])?;
        let charge = match form.get("payment_intent") {
            Some(id) => {
                intent(world, id)?.charge.clone().ok_or_else(|| missing("charge", id, "payment_intent"))?
            }
            None => form.required("charge")?.to_owned(),
        };
        let currency = charged(world, &charge)?.amount.currency;
        let amount = form.amount("amount")?.map(|amount| Money::new(amount, currency));
        let wrong = |refusal: Refusal| match refusal {
            Refusal::State(_) => {
                let message =
                    format!("Charge {charge} has not been captured; cancel its PaymentIntent instead.");
                invalid(&message, None, Some("charge_not_refundable"))
            }
            refusal => refused(&refusal, "refunded", &charge),
        };
        let place = world.refund(Provider::Stripe, &charge, amount, now_ms).map_err(wrong)?;
        let payment = charged(world, &charge)?;
        Ok(shapes::refund(payment, &payment.refunds[place]).into())
    })
}

async fn transfer(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: String,
) -> Response {
    call(&sandbox, &headers, uri.path(), &body, |world, now_ms| {
        let known =
            ["amount", "currency", "destination", "description", "transfer_group", "metadata[]", "expand[]"];
        let form = Form::read(&body, &known)?;
        let currency = form.currency("currency")?;
        let amount = form.amount("amount")?.filter(|amount| *amount > 0);
        let amount = amount.ok_or_else(|| invalid("Invalid positive integer", Some("amount"), None))?;
        let destination = form.required("destination")?;
        if !destination.starts_with("acct_") {
            return Err(invalid(
                &format!("No such destination: '{destination}'"),
                Some("destination"),
                Some("resource_missing"),
            ));
        }
        let made = world.transfer(Transfer {
            provider: Provider::Stripe,
            id: String::new(),
            destination: destination.to_owned(),
            amount: Money::new(amount, currency),
            description: form.get("description").unwrap_or_default().to_owned(),
            group: form.get("transfer_group").map(str::to_owned),
            sender_batch: None,
            at_ms: now_ms,
        });
        let made = made.map_err(|refusal| refused(&refusal, "transferred", destination))?;
        Ok(shapes::transfer(&made).into())
    })
}

async fn balance(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    call(&sandbox, &headers, uri.path(), "", |world, _| {
        let line = |money: Money| json!({ "amount": money.amount, "currency": money.currency.code().to_ascii_lowercase() });
        let available: Vec<_> = world.balances_of(Provider::Stripe).into_iter().map(line).collect();
        Ok(json!({ "object": "balance", "available": available, "livemode": false, "pending": [] }).into())
    })
}
