//! `/orders/{id}/return`: what a customer wants to send back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kiosk_ids::OrderId;
use leptos::prelude::*;

use super::PageError;
use super::account::form::notice;
use super::cart::see_other;
use crate::components::field::area_text;
use crate::components::shell::{Cache, Meta, respond};
use crate::http::forms::{FormPairs, Pairs};
use crate::http::{Name, Visit};
use crate::orders::{AskLine, AskReturn, Key, Order, OrdersApi, Returnable};
use crate::shop::Shop;
use crate::sibling::SiblingError;

/// Why something is sent back: what edge-orders calls it, and what people do.
const REASONS: [(&str, &str); 4] = [
    ("changed_mind", "I do not want it any more"),
    ("faulty", "It does not work, or is broken"),
    ("damaged_in_transit", "It was damaged on its way"),
    ("not_as_described", "It is not what I ordered"),
];
/// What the customer gets for it, likewise.
const WISHES: [(&str, &str); 2] = [("refund", "My money back"), ("exchange", "Another piece")];
/// Most characters of what a customer says.
const NOTE_CHARS_MAX: usize = 500;
/// Longest idempotency key that comes back with the form, in bytes.
const ONCE_BYTES_MAX: usize = 64;

/// An order and the way to it.
struct Opened<'a> {
    api: OrdersApi<'a>,
    order: Order,
    key: Option<&'a Key>,
}

/// `GET /orders/{id}/return`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(id): Name,
) -> Result<Response, PageError> {
    match open(&shop, &visit, &id).await? {
        Ok(opened) => page(&shop, &visit, &opened.order, &Pairs::default(), None).await,
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `POST /orders/{id}/return`
pub async fn send(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(id): Name,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let Opened { api, order, key } = match open(&shop, &visit, &id).await? {
        Ok(opened) => opened,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let ask = match read(&order, &form) {
        Ok(ask) => ask,
        Err(trouble) => {
            return page(&shop, &visit, &order, &form, Some((StatusCode::UNPROCESSABLE_ENTITY, trouble)))
                .await;
        }
    };
    let Some(once) = once_of(&form) else {
        return page(&shop, &visit, &order, &form, Some((StatusCode::UNPROCESSABLE_ENTITY, AGAIN))).await;
    };
    match api.ask_return(&order.id, key, once, &ask).await {
        Ok(()) => Ok(see_other(&format!("/orders/{}#returns-title", order.id))),
        Err(error) if error.is("session_ended") => Ok(see_other("/account/login")),
        Err(error) => {
            let trouble = trouble(&error).ok_or(error)?;
            page(&shop, &visit, &order, &form, Some(trouble)).await
        }
    }
}

const AGAIN: &str = "Please look over the form and send it once more.";

/// The order of an address, for whoever has its key or a session; where to go instead when the session ended.
async fn open<'a>(
    shop: &'a Shop,
    visit: &'a Visit,
    id: &str,
) -> Result<Result<Opened<'a>, Response>, PageError> {
    let id = OrderId::parse(id).map_err(|_| PageError::NotFound)?;
    let key = visit.order(id.as_str());
    if key.is_none() && visit.session.is_none() {
        return Err(PageError::NotFound);
    }
    let api = OrdersApi::of(&shop.edge, visit);
    match api.order(id.as_str(), key).await {
        Err(error) if error.is("session_ended") => Ok(Err(see_other("/account/login"))),
        order => Ok(Ok(Opened { api, order: order?.ok_or(PageError::NotFound)?, key })),
    }
}

fn once_of(form: &Pairs) -> Option<&str> {
    let plain = |once: &&str| once.len() <= ONCE_BYTES_MAX && once.bytes().all(|b| b.is_ascii_alphanumeric());
    form.get("once").filter(plain)
}

/// The form as edge-orders takes it, or what is missing.
fn read(order: &Order, form: &Pairs) -> Result<AskReturn, &'static str> {
    let mut lines = Vec::new();
    for item in &order.returnable {
        let pieces = form.text(&field_of(&item.sku));
        let quantity: u32 = match pieces {
            "" => 0,
            pieces => pieces.parse().map_err(|_| "Please say how many pieces, in digits.")?,
        };
        if quantity > item.quantity {
            return Err("There are not so many pieces to send back.");
        }
        if quantity > 0 {
            lines.push(AskLine { sku: item.sku.clone(), quantity });
        }
    }
    if lines.is_empty() {
        return Err("Please say what you send back.");
    }
    let chosen = |name: &str, of: &[(&'static str, &str)]| {
        of.iter().map(|(code, _)| *code).find(|code| *code == form.text(name))
    };
    let reason = chosen("reason", &REASONS).ok_or("Please say why it goes back.")?;
    let wish = chosen("wish", &WISHES).ok_or("Please say what you would like for it.")?;
    Ok(AskReturn { lines, reason, wish, note: form.text("note").to_owned() })
}

/// What of a refusal can be said on the form; nothing for one that is no fault of it.
fn trouble(error: &SiblingError) -> Option<(StatusCode, &'static str)> {
    let problem = error.problem()?;
    let text = match problem.code.as_str() {
        "not_returnable" => {
            "Not so many pieces can be sent back: they have not arrived, or are on their way back already."
        }
        "too_many_returns" => "You have asked for many returns of this order. Please write to the vendor.",
        "invalid_value" if problem.param.as_deref() == Some("note") => "Please say it in fewer words.",
        "invalid_value" | "idempotency_key_reused" => AGAIN,
        _ => return None,
    };
    Some((problem.status_code(), text))
}

fn field_of(sku: &str) -> String {
    format!("pieces-{sku}")
}

async fn page(
    shop: &Shop,
    visit: &Visit,
    order: &Order,
    draft: &Pairs,
    trouble: Option<(StatusCode, &'static str)>,
) -> Result<Response, PageError> {
    // A form that was refused asks for something else next, so it gets a key of its own.
    let once = hex::encode(shop.edge.random_bytes::<16>());
    let meta = Meta::private("Return items");
    let mut response = respond(shop, visit, Cache::Private, meta, || {
        view(order, draft, &once, trouble.map(|(_, text)| text))
    })
    .await?;
    if let Some((status, _)) = trouble {
        *response.status_mut() = status;
    }
    Ok(response)
}

fn view(order: &Order, draft: &Pairs, once: &str, trouble: Option<&str>) -> AnyView {
    let back = format!("/orders/{}", order.id);
    let body = if order.returnable.is_empty() {
        view! {
            <p class="lead">"There is nothing to send back: it has not arrived, or is on its way back already."</p>
        }
        .into_any()
    } else {
        form(order, draft, once)
    };
    view! {
        <div class="wrap own">
            <h1>"Return items"</h1>
            {trouble.map(notice)}
            {body}
            <p><a href=back>"Back to your order"</a></p>
        </div>
    }
    .into_any()
}

fn form(order: &Order, draft: &Pairs, once: &str) -> AnyView {
    let pieces = order.returnable.iter().map(|item| pieces_field(item, draft)).collect_view();
    view! {
        <p>"You can send back what you do not want for 30 days after it came, and what has a fault for two years."</p>
        <form class="own-form" action=format!("/orders/{}/return", order.id) method="post" data-once="">
            <input type="hidden" name="once" value=once.to_owned() />
            <fieldset><legend>"How many pieces"</legend>{pieces}</fieldset>
            {choice("reason", "Why it goes back", &REASONS, draft)}
            {choice("wish", "What you would like for it", &WISHES, draft)}
            <div class="field">
                <label for="note">"Anything the vendor should know"<span class="field-hint">" (optional)"</span></label>
                <textarea id="note" name="note" rows="4" maxlength=NOTE_CHARS_MAX aria-describedby="note-hint">{area_text(draft.text("note"))}</textarea>
                <p class="hint" id="note-hint">"Names are not needed. Addresses and telephone numbers are taken out."</p>
            </div>
            <button class="button button-main">"Ask for the return"</button>
        </form>
    }
    .into_any()
}

fn pieces_field(item: &Returnable, draft: &Pairs) -> AnyView {
    let name = field_of(&item.sku);
    let value = draft.get(&name).unwrap_or("0").to_owned();
    view! {
        <div class="field">
            <label for=name.clone()>{item.title.clone()}<span class="field-hint">{format!(" ({}, at most {})", item.sku, item.quantity)}</span></label>
            <input id=name.clone() name=name.clone() type="number" inputmode="numeric" min="0" max=item.quantity.to_string() value=value />
        </div>
    }
    .into_any()
}

fn choice(
    name: &'static str,
    legend: &'static str,
    options: &'static [(&'static str, &'static str)],
    draft: &Pairs,
) -> AnyView {
    let chosen = draft.get(name).unwrap_or(options[0].0).to_owned();
    let option = |(code, words): &(&'static str, &'static str)| {
        let id = format!("{name}-{code}");
        view! {
            <div class="check">
                <input type="radio" id=id.clone() name=name value=*code checked={chosen == *code} required=true />
                <label for=id>{*words}</label>
            </div>
        }
    };
    view! { <fieldset><legend>{legend}</legend>{options.iter().map(option).collect_view()}</fieldset> }
        .into_any()
}
