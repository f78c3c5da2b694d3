//! What the providers know, and what one can make happen: webhooks sent again, disputes.

use std::fmt::Write as _;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;

use super::{attribute, notice, page, price, text};
use crate::Sandbox;
use crate::world::World;
use crate::world::events::{Delivery, Event};
use crate::world::payment::{DisputeStatus, Payment, Provider, Status};

/// Payments on the page, the newest first.
const PAYMENTS_SHOWN_MAX: usize = 50;
/// Events on the page, the newest first.
const EVENTS_SHOWN_MAX: usize = 60;

#[derive(Deserialize)]
pub(super) struct NewDispute {
    provider: Provider,
    capture: String,
}

#[derive(Deserialize)]
pub(super) struct OfProvider {
    provider: Provider,
}

#[derive(Deserialize)]
pub(super) struct Verdict {
    provider: Provider,
    outcome: String,
}

pub(super) async fn show(State(sandbox): State<Sandbox>) -> Response {
    let mut world = sandbox.world();
    world.touch_all(sandbox.now_ms());
    let body = format!(
        "<main class=\"wide\"><header><p class=\"badge\">Sandbox</p><h1>Payments of this shop</h1>\
         <p>What the payment providers would know. No money moves, nothing leaves this machine. \
         Sums to reconcile with are at <a href=\"/sandbox/ledger\">/sandbox/ledger</a>.</p></header>{}{}</main>",
        payments(&world),
        events(&world)
    );
    page(StatusCode::OK, "Payment sandbox", "plain", &body, &[])
}

pub(super) async fn redeliver(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let found = sandbox.world().redeliver(&id, sandbox.now_ms());
    if found { Redirect::to("/#webhooks").into_response() } else { unknown() }
}

pub(super) async fn open_dispute(State(sandbox): State<Sandbox>, Form(new): Form<NewDispute>) -> Response {
    match sandbox.open_dispute(new.provider, &new.capture) {
        Ok(_) => Redirect::to("/").into_response(),
        Err(_) => unknown(),
    }
}

pub(super) async fn fail_refund(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Form(of): Form<OfProvider>,
) -> Response {
    match sandbox.fail_refund(of.provider, &id) {
        Ok(()) => Redirect::to("/").into_response(),
        Err(_) => unknown(),
    }
}

pub(super) async fn close_dispute(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Form(verdict): Form<Verdict>,
) -> Response {
    let shop_wins = match verdict.outcome.as_str() {
        "won" => true,
        "lost" => false,
        _ => return unknown(),
    };
    match sandbox.close_dispute(verdict.provider, &id, shop_wins) {
        Ok(()) => Redirect::to("/").into_response(),
        Err(_) => unknown(),
    }
}

fn unknown() -> Response {
    notice(
        StatusCode::NOT_FOUND,
        "Not found",
        "There is nothing to do that with. It may have been done before.",
    )
}

fn payments(world: &World) -> String {
    let mut rows = String::new();
    for payment in world.newest().take(PAYMENTS_SHOWN_MAX) {
        let sums = payment.sums();
        let money = |amount: i64| price(payment.of(amount));
        let card =
            payment.card.as_ref().map(|card| format!("{} ···· {}", text(&card.brand), text(&card.last4)));
        let order = payment.metadata.get("order").or_else(|| payment.metadata.get("invoice_id"));
        // Writing to a string does not fail.
        let _ = write!(
            rows,
            "<tr><td>{}<br><small>{}</small></td><td><code>{}</code><br><small>{}</small></td><td>{}</td>\
             <td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
             <td class=\"number\">{}</td><td>{}</td></tr>",
            payment.provider.name(),
            card.unwrap_or_default(),
            text(&shortened(&payment.reference)),
            text(order.map_or("", String::as_str)),
            status(payment.status),
            price(payment.amount),
            money(sums.captured),
            money(sums.refunded),
            money(sums.disputed),
            disputes(payment)
        );
    }
    if rows.is_empty() {
        return "<section><h2>Payments</h2><p>No payment yet. Buy something in the shop, and it appears here.</p></section>".to_owned();
    }
    format!(
        "<section><h2>Payments</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Payments\"><table>\
         <thead><tr><th scope=\"col\">Provider</th><th scope=\"col\">Reference</th><th scope=\"col\">Status</th>\
         <th scope=\"col\">Amount</th><th scope=\"col\">Captured</th><th scope=\"col\">Refunded</th>\
         <th scope=\"col\">Disputed</th><th scope=\"col\">Disputes</th></tr></thead><tbody>{rows}</tbody></table></div></section>"
    )
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Challenge => "3-D Secure",
        Status::Approved => "approved",
        Status::Authorised => "authorised",
        Status::Captured => "captured",
        Status::Voided => "voided",
        Status::Expired => "expired",
    }
}

/// The buttons of a payment: one for each refund that can fail, one for each capture that can be disputed, two for each
/// dispute that is open.
fn disputes(payment: &Payment) -> String {
    let provider = payment.provider.name();
    let mut buttons = String::new();
    for refund in payment.refunds.iter().filter(|refund| !refund.failed) {
        let _ = write!(
            buttons,
            "<form method=\"post\" action=\"/refunds/{}/fail\"><input type=\"hidden\" name=\"provider\" value=\"{provider}\">\
             <button class=\"quiet\" type=\"submit\">Refund of {} comes back</button></form>",
            attribute(&refund.id),
            price(refund.amount)
        );
    }
    let mut offered: Vec<&str> = Vec::new();
    for capture in &payment.captures {
        let name = capture.reference.as_str();
        let rest = payment.captured_as(name) - payment.refunded_of(name) - payment.disputed_of(name);
        if rest <= 0 || offered.contains(&name) {
            continue;
        }
        offered.push(name);
        let _ = write!(
            buttons,
            "<form method=\"post\" action=\"/disputes\"><input type=\"hidden\" name=\"provider\" value=\"{provider}\">\
             <input type=\"hidden\" name=\"capture\" value=\"{}\">\
             <button class=\"quiet\" type=\"submit\">Dispute {}</button></form>",
            attribute(name),
            price(payment.of(rest))
        );
    }
    for dispute in &payment.disputes {
        let words = match dispute.status {
            DisputeStatus::Won => "won by the shop",
            DisputeStatus::Lost => "lost",
            DisputeStatus::Open => {
                let _ = write!(
                    buttons,
                    "<form method=\"post\" action=\"/disputes/{}\" class=\"pair\">\
                     <input type=\"hidden\" name=\"provider\" value=\"{provider}\">\
                     <button class=\"quiet\" type=\"submit\" name=\"outcome\" value=\"won\">Shop wins {amount}</button>\
                     <button class=\"quiet\" type=\"submit\" name=\"outcome\" value=\"lost\">Payer wins {amount}</button></form>",
                    attribute(&dispute.id),
                    amount = price(dispute.amount)
                );
                continue;
            }
        };
        let _ = write!(buttons, "<p class=\"small\">{} {words}</p>", price(dispute.amount));
    }
    buttons
}

fn events(world: &World) -> String {
    let mut rows = String::new();
    for event in world.events.iter().rev().take(EVENTS_SHOWN_MAX) {
        let _ = write!(
            rows,
            "<tr><td><code>{}</code><br><small>{}</small></td><td><code>{}</code></td><td>{}</td>\
             <td><form method=\"post\" action=\"/events/{}/redeliver\"><button class=\"quiet\" type=\"submit\">\
             Redeliver<span class=\"hidden\"> {}</span></button></form></td></tr>",
            text(&event.kind),
            text(&event.id),
            text(&shortened(&event.reference)),
            deliveries(event),
            attribute(&event.id),
            text(&event.kind)
        );
    }
    if rows.is_empty() {
        return "<section id=\"webhooks\"><h2>Webhooks</h2><p>No event yet.</p></section>".to_owned();
    }
    format!(
        "<section id=\"webhooks\"><h2>Webhooks</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Webhooks\">\
         <table><thead><tr><th scope=\"col\">Event</th><th scope=\"col\">Payment</th><th scope=\"col\">Deliveries</th>\
         <th scope=\"col\">Again</th></tr></thead><tbody>{rows}</tbody></table></div></section>"
    )
}

fn deliveries(event: &Event) -> String {
    if event.sendings.is_empty() {
        return "nobody listens".to_owned();
    }
    let line = |sending: &crate::world::events::Sending| {
        let state = match sending.state {
            Delivery::Waiting => "waits",
            Delivery::Sending => "is being sent",
            Delivery::Done => "delivered",
            Delivery::GivenUp => "given up",
            Delivery::Lost => "lost on purpose",
        };
        let tries = if sending.attempts == 0 { String::new() } else { format!(", try {}", sending.attempts) };
        let outcome =
            if sending.outcome.is_empty() { String::new() } else { format!(": {}", sending.outcome) };
        format!(
            "<li>{} <small>{}</small></li>",
            text(&format!("{state}{tries}{outcome}")),
            text(&sending.hook.url)
        )
    };
    format!("<ul>{}</ul>", event.sendings.iter().map(line).collect::<String>())
}

fn shortened(name: &str) -> String {
    if name.len() <= 24 {
        name.to_owned()
    } else {
        format!("{}…", name.chars().take(22).collect::<String>())
    }
}
