//! `/account/chats`: one's conversations with sellers.

use axum::response::Response;
use leptos::prelude::*;

use super::talk::{Customer, style};
use crate::components::moment::moment;
use crate::components::shell::{Cache, Meta, respond};
use crate::pages::PageError;
use crate::shop::Shop;
use crate::social::Room;

/// Characters of the last message that the list shows.
const PREVIEW_CHARS: usize = 90;

/// `GET /account/chats`
pub async fn show(customer: Customer) -> Result<Response, PageError> {
    let rooms = match customer.social().rooms().await {
        Ok(rooms) => rooms,
        Err(error) => return customer.elsewhere(error),
    };
    let Customer { shop, visit, .. } = &customer;
    let meta = Meta::private("Messages");
    respond(shop, visit, Cache::Private, meta, || view(shop, &rooms)).await
}

fn view(shop: &Shop, rooms: &[Room]) -> AnyView {
    view! {
        {style(shop)}
        <div class="wrap own">
            <h1>"Messages"</h1>
            {if rooms.is_empty() {
                view! { <p class="lead">"When you order with your account, you can write to the sellers here."</p> }.into_any()
            } else {
                view! { <ul class="talks" role="list">{rooms.iter().map(entry).collect_view()}</ul> }.into_any()
            }}
            <p><a href="/account">"To your account"</a></p>
        </div>
    }
    .into_any()
}

fn entry(room: &Room) -> AnyView {
    let url = format!("/account/chats/{}/{}", room.order, room.vendor);
    let preview = room.last.as_ref().map(|last| {
        let who = if last.from == "customer" { "You: " } else { "" };
        let text: String = last.text.chars().take(PREVIEW_CHARS).collect();
        let text = if text.is_empty() { "A picture".to_owned() } else { text };
        format!("{who}{text}")
    });
    let unread =
        (room.unread > 0).then(|| view! { <span class="talk-new">{format!("{} new", room.unread)}</span> });
    view! {
        <li class="talk">
            <h2><a href=url>{seller(room)}</a>" "{unread}</h2>
            <p class="talk-goods">{room.titles.join(", ")}</p>
            <p class="talk-last">{preview.unwrap_or_else(|| "Nothing written yet".to_owned())}</p>
            <p class="talk-when">{moment(room.moved_ms)}</p>
        </li>
    }
    .into_any()
}

/// The seller's name; its feed may come later than the order.
pub fn seller(room: &Room) -> String {
    if room.vendor_name.is_empty() { "The seller".to_owned() } else { room.vendor_name.clone() }
}
