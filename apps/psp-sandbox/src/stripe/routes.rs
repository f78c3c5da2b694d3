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
use super::shapes;
use crate::Sandbox;
use crate::app::guarded;
use crate::faults::Operation;
use crate::world::cards::Scenario;
use crate::world::payment::{Payment, Provider};
use crate::world::{NewPayment, Refusal, Transfer, World};

/// A page is open for at least half an hour, in milliseconds.
const PAGE_MS_MIN: i64 = 30 * 60_000;
/// And for at most a day.
const PAGE_MS_MAX: i64 = 24 * 3_600_000;
/// The clock of a shop is this much ahead or behind, in milliseconds.
const PAGE_SKEW_MS: i64 = 60_000;

const NEW_SESSION: [&str; 21] = [
    "mode",
    "success_url",
    "cancel_url",
    "expires_at",
    "client_reference_id",
    "customer_email",
    "locale",
    "submit_type",
    "payment_method_types[]",
    "metadata[]",
    "line_items[][quantity]",
    "line_items[][price_data][currency]",
    "line_items[][price_data][unit_amount]",
    "line_items[][price_data][product_data][name]",
    "line_items[][price_data][product_data][description]",
    "payment_intent_data[capture_method]",
    "payment_intent_data[transfer_group]",
    "payment_intent_data[description]",
    "payment_intent_data[metadata][]",
    "payment_method_options[card][request_multicapture]",
    "expand[]",
];

/// All of them.
pub(crate) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    let on = |operation, route: MethodRouter<Sandbox>| guarded(sandbox, operation, route);
    Router::new()
        .route("/v1/checkout/sessions", on(Operation::Start, post(start)))
        .route("/v1/checkout/sessions/{id}", on(Operation::Look, get(look)))
        .route("/v1/checkout/sessions/{id}/expire", on(Operation::Cancel, post(expire)))
        .route("/v1/payment_intents/{id}", on(Operation::Look, get(show_intent)))
        .route("/v1/payment_intents/{id}/capture", on(Operation::Capture, post(capture)))
        .route("/v1/payment_intents/{id}/cancel", on(Operation::Cancel, post(cancel)))
        .route("/v1/charges/{id}", on(Operation::Look, get(show_charge)))
        .route("/v1/refunds", on(Operation::Refund, post(refund)))
        .route("/v1/transfers", on(Operation::Transfer, post(transfer)))
        .route("/v1/balance", on(Operation::Look, get(balance)))
}

fn session<'a>(world: &'a World, id: &str) -> Result<&'a Payment, Problem> {
    let found = world.find(Provider::Stripe, id).filter(|payment| payment.reference == id);
    found.ok_or_else(|| missing("checkout.session", id, "session"))
}

fn intent<'a>(world: &'a World, id: &str) -> Result<&'a Payment, Problem> {
    let found = world.find(Provider::Stripe, id);
    let found = found.filter(|payment| payment.authorisation.as_deref() == Some(id));
    found.ok_or_else(|| missing("payment_intent", id, "intent"))
}

async fn start(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: String,
) -> Response {
    call(&sandbox, &headers, uri.path(), &body, |world, now_ms| {
        let form = Form::read(&body, &NEW_SESSION)?;
        let new = read_session(&form, now_ms)?;
        let reference = world.start(new, now_ms);
        let public_url = &sandbox.config().public_url;
        Ok(shapes::session(session(world, &reference)?, public_url, form.expands("payment_intent")).into())
    })
}

fn read_session(form: &Form, now_ms: i64) -> Result<NewPayment, Problem> {
    if form.required("mode")? != "payment" {
        return Err(invalid("Only mode `payment` is taken here.", Some("mode"), None));
    }
    let currency = form.currency("line_items[0][price_data][currency]")?;
    let mut sum = 0_i64;
    let mut names = Vec::new();
    for place in 0.. {
        let field = |name: &str| format!("line_items[{place}]{name}");
        let Some(price) = form.amount(&field("[price_data][unit_amount]"))? else { break };
        let quantity = form.integer(&field("[quantity]"))?.unwrap_or(1).max(0);
        if form.currency(&field("[price_data][currency]"))? != currency {
            return Err(invalid("All line items must have the same currency.", Some("line_items"), None));
        }
        names.push(form.required(&field("[price_data][product_data][name]"))?.to_owned());
        sum = sum.saturating_add(price.saturating_mul(quantity));
    }
    if sum <= 0 {
        return Err(invalid(
            "The total amount must be positive.",
            Some("line_items"),
            Some("amount_too_small"),
        ));
    }
    if form.get("payment_intent_data[capture_method]") != Some("manual") {
        return Err(invalid(
            "Only capture_method `manual` is taken here.",
            Some("payment_intent_data"),
            None,
        ));
    }
    let expires_ms = form.integer("expires_at")?.map_or(now_ms + PAGE_MS_MAX, |at| at.saturating_mul(1000));
    if !(PAGE_MS_MIN - PAGE_SKEW_MS..=PAGE_MS_MAX + PAGE_SKEW_MS).contains(&(expires_ms - now_ms)) {
        let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.";
        return Err(invalid(message, Some("expires_at"), None));
    }
    let url = |name: &str| {
        let text = form.required(name)?;
        let fits = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if fits {
            Ok(text.to_owned())
        } else {
            Err(invalid("Not a valid URL", Some(name), Some("url_invalid")))
        }
    };
    Ok(NewPayment {
        provider: Provider::Stripe,
        amount: Money::new(sum, currency),
        description: names.join(", "),
        metadata: form.map("metadata"),
        intent_metadata: form.map("payment_intent_data[metadata]"),
        transfer_group: form.get("payment_intent_data[transfer_group]").map(str::to_owned),
        return_url: url("success_url")?,
        cancel_url: url("cancel_url")?,
        expires_ms,
        multicapture_asked: form.get("payment_method_options[card][request_multicapture]")
            == Some("if_available"),
    })
}

async fn look(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    call(&sandbox, &headers, uri.path(), "", |world, now_ms| {
        let form = Form::read(uri.query().unwrap_or_default(), &["expand[]"])?;
        world.touch(Provider::Stripe, &id, now_ms);
        let public_url = &sandbox.config().public_url;
        Ok(shapes::session(session(world, &id)?, public_url, form.expands("payment_intent")).into())
    })
}

async fn expire(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: String,
) -> Response {
    call(&sandbox, &headers, uri.path(), &body, |world, now_ms| {
        Form::read(&body, &["expand[]"])?;
        session(world, &id)?;
        world.expire(Provider::Stripe, &id, now_ms).map_err(|_| {
            let message = "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session \
                is not open.";
            invalid(message, None, None)
        })?;
        Ok(shapes::session(session(world, &id)?, &sandbox.config().public_url, false).into())
    })
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
