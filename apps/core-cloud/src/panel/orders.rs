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
use crate::modules::orders::flow::Stage;
use crate::modules::orders::parcels::ParcelView;
use crate::modules::orders::purchase::{Parcel, Return};
use crate::modules::orders::service::LineView;
use crate::page::format::{count, time};
use crate::page::goods::{
    CancelForm, ParcelBadge, ReturnBadge, ReturnForm, numbers_of, pieces_text, price_parts, read_pieces,
};
use crate::page::{Column, Fact, Fields, Frame, List, Listed, Page, StageActs, StageBadge, html, redirect};

const PATH: &str = "/vendor/orders";
/// What the list is filtered by.
const STATES: &[(&str, &str)] = &[
    ("", "All"),
    ("to_send", "To send"),
    ("awaiting_payment", "Awaiting payment"),
    ("in_review", "In review"),
    ("shipped", "Shipped"),
    ("delivered", "Delivered"),
    ("cancelled", "Cancelled"),
    ("partially_refunded", "Partly refunded"),
    ("refunded", "Refunded"),
];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![
        Route::new(Method::GET, PATH, Access::Vendor, get(list_orders), services.clone()),
        Route::new(Method::GET, "/vendor/orders/{id}", Access::Vendor, get(get_order), services.clone()),
        Route::new(
            Method::POST,
            "/vendor/orders/{id}/cancel",
            Access::Vendor,
            post(cancel_pieces),
            services.clone(),
        ),
        Route::new(Method::POST, "/vendor/orders/{id}", Access::Vendor, post(move_order), services.clone()),
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
    let empty = empty.then_some("No such order.");
    let body = view! {
        <Listed path=PATH list label="Part of an order's number" states=STATES.to_vec() columns empty more>{rows}</Listed>
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
            <td data-label="State"><StageBadge stage=parcel.status /></td>
            <td data-label="Since">{time(parcel.changed_ms)}</td>
        </tr>
    }
}

async fn get_order(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    let (vendor, order) = (own(&member)?, order_of(&id)?);
    let parcel = services.orders.get_parcel(vendor, &order).await?;
    let part = services.orders.get_part(vendor, &order).await?;
    let total = parcel.total().map(|total| total.to_string()).unwrap_or_default();
    let chat = format!("/vendor/chats/{}", parcel.order);
    let to = format!("{PATH}/{}", parcel.order);
    let title = parcel.order.clone();
    let lines = parcel.lines.into_iter().zip(part.seller.lines.iter().map(pieces_text));
    let lines = lines.map(line_row).collect_view();
    let sent = part.parcels.iter().map(parcel_row).collect_view();
    let returns = part.returns.iter().map(return_row).collect_view();
    let (any_sent, any_back) = (!part.parcels.is_empty(), !part.returns.is_empty());
    let body = view! {
        <p class="lead"><StageBadge stage=parcel.status /></p>
        <div class="card"><dl class="facts">
            <Fact name="Placed" value=time(parcel.placed_ms) />
            <Fact name="Delivery" value=format!("{} to {}", parcel.delivery_kind, parcel.country) />
            <Fact name="Your goods" value=total />
        </dl></div>
        <StageActs to stage=parcel.status />
        <p><a href=chat>"Chat with the customer"</a></p>
        <h2>"Your lines"</h2>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Product"</th><th scope="col" class="num">"Pieces"</th>
                <th scope="col" class="num">"Each"</th><th scope="col">"Where they are"</th>
            </tr></thead>
            <tbody>{lines}</tbody>
        </table></div>
        {any_sent.then(|| view! {
            <h2>"Its parcels"</h2>
            <div class="card"><table class="stack">
                <thead><tr>
                    <th scope="col">"Parcel"</th><th scope="col">"State"</th><th scope="col">"Since"</th>
                </tr></thead>
                <tbody>{sent}</tbody>
            </table></div>
        })}
        {any_back.then(|| view! {
            <h2>"What comes back"</h2>
            <div class="card"><table class="stack">
                <thead><tr>
                    <th scope="col">"Return"</th><th scope="col">"State"</th><th scope="col">"Since"</th>
                </tr></thead>
                <tbody>{returns}</tbody>
            </table></div>
        })}
        <CancelForm to=format!("{PATH}/{order}/cancel") part=part.clone() />
        <ReturnForm to=format!("{PATH}/{order}/returns") part />
    };
    Ok(html(Frame::of(&member, &title, PATH), body))
}

fn parcel_row(parcel: &Parcel) -> impl IntoView + use<> {
    let href = format!("/vendor/parcels/{}", parcel.id);
    let name = if parcel.tracking.is_empty() { parcel.id.to_string() } else { parcel.tracking.clone() };
    view! {
        <tr>
            <td class="head" data-label="Parcel"><a class="mono" href=href>{name}</a></td>
            <td data-label="State"><ParcelBadge state=parcel.state /></td>
            <td data-label="Since">{time(parcel.changed_ms)}</td>
        </tr>
    }
}

fn return_row(given: &Return) -> impl IntoView + use<> {
    let href = format!("/vendor/returns/{}", given.id);
    view! {
        <tr>
            <td class="head" data-label="Return"><a class="mono" href=href>{given.label.clone()}</a></td>
            <td data-label="State"><ReturnBadge state=given.state /></td>
            <td data-label="Since">{time(given.changed_ms)}</td>
        </tr>
    }
}

fn line_row(((line, title), pieces): ((LineView, String), String)) -> impl IntoView {
    let parts = price_parts(&line);
    view! {
        <tr>
            <td class="head" data-label="Product">{title}<span class="sub mono">{line.sku}</span></td>
            <td data-label="Pieces" class="num">{count(line.quantity)}</td>
            <td data-label="Each" class="num">{line.unit_price.to_string()}<span class="sub">{parts}</span></td>
            <td data-label="Where they are">{pieces}</td>
        </tr>
    }
}

async fn cancel_pieces(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let (vendor, order) = (own(&member)?, order_of(&id)?);
    let part = services.orders.get_part(vendor, &order).await?;
    let pieces = read_pieces(&fields, "cancel", &numbers_of(&part))?;
    services.orders.cancel_pieces(&member, (&order, vendor), &pieces, fields.text("reason")).await?;
    Ok(redirect(&format!("{PATH}/{order}")))
}

async fn move_order(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let order = order_of(&id)?;
    // To cancel is for admins: the customer has paid for it.
    let to = Stage::parse(fields.text("status"))
        .filter(|to| matches!(to, Stage::Shipped | Stage::Delivered))
        .ok_or_else(|| Error::invalid("status", "choose shipped or delivered"))?;
    services.orders.move_order(&member, (&order, own(&member)?), to).await?;
    Ok(redirect(&format!("{PATH}/{order}")))
}
