//! `/vendor/chats`: what customers write to a vendor. A room works by forms and reloading; a script adds what comes meanwhile.

pub mod events;

use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_wire::people::{PICTURES_MAX, Party, RoomKey};
use leptos::prelude::*;

use super::orders::order_of;
use super::own;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::media::encode::UPLOAD_BYTES_MAX;
use crate::modules::chats::service::Draft;
use crate::modules::chats::{RoomRow, party_name};
use crate::modules::members::service::Member;
use crate::page::format::{count, time};
use crate::page::{
    Act, Area, Badge, Column, Failed, Field, Fields, Files, FormState, Frame, List, Listed, Messages, Notice,
    Page, Tone, Unread, html, html_with, read_upload, redirect,
};

const PATH: &str = "/vendor/chats";
/// What the list is filtered by.
const STATES: &[(&str, &str)] = &[("", "All"), ("unread", "Unread"), ("closed", "Closed")];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let route = |method, path, handler| Route::new(method, path, Access::Vendor, handler, services.clone());
    let rooms = vec![
        route(Method::GET, PATH, get(list_chats)),
        route(Method::GET, "/vendor/chats/{order}", get(get_chat)),
        route(Method::POST, "/vendor/chats/{order}", post(send)),
        route(Method::POST, "/vendor/chats/{order}/report", post(report)),
        route(Method::POST, "/vendor/chats/{order}/block", post(block)),
    ];
    rooms.into_iter().chain(events::routes(services)).collect()
}

async fn list_chats(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let (rooms, more) = services.chats.list_rooms(own(&member)?, &list).await?;
    let empty = rooms.is_empty();
    let rows = rooms.into_iter().map(row).collect_view();
    let columns = vec![
        Column::plain("Order"),
        Column::numbers("Messages", ""),
        Column::sorted("Last message", "last"),
        Column::sorted("State", "unread"),
    ];
    let empty = empty.then_some("No chats. A customer's order has a link to start one.");
    let body = view! {
        <Listed path=PATH list label="Part of an order's number" states=STATES.to_vec() columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Chats", PATH), body))
}

fn row(room: RoomRow) -> impl IntoView {
    let href = format!("{PATH}/{}", room.key.order);
    let state = match room.closed_by {
        _ if room.is_unread() => view! { <Badge tone=Tone::Warn text="unread" /> },
        Some(by) => view! { <Badge tone=Tone::Bad text=format!("closed by {}", party_name(by)) /> },
        None => view! { <Badge tone=Tone::Plain text="read" /> },
    };
    view! {
        <tr>
            <td class="head" data-label="Order"><a class="mono" href=href>{room.key.order.to_string()}</a></td>
            <td data-label="Messages" class="num">{count(room.last_number)}</td>
            <td data-label="Last message">{time(room.last_ms)}</td>
            <td data-label="State">{state}</td>
        </tr>
    }
}

/// The room of a member's vendor and an order.
fn key_of(member: &Member, order: &str) -> Result<RoomKey, Error> {
    let order = order_of(order).map_err(|_| Error::NotFound("chat"))?;
    Ok(RoomKey { order, vendor: own(member)?.clone() })
}

fn address(key: &RoomKey) -> String {
    format!("{PATH}/{}", key.order)
}

async fn get_chat(
    State(services): State<Services>,
    member: Member,
    Path(order): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let reported = list.done == "reported";
    page(&services, &member, &key_of(&member, &order)?, StatusCode::OK, FormState::default(), reported).await
}

async fn send(
    State(services): State<Services>,
    member: Member,
    Path(order): Path<String>,
    request: Request,
) -> Page {
    let key = key_of(&member, &order)?;
    let (fields, sent) = match read_upload(request, UPLOAD_BYTES_MAX, PICTURES_MAX).await {
        Ok(upload) => {
            let text = |name| upload.fields.text(name).to_owned();
            let draft = Draft { text: text("text"), files: upload.files, alt: text("alt") };
            (upload.fields, services.chats.send(&key, draft).await)
        }
        Err(Unread { fields, error }) => (fields, Err(error)),
    };
    answer(&services, &member, &key, sent, fields, "").await
}

async fn report(
    State(services): State<Services>,
    member: Member,
    Path(order): Path<String>,
    fields: Fields,
) -> Page {
    let key = key_of(&member, &order)?;
    let reported = services.chats.report(&key, fields.text("reason")).await;
    answer(&services, &member, &key, reported, fields, "?done=reported").await
}

async fn block(
    State(services): State<Services>,
    member: Member,
    Path(order): Path<String>,
    fields: Fields,
) -> Page {
    let key = key_of(&member, &order)?;
    let blocked = services.chats.set_blocked(&key, fields.text("blocked") == "yes").await;
    answer(&services, &member, &key, blocked, fields, "").await
}

async fn answer(
    services: &Services,
    member: &Member,
    key: &RoomKey,
    done: Result<(), Error>,
    fields: Fields,
    query: &str,
) -> Page {
    match done {
        Ok(()) => Ok(redirect(&format!("{}{query}", address(key)))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(services, member, key, StatusCode::UNPROCESSABLE_ENTITY, form, false).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    key: &RoomKey,
    status: StatusCode,
    form: FormState,
    reported: bool,
) -> Result<Response, Failed> {
    // Before the messages: what comes between is told once too often, and never missed.
    let seen = services.chats.get_version(key).await?;
    let (room, messages) = services.chats.read_room(key).await?;
    let base = address(key);
    let (order, again, live) = (format!("/vendor/orders/{}", key.order), base.clone(), base.clone());
    let write = match room.closed_by {
        Some(by) => {
            let text = format!("This chat is closed by the {}.", party_name(by));
            view! { <Notice tone=Tone::Warn text /> }.into_any()
        }
        None => view! { <Write to=base.clone() form=form.clone() /> }.into_any(),
    };
    let read = (room.customer_read_ms > 0)
        .then(|| format!("The customer has read up to {}.", time(room.customer_read_ms)));
    let body = view! {
        {reported.then(|| view! { <Notice tone=Tone::Good text="Thank you: a moderator looks at this chat." /> })}
        {form.rest(&["text", "file", "alt", "reason"])}
        <p class="lead">"About order "<a class="mono" href=order>{key.order.to_string()}</a>". "<a id="again" href=again>"Look for new messages"</a></p>
        <div role="log" aria-label="Messages" data-live=live data-seen=seen><Messages messages reader=Party::Vendor /></div>
        <p class="sub" id="read">{read}</p>
        {write}
        <Peace base closed_by=room.closed_by form />
    };
    Ok(html_with(status, Frame::of(member, "Chat", PATH).with_script(events::SCRIPT), body))
}

/// Answering.
#[component]
fn Write(to: String, form: FormState) -> impl IntoView {
    view! {
        <form id="write" class="form card" method="post" action=to enctype="multipart/form-data">
            <Area form=form.clone() name="text" label="Message" />
            <Files form=form.clone() name="file" label=format!("Up to {PICTURES_MAX} pictures")
                accept="image/png,image/jpeg,image/webp"
                hint="Optional. PNG, JPEG or WebP, at most 8 MiB and 40 megapixels each." />
            <Field form name="alt" label="What the pictures show" hint="Read out to those who do not see them." />
            <button type="submit">"Send"</button>
        </form>
    }
}

/// Closing the chat, and reporting it.
#[component]
fn Peace(base: String, closed_by: Option<Party>, form: FormState) -> impl IntoView {
    let to = format!("{base}/block");
    let block = match closed_by {
        None => view! { <Act to text="Close this chat" danger=true><input type="hidden" name="blocked" value="yes" /></Act> }.into_any(),
        Some(Party::Vendor) => view! { <Act to text="Open this chat again"><input type="hidden" name="blocked" value="no" /></Act> }.into_any(),
        Some(_) => ().into_any(),
    };
    view! {
        <h2>"Trouble?"</h2>
        <div class="acts">{block}</div>
        <form class="form card" method="post" action=format!("{base}/report")>
            <Area form name="reason" label="Report this chat" rows=2 required=true hint="A moderator reads it and what was written here." />
            <button type="submit" class="danger">"Report"</button>
        </form>
    }
}
