//! `/vendor/orders`: what a vendor has to send, and nothing of anybody else's lines.

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use http::Method;
use kiosk_ids::OrderId;
use leptos::prelude::*;

use super::own;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::modules::orders::parcels::{self, ParcelView};
use crate::modules::orders::service::LineView;
use crate::page::format::{count, time};
use crate::page::{
    Column, Columns, Empty, Fact, Fields, Filters, Frame, List, Page, Pages, ParcelActs, ParcelBadge, html,
    redirect,
};

const PATH: &str = "/vendor/orders";
/// What the list is filtered by.
const STATES: &[(&str, &str)] = &[
    ("", "All"),
    ("placed", "To send"),
    ("shipped", "Shipped"),
    ("delivered", "Delivered"),
    ("cancelled", "Cancelled"),
];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![
        Route::new(Method::GET, PATH, Access::Vendor, get(list_orders), services.clone()),
        Route::new(Method::GET, "/vendor/orders/{id}", Access::Vendor, get(get_order), services.clone()),
        Route::new(Method::POST, "/vendor/orders/{id}", Access::Vendor, post(move_parcel), services.clone()),
    ]
}

/// The order of an address.
pub fn order_of(id: &str) -> Result<OrderId, Error> {
    OrderId::parse(id).map_err(|_| Error::NotFound("order"))
}

async fn list_orders(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("-placed");
    let (orders, more) = services.orders.list_parcels(own(&member)?, &list).await?;
    let empty = orders.is_empty();
    let rows = orders.into_iter().map(row).collect_view();
    let columns = vec![
        Column::plain("Order"),
        Column::sorted("Placed", "placed"),
        Column::plain("Delivery"),
        Column::plain("State"),
        Column::sorted("Since", "changed"),
    ];
    let body = view! {
        <Filters path=PATH list=list.clone() label="Part of an order's number" states=STATES.to_vec() />
        <div class="card">
            {if empty { view! { <Empty text="No such order." /> }.into_any() } else { view! {
                <table class="stack">
                    <Columns path=PATH list=list.clone() columns />
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
        <Pages path=PATH list more />
    };
    Ok(html(Frame::of(&member, "Orders", PATH), body))
}

fn row(parcel: ParcelView) -> impl IntoView {
    let href = format!("{PATH}/{}", parcel.order);
    view! {
        <tr>
            <td class="head" data-label="Order"><a class="mono" href=href>{parcel.order}</a></td>
            <td data-label="Placed">{time(parcel.placed_ms)}</td>
            <td data-label="Delivery">{parcel.delivery_kind}" to "{parcel.country}</td>
            <td data-label="State"><ParcelBadge status=parcel.status /></td>
            <td data-label="Since">{time(parcel.changed_ms)}</td>
        </tr>
    }
}

async fn get_order(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    let parcel = services.orders.get_parcel(own(&member)?, &order_of(&id)?).await?;
    let total = parcel.total().map(|total| total.to_string()).unwrap_or_default();
    let chat = format!("/vendor/chats/{}", parcel.order);
    let to = format!("{PATH}/{}", parcel.order);
    let title = parcel.order.clone();
    let lines = parcel.lines.into_iter().map(line_row).collect_view();
    let body = view! {
        <p class="lead"><ParcelBadge status=parcel.status /></p>
        <div class="card"><dl class="facts">
            <Fact name="Placed" value=time(parcel.placed_ms) />
            <Fact name="Delivery" value=format!("{} to {}", parcel.delivery_kind, parcel.country) />
            <Fact name="Your goods" value=total />
        </dl></div>
        <ParcelActs to status=parcel.status />
        <p><a href=chat>"Chat with the customer"</a></p>
        <h2>"Your lines"</h2>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Product"</th><th scope="col" class="num">"Pieces"</th>
                <th scope="col" class="num">"Each"</th>
            </tr></thead>
            <tbody>{lines}</tbody>
        </table></div>
    };
    Ok(html(Frame::of(&member, &title, PATH), body))
}

fn line_row((line, title): (LineView, String)) -> impl IntoView {
    view! {
        <tr>
            <td class="head" data-label="Product">{title}<span class="sub mono">{line.sku}</span></td>
            <td data-label="Pieces" class="num">{count(line.quantity)}</td>
            <td data-label="Each" class="num">{line.unit_price.to_string()}</td>
        </tr>
    }
}

async fn move_parcel(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let order = order_of(&id)?;
    // To cancel is for admins: the customer has paid for it.
    let to = parcels::parse(fields.text("status"))
        .filter(|to| *to != kiosk_wire::people::ParcelStatus::Cancelled)
        .ok_or_else(|| Error::invalid("status", "choose shipped or delivered"))?;
    services.orders.move_parcel(&member, (&order, own(&member)?), to).await?;
    Ok(redirect(&format!("{PATH}/{order}")))
}
