//! `/vendor/promotions/{id}/payment`: paying the fee of a promotion by card, and how far that is.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use super::own;
use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::modules::payments::fees::service::{FeePayment, FeeState};
use crate::modules::promotions::service::Booking;
use crate::page::format::time;
use crate::page::{
    Act, Fact, Failed, Fields, FormState, Frame, List, Notice, Page, Tone, html_with, redirect,
};

/// The entry of the menu that it belongs to.
const MENU: &str = "/vendor/promotions";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Vendor;
    let path = "/vendor/promotions/{id}/payment";
    vec![
        Route::new(Method::GET, path, access, get(get_payment), services.clone()),
        Route::new(Method::POST, path, access, post(pay), services.clone()),
    ]
}

/// Where a promotion's fee is paid.
pub fn link(promotion: &str) -> String {
    format!("{MENU}/{promotion}/payment")
}

async fn pay(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    // A form may lead to this origin alone, so the page has a link to the provider's.
    match services.fees.begin(&member, own(&member)?, &id).await {
        Ok(_) => Ok(redirect(&link(&id))),
        Err(error) => {
            let form = FormState::refused(Fields::default(), error)?;
            page(&services, &member, &id, (StatusCode::CONFLICT, form), "").await
        }
    }
}

async fn get_payment(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    Query(list): Query<List>,
) -> Page {
    // The vendor who comes back knows more than we do until we asked.
    if let Some(payment) = services.fees.get(own(&member)?, &id).await? {
        services.fees.settle(&payment.id).await?;
    }
    page(&services, &member, &id, (StatusCode::OK, FormState::default()), &list.done).await
}

async fn page(
    services: &Services,
    member: &Member,
    id: &str,
    (status, form): (StatusCode, FormState),
    done: &str,
) -> Result<Response, Failed> {
    let vendor = own(member)?;
    let booking = services.promotions.get(vendor, id).await?;
    let payment = services.fees.get(vendor, id).await?;
    let (tone, text) = said(&booking, payment.as_ref(), done == "unfinished");
    let due = booking.is_due();
    let page_url = payment.filter(|payment| payment.state == FeeState::Open && !payment.url.is_empty());
    let pay = match page_url {
        Some(payment) => {
            let text = format!("Pay {} by card", payment.amount);
            let note = format!("The page of the provider is open until {}.", time(payment.expires_ms));
            let go = view! {
                <p><a class="button" href=payment.url>{text}</a></p>
                <p class="sub">{note}</p>
            };
            Some(go.into_any())
        }
        None if due && services.fees.takes_cards() => {
            Some(view! { <Act to=link(id) text=format!("Pay {} now", booking.fee) /> }.into_any())
        }
        None => None,
    };
    let body = view! {
        {form.rest(&[])}
        <Notice tone text />
        <div class="card"><dl class="facts">
            <Fact name="Product" value=booking.title.clone() />
            <Fact name="From" value=time(booking.from_ms) />
            <Fact name="Until before" value=time(booking.until_ms) />
            <Fact name="Fee" value=booking.fee.to_string() />
            <Fact name="Due" value=time(booking.due_ms) />
        </dl></div>
        {pay}
        <p class="sub">"You give your card to the provider, on its page; we never see it. A fee that is not paid is set off against
            your next payout."</p>
        <p><a href=MENU>"All promotions"</a></p>
    };
    Ok(html_with(status, Frame::of(member, "Fee of a promotion", MENU), body))
}

/// What became of the payment, for the vendor.
fn said(booking: &Booking, payment: Option<&FeePayment>, unfinished: bool) -> (Tone, String) {
    let state = payment.map(|payment| payment.state);
    let reason = payment.map_or("", |payment| payment.reason.as_str());
    let (tone, text) = match state {
        Some(FeeState::Refunding) => {
            (Tone::Good, "The fee is not owed any more: it is going back to your card.")
        }
        Some(FeeState::Refunded) => (Tone::Good, "The fee is not owed any more: it went back to your card."),
        Some(FeeState::Capturing) => (Tone::Warn, "Your card was accepted; the payment is being finished."),
        Some(FeeState::Failed) => (Tone::Warn, "We are looking into this payment and write to you."),
        _ if booking.waived => (Tone::Good, "Nothing is owed."),
        _ if booking.paid => (Tone::Good, "The fee is paid. Thank you."),
        Some(FeeState::Open) if unfinished => (
            Tone::Warn,
            "Nothing was charged, and the fee is still owed. Was your card declined? Try another one.",
        ),
        Some(FeeState::Open) => (Tone::Plain, "The fee is not paid yet."),
        Some(FeeState::Voiding | FeeState::Closed)
            if matches!(reason, "not_paid" | "not_owed" | "page_refused") =>
        {
            (Tone::Warn, "The last payment was not finished. Nothing was charged, and the fee is still owed.")
        }
        Some(FeeState::Voiding | FeeState::Closed) => {
            return (
                Tone::Bad,
                format!("Your card was declined ({}). The fee is still owed.", reason.replace('_', " ")),
            );
        }
        Some(FeeState::Paid) | None => (Tone::Plain, "The fee is owed."),
    };
    (tone, text.to_owned())
}
