//! `/admin/returns`, and what admins do with pieces of an order.

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use http::Method;
use kiosk_ids::{OrderId, VendorId};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::goods::{ReturnView, numbers_of, read_pieces, read_wish};
use crate::page::{Fields, Frame, List, Page, html, redirect};
use crate::panel::returns::{act_of, list_view, return_of};

const PATH: &str = "/admin/returns";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Orders);
    let (cancel, open) =
        ("/admin/orders/{id}/parcels/{vendor}/cancel", "/admin/orders/{id}/parcels/{vendor}/returns");
    vec![
        Route::new(Method::GET, PATH, access, get(list_returns), services.clone()),
        Route::new(Method::GET, "/admin/returns/{id}", access, get(get_return), services.clone()),
        Route::new(Method::POST, "/admin/returns/{id}", access, post(act), services.clone()),
        Route::new(Method::POST, cancel, access, post(cancel_pieces), services.clone()),
        Route::new(Method::POST, open, access, post(open_return), services.clone()),
    ]
}

async fn list_returns(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("-opened");
    let (returns, more) = services.orders.list_returns(None, &list).await?;
    Ok(html(Frame::of(&member, "Returns", PATH), list_view(PATH, list, returns, more)))
}

async fn get_return(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    let (given, part) = services.orders.get_return(None, &return_of(&id)?).await?;
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
    let id = return_of(&id)?;
    let (given, _) = services.orders.get_return(None, &id).await?;
    services.orders.act_on_return(&member, (None, &id), act_of(&fields, &given)?).await?;
    Ok(redirect(&format!("{PATH}/{id}")))
}

fn key_of(order: &str, vendor: &str) -> Result<(OrderId, VendorId), Error> {
    let order = OrderId::parse(order).map_err(|_| Error::NotFound("order"))?;
    Ok((order, VendorId::parse(vendor).map_err(|_| Error::NotFound("order"))?))
}

async fn cancel_pieces(
    State(services): State<Services>,
    member: Member,
    Path((id, vendor)): Path<(String, String)>,
    fields: Fields,
) -> Page {
    let (order, vendor) = key_of(&id, &vendor)?;
    let part = services.orders.get_part(&vendor, &order).await?;
    let pieces = read_pieces(&fields, "cancel", &numbers_of(&part))?;
    services.orders.cancel_pieces(&member, (&order, &vendor), &pieces, fields.text("reason")).await?;
    Ok(redirect(&format!("/admin/orders/{order}")))
}

async fn open_return(
    State(services): State<Services>,
    member: Member,
    Path((id, vendor)): Path<(String, String)>,
    fields: Fields,
) -> Page {
    let (order, vendor) = key_of(&id, &vendor)?;
    let part = services.orders.get_part(&vendor, &order).await?;
    let pieces = read_pieces(&fields, "return", &numbers_of(&part))?;
    let given = services.orders.open_return(&member, (&order, &vendor), read_wish(&fields)?, &pieces).await?;
    Ok(redirect(&format!("{PATH}/{given}")))
}
