//! `/vendor/statements`: what a vendor is owed and was paid. `/vendor/invoices`: what was invoiced in its name.

use axum::extract::{Path, Query, State};
use axum::routing::get;
use http::Method;
use leptos::prelude::*;

use super::own;
use crate::admin::documents::{document, documents};
use crate::admin::payouts::{PayoutFacts, Statement, row, sums, tone_of};
use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::accounting::plans::percent;
use crate::modules::members::service::Member;
use crate::modules::payouts::service::State as Stage;
use crate::page::{Badge, Column, Fact, Frame, List, Listed, Page, html, with_all};

const PATH: &str = "/vendor/statements";
const INVOICES: &str = "/vendor/invoices";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Vendor;
    vec![
        Route::new(Method::GET, PATH, access, get(list_statements), services.clone()),
        Route::new(Method::GET, "/vendor/statements/{id}", access, get(show_statement), services.clone()),
        Route::new(Method::GET, INVOICES, access, get(list_invoices), services.clone()),
        Route::new(Method::GET, "/vendor/invoices/{name}", access, get(get_invoice), services.clone()),
    ]
}

async fn list_statements(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let vendor = own(&member)?;
    let list = list.sorted("-created");
    let standing = services.payouts.get_standing(vendor).await?;
    let terms = services.payouts.get_terms(vendor).await?;
    let mut payouts = services.payouts.list(Some(vendor), &list).await?;
    let more = list.cut(&mut payouts);
    let empty = payouts.is_empty();
    let rows = payouts.into_iter().map(|payout| row(payout, PATH)).collect_view();
    let columns = vec![
        Column::plain("Payout"),
        Column::sorted("State", "state"),
        Column::sorted("Made", "created"),
        Column::numbers("Amount", "amount"),
    ];
    let reserve = match terms.reserve_ppm {
        0 => "nothing".to_owned(),
        ppm => format!("{} % for {} days", percent(ppm), terms.reserve_days),
    };
    let empty = empty.then_some("No payout fits.");
    let body = view! {
        <div class="card"><dl class="facts">
            <Fact name="You are owed" value=sums(&standing.payable) />
            <Fact name="Of that held back" value=sums(&standing.held) />
            <Fact name="You owe for promotions" value=sums(&standing.dues) />
            <Fact name="Paid" value=format!("{}, from {} on, through {}", terms.schedule.name(), terms.minimum, terms.provider) />
            <Fact name="Reserve" value=reserve />
        </dl></div>
        <p class="lead">"Sales are yours when a parcel leaves, less commission and tax. "<a href=INVOICES>"Invoices in your name"</a></p>
        <Listed path=PATH list label="Payout" states=with_all(Stage::ALL.map(Stage::name)) columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Statements", PATH), body))
}

async fn show_statement(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    let (payout, lines) = services.payouts.get(Some(own(&member)?), &id).await?;
    let body = view! {
        <p class="acts"><Badge tone=tone_of(payout.state) text=payout.state.name() /></p>
        <PayoutFacts payout />
        <h2>"Statement"</h2>
        <Statement lines />
        <p><a href=PATH>"Back to the statements"</a></p>
    };
    Ok(html(Frame::of(&member, "Payout", PATH), body))
}

async fn list_invoices(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let body = documents(&services, Some(own(&member)?), INVOICES, list.sorted("-issued")).await?;
    let body = view! {
        <p class="lead">"Kiosk writes invoices and credit notes in your name when parcels leave and goods come back."</p>
        {body}
        <p><a href=PATH>"Back to the statements"</a></p>
    };
    Ok(html(Frame::of(&member, "Invoices", PATH), body))
}

async fn get_invoice(State(services): State<Services>, member: Member, Path(name): Path<String>) -> Page {
    document(&services, own(&member)?, &name).await
}
