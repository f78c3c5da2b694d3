//! `/admin/chats`: chats that were reported. Others are nobody's business.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_ids::{MessageId, OrderId, VendorId};
use kiosk_wire::people::{Party, RoomKey};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::chats::{RoomRow, party_name};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::format::{count, time};
use crate::page::{
    Act, Area, Badge, Column, Fact, Failed, Fields, FormState, Frame, List, Listed, Messages, Page, Tone,
    html, html_with, redirect,
};

const PATH: &str = "/admin/chats";
/// What the list is filtered by.
const STATES: &[(&str, &str)] = &[("", "To look at"), ("closed", "Closed by us"), ("all", "All reported")];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Chats);
    let route = |method, path, handler| Route::new(method, path, access, handler, services.clone());
    vec![
        route(Method::GET, PATH, get(list_chats)),
        route(Method::GET, "/admin/chats/{order}/{vendor}", get(get_chat)),
        route(Method::POST, "/admin/chats/{order}/{vendor}/close", post(close)),
        route(Method::POST, "/admin/chats/{order}/{vendor}/open", post(open)),
        route(Method::POST, "/admin/chats/{order}/{vendor}/settle", post(settle)),
        route(Method::POST, "/admin/chats/{order}/{vendor}/messages/{id}/remove", post(remove_message)),
    ]
}

async fn list_chats(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("reported");
    let (rooms, more) = services.chats.list_reported(&list).await?;
    let empty = rooms.is_empty();
    let rows = rooms.into_iter().map(row).collect_view();
    let columns = vec![
        Column::plain("Order"),
        Column::plain("Vendor"),
        Column::sorted("Reported", "reported"),
        Column::plain("Reason"),
        Column::sorted("Last message", "last"),
        Column::plain("State"),
    ];
    let empty = empty.then_some("Nothing to look at.");
    let body = view! {
        <Listed path=PATH list label="Part of an order, vendor or reason" states=STATES.to_vec() columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Chats", PATH), body))
}

fn row(room: RoomRow) -> impl IntoView {
    let RoomKey { order, vendor } = &room.key;
    let href = format!("{PATH}/{order}/{vendor}");
    let (order, vendor) = (order.to_string(), vendor.to_string());
    let report = room.report.clone();
    let (at_ms, reason) = report.map(|report| (report.at_ms, report.reason)).unwrap_or_default();
    view! {
        <tr>
            <td class="head" data-label="Order"><a class="mono" href=href>{order}</a></td>
            <td data-label="Vendor" class="mono">{vendor}</td>
            <td data-label="Reported">{time(at_ms)}</td>
            <td data-label="Reason"><span class="stacked">{reason}</span></td>
            <td data-label="Last message">{time(room.last_ms)}</td>
            <td data-label="State"><StateBadge room /></td>
        </tr>
    }
}

#[component]
fn StateBadge(room: RoomRow) -> impl IntoView {
    match room.closed_by {
        Some(by) => view! { <Badge tone=Tone::Bad text=format!("closed by {}", party_name(by)) /> },
        None => view! { <Badge tone=Tone::Good text="open" /> },
    }
}

fn parse(order: &str, vendor: &str) -> Result<RoomKey, Error> {
    let order = OrderId::parse(order).map_err(|_| Error::NotFound("chat"))?;
    let vendor = VendorId::parse(vendor).map_err(|_| Error::NotFound("chat"))?;
    Ok(RoomKey { order, vendor })
}

fn address(key: &RoomKey) -> String {
    format!("{PATH}/{}/{}", key.order, key.vendor)
}

async fn get_chat(
    State(services): State<Services>,
    member: Member,
    Path((order, vendor)): Path<(String, String)>,
) -> Page {
    page(&services, &member, &parse(&order, &vendor)?, StatusCode::OK, FormState::default()).await
}

async fn close(
    State(services): State<Services>,
    member: Member,
    Path((order, vendor)): Path<(String, String)>,
    fields: Fields,
) -> Page {
    set_closed(&services, &member, &parse(&order, &vendor)?, true, fields).await
}

async fn open(
    State(services): State<Services>,
    member: Member,
    Path((order, vendor)): Path<(String, String)>,
    fields: Fields,
) -> Page {
    set_closed(&services, &member, &parse(&order, &vendor)?, false, fields).await
}

async fn set_closed(
    services: &Services,
    member: &Member,
    key: &RoomKey,
    closed: bool,
    fields: Fields,
) -> Page {
    match services.chats.close_reported(member, key, closed, fields.text("reason")).await {
        Ok(()) => Ok(redirect(&address(key))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(services, member, key, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}

async fn settle(
    State(services): State<Services>,
    member: Member,
    Path((order, vendor)): Path<(String, String)>,
) -> Page {
    services.chats.settle(&member, &parse(&order, &vendor)?).await?;
    Ok(redirect(PATH))
}

async fn remove_message(
    State(services): State<Services>,
    member: Member,
    Path((order, vendor, id)): Path<(String, String, String)>,
    fields: Fields,
) -> Page {
    let key = parse(&order, &vendor)?;
    let id = MessageId::parse(&id).map_err(|_| Error::NotFound("message"))?;
    services.chats.remove_message(&member, &key, &id, fields.text("reason")).await?;
    Ok(redirect(&address(&key)))
}

async fn page(
    services: &Services,
    member: &Member,
    key: &RoomKey,
    status: StatusCode,
    form: FormState,
) -> Result<Response, Failed> {
    let (room, messages) = services.chats.get_reported(key).await?;
    let base = address(key);
    let (settle, removes) = (format!("{base}/settle"), base.clone());
    let report = room.report.clone();
    let waits = report.as_ref().is_some_and(|report| report.settled_ms.is_none());
    let facts = report.map(|report| {
        view! {
            <Fact name="Reported by" value=party_name(report.by) />
            <Fact name="Reported" value=time(report.at_ms) />
            <Fact name="Reason" value=report.reason />
        }
    });
    let (act, text) = if room.closed_by.is_some() { ("open", "Open again") } else { ("close", "Close") };
    let number = count(room.last_number);
    let body = view! {
        {form.rest(&["reason"])}
        <p class="lead"><StateBadge room=room.clone() /></p>
        <div class="card"><dl class="facts">
            <Fact name="Order" value=key.order.to_string() />
            <Fact name="Vendor" value=key.vendor.to_string() />
            <Fact name="Messages" value=number />
            {facts}
        </dl></div>
        {waits.then(|| view! { <div class="acts"><Act to=settle text="Done with this report" /></div> })}
        <h2>"Messages"</h2>
        <Messages messages reader=Party::Moderator removes />
        <h2>{text}</h2>
        <form class="form card" method="post" action=format!("{base}/{act}")>
            <Area form name="reason" label="Reason" rows=2 required=true />
            <button type="submit" class="danger">{text}</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Chat", PATH), body))
}
