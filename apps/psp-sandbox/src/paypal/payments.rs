//! Payments v2: authorisations, captures, refunds.

use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;

use super::answer::{Amount, Made, Problem, call, missing, read, refused, see, unprocessable};
use super::shapes;
use crate::Sandbox;
use crate::world::cards::Scenario;
use crate::world::payment::{Payment, Provider, Status};
use crate::world::{Refusal, World};

#[derive(Deserialize)]
struct NewCapture {
    amount: Option<Amount>,
    #[serde(default)]
    final_capture: bool,
}

#[derive(Deserialize)]
struct NewRefund {
    amount: Option<Amount>,
}

fn authorisation<'a>(world: &'a World, id: &str) -> Result<&'a Payment, Problem> {
    let found = world.find(Provider::Paypal, id);
    found.filter(|payment| payment.authorisation.as_deref() == Some(id)).ok_or_else(missing)
}

fn captured<'a>(world: &'a World, id: &str) -> Result<&'a Payment, Problem> {
    let found = world.find(Provider::Paypal, id);
    found.filter(|payment| payment.captured_as(id) > 0).ok_or_else(missing)
}

pub(super) async fn show_authorisation(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    see(&sandbox, &headers, |world, now_ms| {
        world.touch(Provider::Paypal, &id, now_ms);
        Ok(shapes::authorisation(authorisation(world, &id)?, &public_url))
    })
}

pub(super) async fn show_capture(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    see(&sandbox, &headers, |world, _| capture_shape(world, &id, &public_url))
}

fn capture_shape(world: &World, id: &str, public_url: &str) -> Result<serde_json::Value, Problem> {
    let payment = captured(world, id)?;
    let made = payment.captures.iter().find(|made| made.reference == id).ok_or_else(missing)?;
    Ok(shapes::capture(payment, made, public_url))
}

pub(super) async fn capture(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    let act = |world: &mut World, now_ms: i64| {
        let new: NewCapture = read(&body)?;
        authorisation(world, &id)?;
        let amount = new.amount.map(|amount| amount.read()).transpose()?;
        let place = world.capture(Provider::Paypal, &id, amount, new.final_capture, now_ms);
        let place = place.map_err(|refusal| refused(&refusal))?;
        let payment = authorisation(world, &id)?;
        let unanswered = place == 0 && payment.scenario == Scenario::CaptureUnanswered;
        Ok(Made { name: payment.captures[place].reference.clone(), unanswered })
    };
    let show = |world: &World, id: &str| capture_shape(world, id, &public_url);
    call(&sandbox, &headers, uri.path(), &body, act, show)
}

pub(super) async fn void(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    let act = |world: &mut World, now_ms: i64| {
        authorisation(world, &id)?;
        let done = world.void(Provider::Paypal, &id, now_ms);
        done.map_err(|refusal| match refusal {
            Refusal::State(Status::Voided) => unprocessable(
                "PREVIOUSLY_VOIDED",
                "Authorization has been previously voided and hence cannot be voided again.",
            ),
            Refusal::State(_) => unprocessable(
                "PREVIOUSLY_CAPTURED",
                "Authorization has been previously captured and hence cannot be voided.",
            ),
            refusal => refused(&refusal),
        })?;
        Ok(id.clone().into())
    };
    let show = |world: &World, id: &str| Ok(shapes::authorisation(authorisation(world, id)?, &public_url));
    call(&sandbox, &headers, uri.path(), &body, act, show)
}

pub(super) async fn refund(
    State(sandbox): State<Sandbox>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let public_url = sandbox.config().public_url.clone();
    let act = |world: &mut World, now_ms: i64| {
        let new: NewRefund = read(&body)?;
        captured(world, &id)?;
        let amount = new.amount.map(|amount| amount.read()).transpose()?;
        let place = world.refund(Provider::Paypal, &id, amount, now_ms).map_err(|refusal| match refusal {
            Refusal::TooMuch(_) => unprocessable(
                "REFUND_AMOUNT_EXCEEDED",
                "The refund amount must be less than or equal to the capture amount that has not yet been refunded.",
            ),
            Refusal::Currency => unprocessable(
                "REFUND_CAPTURE_CURRENCY_MISMATCH",
                "Refund must be in the same currency as the capture.",
            ),
            refusal => refused(&refusal),
        })?;
        Ok(captured(world, &id)?.refunds[place].id.clone().into())
    };
    let show = |world: &World, refund: &str| {
        let payment = world.find(Provider::Paypal, refund).ok_or_else(missing)?;
        let made = payment.refunds.iter().find(|made| made.id == refund).ok_or_else(missing)?;
        Ok(shapes::refund(payment, made, &public_url))
    };
    call(&sandbox, &headers, uri.path(), &body, act, show)
}
