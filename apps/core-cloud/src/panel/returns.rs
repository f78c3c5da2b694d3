//! `/vendor/returns`: what comes back.

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use http::Method;
use kiosk_ids::ReturnId;
use leptos::prelude::*;

use super::orders::order_of;
use super::own;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::modules::orders::fulfilment::ReturnAct;
use crate::modules::orders::purchase::Return;
use crate::modules::orders::returns::ReturnState;
use crate::modules::orders::shipments::ReturnEntry;
use crate::page::format::time;
use crate::page::goods::{ReturnBadge, ReturnView, numbers_of, read_found, read_pieces, read_wish};
use crate::page::{Column, Fields, Frame, List, Listed, Page, html, redirect, with_all};

const PATH: &str = "/vendor/returns";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let open = "/vendor/orders/{id}/returns";
    vec![
        Route::new(Method::GET, PATH, Access::Vendor, get(list_returns), services.clone()),
        Route::new(Method::GET, "/vendor/returns/{id}", Access::Vendor, get(get_return), services.clone()),
        Route::new(Method::POST, "/vendor/returns/{id}", Access::Vendor, post(act), services.clone()),
        Route::new(Method::POST, open, Access::Vendor, post(open_return), services.clone()),
    ]
}

/// The return of an address.
pub fn return_of(id: &str) -> Result<ReturnId, Error> {
    ReturnId::parse(id).map_err(|_| Error::NotFound("return"))
}

/// What a form does with a return.
pub fn act_of(fields: &Fields, given: &Return) -> Result<ReturnAct, Error> {
    Ok(match fields.text("act") {
        "receive" => ReturnAct::Receive,
        "cancel" => ReturnAct::Cancel,
        "inspect" => ReturnAct::Inspect(read_found(fields, given)?),
        _ => return Err(Error::invalid("act", "choose what is done")),
    })
}

/// A list of returns, at `path`.
pub fn list_view(
    path: &'static str,
    list: List,
    returns: Vec<ReturnEntry>,
    more: bool,
) -> impl IntoView + use<> {
    let empty = returns.is_empty();
    let rows = returns.into_iter().map(|given| row(path, given)).collect_view();
    let columns = vec![
        Column::plain("Number"),
        Column::plain("Order"),
        Column::plain("Why"),
        Column::plain("For"),
        Column::plain("State"),
        Column::sorted("Opened", "opened"),
    ];
    let (states, empty) = (ReturnState::ALL.map(ReturnState::name), empty.then_some("Nothing comes back."));
    view! {
        <Listed path list label="Part of a number" states=with_all(states) columns empty more>{rows}</Listed>
    }
}

fn row(path: &str, given: ReturnEntry) -> impl IntoView + use<> {
    let href = format!("{path}/{}", given.id);
    view! {
        <tr>
            <td class="head" data-label="Number"><a class="mono" href=href>{given.label}</a></td>
            <td data-label="Order" class="mono">{given.order}</td>
            <td data-label="Why">{given.reason.words()}</td>
            <td data-label="For">{given.wish.name()}</td>
            <td data-label="State"><ReturnBadge state=given.state /></td>
            <td data-label="Opened">{time(given.opened_ms)}</td>
        </tr>
    }
}

async fn list_returns(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("-opened");
    let (returns, more) = services.orders.list_returns(Some(own(&member)?), &list).await?;
    Ok(html(Frame::of(&member, "Returns", PATH), list_view(PATH, list, returns, more)))
}

async fn get_return(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    let (given, part) = services.orders.get_return(Some(own(&member)?), &return_of(&id)?).await?;
    let to = format!("{PATH}/{}", given.id);
    let title = format!("Return {}", given.label);
    Ok(html(Frame::of(&member, &title, PATH), view! { <ReturnView to given part /> }))
}

async fn act(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let (vendor, id) = (own(&member)?, return_of(&id)?);
    let (given, _) = services.orders.get_return(Some(vendor), &id).await?;
    services.orders.act_on_return(&member, (Some(vendor), &id), act_of(&fields, &given)?).await?;
    Ok(redirect(&format!("{PATH}/{id}")))
}

async fn open_return(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let (vendor, order) = (own(&member)?, order_of(&id)?);
    let part = services.orders.get_part(vendor, &order).await?;
    let pieces = read_pieces(&fields, "return", &numbers_of(&part))?;
    let wish = read_wish(&fields)?;
    let given = services.orders.open_return(&member, (&order, vendor), wish, &pieces).await?;
    Ok(redirect(&format!("{PATH}/{given}")))
}
