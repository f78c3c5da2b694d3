//! `/admin/gift-cards`: issuing them, and what becomes of each.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::gift_cards::service::{Card, Draft, Entry, FILTERS};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::discount::currencies;
use crate::page::format::{query_value, time};
use crate::page::{
    Badge, Choice, Column, Fact, Failed, Field, Fields, FormState, Frame, List, Listed, Notice, Page,
    Reasoned, Tone, html_with, redirect, with_all,
};
use crate::panel::discounts::status_of;

const PATH: &str = "/admin/gift-cards";
/// The fields of the form, as refusals name them.
const FIELDS: [&str; 5] = ["amount", "currency", "until", "origin", "note"];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::GiftCards);
    vec![
        Route::new(Method::GET, PATH, access, get(list_cards), services.clone()),
        Route::new(Method::POST, PATH, access, post(issue), services.clone()),
        Route::new(Method::GET, "/admin/gift-cards/{id}", access, get(get_card), services.clone()),
        Route::new(Method::POST, "/admin/gift-cards/{id}", access, post(decide), services.clone()),
    ]
}

async fn list_cards(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let form = (StatusCode::OK, FormState::default());
    list_page(&services, &member, list.sorted("-issued"), form).await
}

/// The code is on the answer to the form and nowhere else, so this is no redirect.
async fn issue(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let text = |name: &str| fields.text(name).to_owned();
    let draft = Draft {
        id: text("id"),
        amount: text("amount"),
        currency: text("currency"),
        until: text("until"),
        origin: text("origin"),
        note: text("note"),
    };
    match services.gift_cards.issue(&member, &draft).await {
        Ok((card, code)) => {
            let href = format!("{PATH}/{}", query_value(card.id.as_str()));
            let body = view! {
                <Notice tone=Tone::Good text="Issued. The code is shown this once: nobody can look it up later." />
                <div class="card"><dl class="facts">
                    <div><dt>"Code"</dt><dd class="mono">{code}</dd></div>
                    <Fact name="Amount" value=card.amount.to_string() />
                    <Fact name="Good until before" value=time(card.until_ms) />
                </dl></div>
                <p><a href=href>"To the card"</a>" · "<a href=PATH>"To all cards"</a></p>
            };
            Ok(html_with(StatusCode::OK, Frame::of(&member, "Gift card", PATH), body))
        }
        Err(error) => {
            let status = status_of(&error);
            let form = FormState::refused(fields, error)?;
            list_page(&services, &member, List::default().sorted("-issued"), (status, form)).await
        }
    }
}

async fn list_page(
    services: &Services,
    member: &Member,
    list: List,
    (status, form): (StatusCode, FormState),
) -> Result<Response, Failed> {
    let now_ms = services.clock.now_ms();
    let (cards, more) = services.gift_cards.list(&list).await?;
    let id = services.gift_cards.fresh_id()?.to_string();
    let empty = cards.is_empty().then_some("No gift card fits.");
    let rows = cards.into_iter().map(|card| row(card, now_ms)).collect_view();
    let columns = vec![
        Column::plain("Card"),
        Column::plain("State"),
        Column::sorted("Issued", "issued"),
        Column::sorted("Good until before", "until"),
        Column::numbers("Amount", "amount"),
        Column::numbers("Left", ""),
    ];
    let origins = [("sold", "Sold: the money is on the bank account"), ("given", "Given away")];
    let origins = origins.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec();
    let body = view! {
        {form.rest(&FIELDS)}
        <Listed path=PATH list label="Number or note" states=with_all(FILTERS) columns empty more>{rows}</Listed>
        <h2>"Issue a gift card"</h2>
        <form class="form card" method="post" action=PATH>
            <input type="hidden" name="id" value=id />
            <div class="pair">
                <Field form=form.clone() name="amount" label="Amount" required=true hint="Such as 50.00" />
                <Choice form=form.clone() name="currency" label="Currency" options=currencies() hint="It pays for carts in it." />
            </div>
            <div class="pair">
                <Field form=form.clone() name="until" label="Last day" kind="date" required=true hint="Of its use." />
                <Choice form=form.clone() name="origin" label="It is" options=origins hint="As the books have it." />
            </div>
            <Field form=form.clone() name="note" label="Note" hint="Nothing personal: what it is for." />
            <button type="submit">"Issue it and show the code once"</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Gift cards", PATH), body))
}

fn tone_of(phase: &str) -> Tone {
    match phase {
        "active" => Tone::Good,
        "blocked" => Tone::Bad,
        _ => Tone::Plain,
    }
}

fn row(card: Card, now_ms: i64) -> impl IntoView {
    let phase = card.phase(now_ms);
    let href = format!("{PATH}/{}", query_value(card.id.as_str()));
    view! {
        <tr>
            <td class="head" data-label="Card"><a class="mono" href=href>{card.id.to_string()}</a><span class="sub">{card.note}</span></td>
            <td data-label="State"><Badge tone=tone_of(phase) text=phase />" "<span class="sub">{card.origin.name()}</span></td>
            <td data-label="Issued">{time(card.issued_ms)}</td>
            <td data-label="Good until before">{time(card.until_ms)}</td>
            <td class="num" data-label="Amount">{card.amount.to_string()}</td>
            <td class="num" data-label="Left">{card.left.to_string()}</td>
        </tr>
    }
}

async fn get_card(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    card_page(&services, &member, &id, (StatusCode::OK, FormState::default())).await
}

async fn decide(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let blocked = match fields.text("act") {
        "block" => true,
        "unblock" => false,
        _ => return Err(Error::invalid("act", "choose block or unblock").into()),
    };
    match services.gift_cards.set_blocked(&member, &id, blocked, fields.text("reason")).await {
        Ok(()) => Ok(redirect(&format!("{PATH}/{}", query_value(&id)))),
        Err(error) => {
            let status = status_of(&error);
            let form = FormState::refused(fields, error)?;
            card_page(&services, &member, &id, (status, form)).await
        }
    }
}

async fn card_page(
    services: &Services,
    member: &Member,
    id: &str,
    (status, form): (StatusCode, FormState),
) -> Result<Response, Failed> {
    let now_ms = services.clock.now_ms();
    let (card, entries) = services.gift_cards.get(id).await?;
    let phase = card.phase(now_ms);
    let to = format!("{PATH}/{}", query_value(id));
    let rows = entries.into_iter().map(entry_row).collect_view();
    let act = if card.blocked_ms == 0 {
        view! { <Reasoned to act="block" text="Block it" reason="Why it is blocked" danger=true /> }
            .into_any()
    } else {
        view! { <Reasoned to act="unblock" text="Let it be used again" reason="Why" /> }.into_any()
    };
    let body = view! {
        {form.rest(&[])}
        <p class="lead"><Badge tone=tone_of(phase) text=phase /></p>
        <div class="acts">{act}</div>
        <div class="card"><dl class="facts">
            <Fact name="Left" value=card.left.to_string() />
            <Fact name="Issued for" value=card.amount.to_string() />
            <Fact name="Issued" value=format!("{} ({})", time(card.issued_ms), card.origin.name()) />
            <Fact name="Good until before" value=time(card.until_ms) />
            <Fact name="Note" value=card.note />
        </dl></div>
        <h2>"What happened to it"</h2>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"When"</th><th scope="col">"What"</th><th scope="col">"Order"</th>
                <th scope="col" class="num">"Amount"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    };
    Ok(html_with(status, Frame::of(member, "Gift card", PATH), body))
}

fn entry_row(entry: Entry) -> impl IntoView {
    let href = format!("/admin/orders/{}", query_value(&entry.order));
    let order =
        (!entry.order.is_empty()).then(|| view! { <a class="mono" href=href>{entry.order.clone()}</a> });
    view! {
        <tr>
            <td class="head" data-label="When">{time(entry.at_ms)}</td>
            <td data-label="What">{entry.kind}</td>
            <td data-label="Order">{order}</td>
            <td class="num" data-label="Amount">{entry.amount.to_string()}</td>
        </tr>
    }
}
