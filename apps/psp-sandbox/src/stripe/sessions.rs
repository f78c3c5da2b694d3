//! Checkout Sessions: begun, looked at, expired.

use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;
use http::HeaderMap;
use kiosk_money::{Currency, Money};

use super::answer::{Problem, call, invalid, missing};
use super::form::Form;
use super::shapes;
use crate::Sandbox;
use crate::world::payment::{Payment, Provider};
use crate::world::{NewPayment, World};

/// A page is open for at least half an hour, in milliseconds.
const PAGE_MS_MIN: i64 = 30 * 60_000;
/// And for at most a day.
const PAGE_MS_MAX: i64 = 24 * 3_600_000;
/// The clock of a shop is this much ahead or behind, in milliseconds.
const PAGE_SKEW_MS: i64 = 60_000;

/// The least that a session can be of, in minor units: of pounds, and of the other currencies that the sandbox is used with.
fn least(currency: Currency) -> i64 {
    if currency == Currency::GBP { 30 } else { 50 }
}

const NEW_SESSION: [&str; 22] = [
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
    "payment_method_options[card][request_three_d_secure]",
    "expand[]",
];

fn session<'a>(world: &'a World, id: &str) -> Result<&'a Payment, Problem> {
    let found = world.find(Provider::Stripe, id).filter(|payment| payment.reference == id);
    found.ok_or_else(|| missing("checkout.session", id, "session"))
}

pub(super) async fn start(
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
    if sum < least(currency) {
        return Err(invalid(
            "The Checkout Session's total amount due must add up to at least the minimum of its currency.",
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
        challenge_asked: match form.get("payment_method_options[card][request_three_d_secure]") {
            None | Some("automatic") => false,
            Some("any" | "challenge") => true,
            Some(_) => {
                return Err(invalid("Invalid request_three_d_secure", Some("payment_method_options"), None));
            }
        },
    })
}

pub(super) async fn look(
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

pub(super) async fn expire(
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
