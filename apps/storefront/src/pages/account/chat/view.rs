//! The page of a room.

use leptos::prelude::*;

use super::super::chats::seller;
use super::super::form::notice;
use super::super::talk::{masked_notice, pictures_field, style};
use crate::components::field::area_text;
use crate::components::icons;
use crate::components::moment::moment;
use crate::http::forms::Pairs;
use crate::shop::Shop;
use crate::social::{Message, Room, RoomMessages};

/// What was written and not taken, and what the page is asked to say.
#[derive(Default)]
pub struct Draft {
    pub text: String,
    pub trouble: Option<String>,
    pub query: Pairs,
}

pub fn view(shop: &Shop, found: &RoomMessages, draft: &Draft, key: &str, older: bool) -> AnyView {
    let RoomMessages { room, messages, more } = found;
    let url = format!("/account/chats/{}/{}", room.order, room.vendor);
    let first = messages.iter().find_map(|message| message.number).filter(|_| *more);
    let last = messages.iter().rev().find_map(|message| message.number).unwrap_or(0);
    let reported = draft.query.get("reported").is_some();
    let api = format!("/v1/chats/{}/{}", room.order, room.vendor);
    view! {
        {style(shop)}
        <div class="wrap own talk-room">
            <p><a href="/account/chats">"All messages"</a></p>
            <h1>{seller(room)}</h1>
            <p class="lead">{format!("About your order of {}", room.titles.join(", "))}</p>
            {draft.trouble.as_deref().map(notice)}
            {reported.then(|| view! {
                <div class="notice" role="status">{icons::notice()}<p>"Thank you. A moderator will look at this conversation."</p></div>
            })}
            {first.map(|number| view! { <p><a href=format!("{url}?before={number}")>"Older messages"</a></p> })}
            {older.then(|| view! { <p><a href=url.clone()>"To the newest messages"</a></p> })}
            <div role="log" aria-label="Messages" data-room=api data-page=url.clone() data-after=last.to_string()
                data-seller=seller(room) data-live=(!older).then_some("yes")>
                <ol class="said" role="list">{messages.iter().map(|message| entry(room, message)).collect_view()}</ol>
            </div>
            {messages.is_empty().then(|| view! { <p id="silent">"Nothing written yet. Ask away!"</p> })}
            {masked_notice(&draft.query)}
            {match room.closed_by.as_deref() {
                Some(who) => closed(who),
                None => form(&url, draft, key),
            }}
            {more_actions(&url, room)}
            {shop.assets.has("chat.js").then(|| view! { <script type="module" src=shop.assets.url("chat.js")></script> })}
        </div>
    }
    .into_any()
}

fn entry(room: &Room, message: &Message) -> AnyView {
    let (who, own) = match message.from.as_str() {
        "customer" => ("You".to_owned(), true),
        "moderator" => ("Kiosk".to_owned(), false),
        _ => (seller(room), false),
    };
    let gone = message.text.is_empty() && message.pictures.is_empty() && message.uploads.is_empty();
    let mark = own.then_some(match message.state.as_str() {
        "waiting" => "Waiting to be delivered",
        "read" => "Seen",
        _ => "Delivered",
    });
    let pictures =
        message.pictures.iter().map(|picture| (format!("/media/{}", picture.file), picture.alt.clone()));
    let uploads = message.uploads.iter().map(|id| (format!("/v1/pictures/{id}"), String::new()));
    let pictures: Vec<_> = pictures.chain(uploads).collect();
    view! {
        <li class="say" class:say-own=own data-id=message.id.clone() data-sent=message.sent_ms.to_string()>
            <p class="say-who">{who}</p>
            {if gone {
                view! { <p class="say-gone">"A moderator removed this message."</p> }.into_any()
            } else {
                view! { <p class="say-text">{message.text.clone()}</p> }.into_any()
            }}
            {pictures.into_iter().map(|(url, alt)| {
                let alt = if alt.is_empty() { "A picture that was sent".to_owned() } else { alt };
                view! { <a class="say-picture" href=url.clone()><img src=url.clone() alt=alt loading="lazy" /></a> }
            }).collect_view()}
            <p class="say-when">{moment(message.sent_ms)}{mark.map(|mark| view! { " · "<span class="say-mark">{mark}</span> })}</p>
        </li>
    }
    .into_any()
}

fn form(url: &str, draft: &Draft, key: &str) -> AnyView {
    view! {
        <form id="write" class="own-form" action=url.to_owned() method="post" enctype="multipart/form-data" data-once="yes">
            <input type="hidden" name="key" value=key.to_owned() />
            <div class="field">
                <label for="text">"Your message"</label>
                <textarea id="text" name="text" rows="4" maxlength="2000" aria-describedby="safety">{area_text(&draft.text)}</textarea>
                <p id="safety" class="field-hint">"E-mail addresses, telephone numbers, addresses and card numbers are taken out."</p>
            </div>
            {pictures_field()}
            <button class="button button-main">"Send"</button>
        </form>
    }
    .into_any()
}

fn closed(who: &str) -> AnyView {
    let text = match who {
        "customer" => "You closed this conversation. Nobody can write here until you open it again.",
        "vendor" => "The seller closed this conversation.",
        _ => "A moderator closed this conversation.",
    };
    view! { <p id="write" class="talk-closed">{text}</p> }.into_any()
}

fn more_actions(url: &str, room: &Room) -> AnyView {
    let block = match room.closed_by.as_deref() {
        None => Some(("yes", "Close this conversation")),
        Some("customer") => Some(("no", "Open this conversation again")),
        Some(_) => None,
    };
    view! {
        <details>
            <summary>"Trouble with this seller?"</summary>
            <form class="own-form" action=format!("{url}/report") method="post">
                <div class="field">
                    <label for="reason">"What is wrong?"</label>
                    <textarea id="reason" name="reason" rows="3" maxlength="500" required=true></textarea>
                    <p class="field-hint">"A moderator will read this conversation."</p>
                </div>
                <button class="button">"Report to Kiosk"</button>
            </form>
            {block.map(|(value, label)| view! {
                <form action=format!("{url}/block") method="post">
                    <input type="hidden" name="blocked" value=value />
                    <button class="button">{label}</button>
                </form>
            })}
        </details>
    }
    .into_any()
}
