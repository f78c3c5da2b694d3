//! `/admin/promotions`: what vendors promote, and what is owed for it.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::payments::fees::service::FeePayment;
use crate::modules::payments::service::Decision;
use crate::modules::promotions::service::{Booking, FILTERS};
use crate::page::format::time;
use crate::page::{
    Badge, Column, Failed, Fields, FormState, Frame, List, Listed, Notice, Page, Reasoned, Tone, html_with,
    redirect, with_all,
};
use crate::panel::promotions::{due_of, sums, tone_of};

const PATH: &str = "/admin/promotions";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Promotions);
    let finance = Access::Desk(Permission::Payments);
    vec![
        Route::new(Method::GET, PATH, access, get(list_promotions), services.clone()),
        Route::new(Method::POST, "/admin/promotions/payments/{id}", finance, post(decide), services.clone()),
    ]
}

async fn list_promotions(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = (list.done == "decided").then_some("Done.");
    page(&services, &member, list, (StatusCode::OK, FormState::default()), done).await
}

/// Decides about a payment by card that failed.
async fn decide(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let decision = Decision::parse(fields.text("act")).ok_or_else(|| Error::invalid("act", "choose one"))?;
    match services.fees.decide(&member, &id, decision, fields.text("reason")).await {
        Ok(()) => Ok(redirect("/admin/promotions?done=decided")),
        Err(error) => {
            let status = match &error {
                Error::Refused(problem) => problem.status_code(),
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let form = FormState::refused(fields, error)?;
            page(&services, &member, List::default(), (status, form), None).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    list: List,
    (status, form): (StatusCode, FormState),
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let now_ms = services.clock.now_ms();
    let mut bookings = services.promotions.list(None, &list).await?;
    let more = list.cut(&mut bookings);
    let dues = services.promotions.sum_dues(None).await?;
    let failed = services.fees.list_failed().await?;
    let empty = bookings.is_empty();
    let rows = bookings.into_iter().map(|booking| row(booking, now_ms)).collect_view();
    let columns = vec![
        Column::sorted("Product", "title"),
        Column::sorted("Vendor", "vendor"),
        Column::plain("State"),
        Column::sorted("From", "from"),
        Column::sorted("Until before", "until"),
        Column::numbers("Fee", "amount"),
        Column::plain("Due"),
    ];
    let empty = empty.then_some("No promotion fits.");
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&[])}
        <p class="lead">{format!("Vendors owe {} for promotions.", sums(&dues))}</p>
        <Listed path=PATH list label="Product or vendor" states=with_all(FILTERS) columns empty more>{rows}</Listed>
        {(!failed.is_empty()).then(|| view! { <FailedPayments failed /> })}
    };
    Ok(html_with(status, Frame::of(member, "Promotions", PATH), body))
}

/// Payments by card that a person has to look at.
#[component]
fn FailedPayments(failed: Vec<FeePayment>) -> impl IntoView {
    let rows = failed.into_iter().map(|payment| {
        let decisions = view! { <Decisions payment=payment.clone() /> };
        let at_provider = if payment.capture.is_empty() { payment.authorisation } else { payment.capture };
        view! {
            <tr>
                <td class="head mono" data-label="Payment">{payment.id}<span class="sub">{payment.promotion}</span></td>
                <td class="mono" data-label="Vendor">{payment.vendor}</td>
                <td class="num" data-label="Fee">{payment.amount.to_string()}</td>
                <td data-label="Why">{payment.reason.replace('_', " ")}</td>
                <td class="mono" data-label="At the provider">{at_provider}</td>
                <td data-label="Since">{time(payment.changed_ms)}</td>
                <td data-label="Decide">{decisions}</td>
            </tr>
        }
    });
    view! {
        <h2>"Payments by card to look at"</h2>
        <p class="sub">"What the provider did with these is not what we asked for. Look at them on its pages."</p>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Payment"</th><th scope="col">"Vendor"</th><th scope="col" class="num">"Fee"</th>
                <th scope="col">"Why"</th><th scope="col">"At the provider"</th><th scope="col">"Since"</th>
                <th scope="col">"Decide"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
}

/// What can be decided about a payment that failed.
#[component]
fn Decisions(payment: FeePayment) -> impl IntoView {
    let to = format!("{PATH}/payments/{}", payment.id);
    let (taken, disputed) = (!payment.capture.is_empty(), payment.is_disputed());
    let acts = payment.decisions().iter().map(|decision| {
        let to = to.clone();
        match decision {
            Decision::Retry => view! { <Reasoned to act="retry" text="Try again" reason="Why" /> }.into_any(),
            Decision::Paid if disputed => {
                view! { <Reasoned to act="paid" text="The dispute was won" reason="How it ended" /> }
                    .into_any()
            }
            Decision::Paid if taken => {
                view! { <Reasoned to act="paid" text="It went back" reason="The provider's name of it" /> }
                    .into_any()
            }
            Decision::Paid => {
                view! { <Reasoned to act="paid" text="It was done" reason="The provider's name of it" /> }
                    .into_any()
            }
            Decision::GiveUp => {
                let text = if disputed { "The dispute was lost" } else { "It was not done" };
                view! { <Reasoned to act="give-up" text reason="Why" danger=true /> }.into_any()
            }
        }
    });
    view! { <div class="acts">{acts.collect_view()}</div> }
}

fn row(booking: Booking, now_ms: i64) -> impl IntoView {
    let phase = booking.phase(now_ms);
    let due = due_of(&booking);
    view! {
        <tr>
            <td class="head" data-label="Product">{booking.title}<span class="sub mono">{booking.id}</span></td>
            <td class="mono" data-label="Vendor">{booking.vendor}</td>
            <td data-label="State"><Badge tone=tone_of(phase) text=phase /></td>
            <td data-label="From">{time(booking.from_ms)}</td>
            <td data-label="Until before">{time(booking.until_ms)}</td>
            <td class="num" data-label="Fee">{booking.fee.to_string()}<span class="sub">{booking.terms}</span></td>
            <td data-label="Due">{due}</td>
        </tr>
    }
}
