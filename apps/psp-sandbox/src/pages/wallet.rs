//! The page where a shopper approves a PayPal order.

use std::fmt::Write as _;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;

use super::{attribute, notice, page, price, text};
use crate::Sandbox;
use crate::world::cards::Scenario;
use crate::world::payment::{Payment, Provider, Status};

/// The payer of the sandbox.
const PAYER: &str = "SANDBOXPAYER7";
/// Value, what it is, and what it does.
const ACCOUNTS: [(&str, Scenario, &str); 5] = [
    ("balance", Scenario::Fine, "PayPal balance"),
    ("declined", Scenario::InstrumentDeclined, "A bank account that is declined"),
    ("webhook-lost", Scenario::WebhookLost, "An account whose webhooks are lost"),
    ("webhook-twice", Scenario::WebhookTwice, "An account whose webhooks come twice"),
    ("unanswered", Scenario::CaptureUnanswered, "An account whose first capture is not answered"),
];

#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    token: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    action: String,
}

pub(super) async fn show(State(sandbox): State<Sandbox>, Query(asked): Query<Token>) -> Response {
    match find(&sandbox, &asked.token) {
        Ok(payment) => form(StatusCode::OK, &payment, ""),
        Err(answer) => *answer,
    }
}

pub(super) async fn answer(State(sandbox): State<Sandbox>, Form(choice): Form<Choice>) -> Response {
    let payment = match find(&sandbox, &choice.token) {
        Ok(payment) => payment,
        Err(answer) => return *answer,
    };
    if choice.action == "cancel" {
        return onward(&payment.cancel_url, &payment.reference, false);
    }
    let account = ACCOUNTS.iter().find(|(value, ..)| *value == choice.account);
    let Some((_, scenario, _)) = account else {
        return form(StatusCode::UNPROCESSABLE_ENTITY, &payment, "Choose how you want to pay.");
    };
    let approved = sandbox.world().approve(&payment.reference, *scenario, sandbox.now_ms());
    match approved {
        Ok(()) => onward(&payment.return_url, &payment.reference, true),
        Err(_) => closed(),
    }
}

fn closed() -> Response {
    notice(StatusCode::GONE, "This payment was closed", "Go back to the shop and begin again.")
}

/// An order that can still be approved; else the page that says what became of it.
fn find(sandbox: &Sandbox, id: &str) -> Result<Payment, Box<Response>> {
    let mut world = sandbox.world();
    world.touch(Provider::Paypal, id, sandbox.now_ms());
    let found = world.find(Provider::Paypal, id).filter(|payment| payment.reference == id).cloned();
    let Some(payment) = found else {
        let words = "There is no such payment. Go back to the shop.";
        return Err(Box::new(notice(StatusCode::NOT_FOUND, "Page not found", words)));
    };
    match payment.status {
        Status::Open | Status::Challenge | Status::Approved => Ok(payment),
        Status::Expired | Status::Voided => Err(Box::new(closed())),
        Status::Authorised | Status::Captured => {
            Err(Box::new(onward(&payment.return_url, &payment.reference, true)))
        }
    }
}

/// Back to the shop, with what PayPal adds to the address.
fn onward(target: &str, order: &str, approved: bool) -> Response {
    let Ok(mut url) = url::Url::parse(target) else { return closed() };
    url.query_pairs_mut().append_pair("token", order);
    if approved {
        url.query_pairs_mut().append_pair("PayerID", PAYER);
    }
    Redirect::to(url.as_str()).into_response()
}

fn form(status: StatusCode, payment: &Payment, error: &str) -> Response {
    let mut accounts = String::new();
    for (place, (value, _, label)) in ACCOUNTS.iter().enumerate() {
        let checked = if place == 0 { " checked" } else { "" };
        // Writing to a string does not fail.
        let _ = write!(
            accounts,
            "<label class=\"choice\"><input type=\"radio\" name=\"account\" value=\"{value}\"{checked}> {}</label>",
            text(label)
        );
    }
    let alert = if error.is_empty() {
        String::new()
    } else {
        format!("<p class=\"alert\" role=\"alert\">{}</p>", text(error))
    };
    let body = format!(
        "<main class=\"card narrow\"><p class=\"badge\">Test mode</p><h1>Pay {} with PayPal</h1><p>{}</p>{alert}\
         <form method=\"post\" action=\"/checkoutnow\"><input type=\"hidden\" name=\"token\" value=\"{}\">\
         <fieldset><legend>Pay with</legend>{accounts}</fieldset><div class=\"pair\">\
         <button type=\"submit\" name=\"action\" value=\"approve\">Pay now</button>\
         <button type=\"submit\" name=\"action\" value=\"cancel\" class=\"quiet\">Cancel and return</button>\
         </div></form></main>",
        price(payment.amount),
        text(&payment.description),
        attribute(&payment.reference)
    );
    page(status, "PayPal", "paypal", &body, &[&payment.return_url, &payment.cancel_url])
}
