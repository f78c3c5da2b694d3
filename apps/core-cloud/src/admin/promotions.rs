//! `/admin/promotions`: what vendors promote, and what is owed for it.

use axum::extract::{Query, State};
use axum::routing::get;
use http::Method;
use leptos::prelude::*;

use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::promotions::service::{Booking, FILTERS};
use crate::page::format::time;
use crate::page::{Badge, Column, Frame, List, Listed, Page, html, with_all};
use crate::panel::promotions::{sums, tone_of};

const PATH: &str = "/admin/promotions";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Promotions);
    vec![Route::new(Method::GET, PATH, access, get(list_promotions), services.clone())]
}

async fn list_promotions(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let now_ms = services.clock.now_ms();
    let mut bookings = services.promotions.list(None, &list).await?;
    let more = list.cut(&mut bookings);
    let dues = services.promotions.sum_dues(None).await?;
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
        <p class="lead">{format!("Vendors owe {} for promotions.", sums(&dues))}</p>
        <Listed path=PATH list label="Product or vendor" states=with_all(FILTERS) columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Promotions", PATH), body))
}

fn row(booking: Booking, now_ms: i64) -> impl IntoView {
    let phase = booking.phase(now_ms);
    let due = match (booking.waived, booking.paid) {
        (true, _) => "nothing is owed".to_owned(),
        (_, true) => "paid".to_owned(),
        _ => time(booking.due_ms),
    };
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
