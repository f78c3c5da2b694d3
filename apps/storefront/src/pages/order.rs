//! An order: thanks at first, then where it stands.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use kiosk_ids::OrderId;
use leptos::prelude::*;

use super::cart::see_other;
use super::checkout::orders_cookie;
use super::vendor::country;
use super::{PageError, order_payment};
use crate::components::card::picture;
use crate::components::icons;
use crate::components::parcels::parcels;
use crate::components::price::{amount, fee};
use crate::components::shell::{Cache, Meta, respond};
use crate::http::forms::QueryPairs;
use crate::http::{Name, Visit};
use crate::orders::{Key, Order, OrderLine, OrdersApi};
use crate::shop::Shop;

/// `GET /orders/{id}`; a link with `?key=` puts the key in the cookie and leads to the plain address.
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(id): Name,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, PageError> {
    let api = OrdersApi::of(&shop.edge, &visit);
    if let Some(token) = pairs.get("key") {
        let key = Key::new(&id, token).ok_or(PageError::NotFound)?;
        // A wrong key must not push the keys of real orders out of the cookie.
        api.order(&id, Some(&key)).await?.ok_or(PageError::NotFound)?;
        let mut response = see_other(&format!("/orders/{id}"));
        if let Some(cookie) = orders_cookie(&visit, key) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        return Ok(response);
    }
    // The id comes from outside and becomes a part of an address.
    let id = OrderId::parse(&id).map_err(|_| PageError::NotFound)?;
    let key = visit.order(id.as_str());
    if key.is_none() && visit.session.is_none() {
        return Err(PageError::NotFound);
    }
    let mut order = match api.order(id.as_str(), key).await {
        Err(error) if error.is("session_ended") => return Ok(see_other("/account/login")),
        order => order?.ok_or(PageError::NotFound)?,
    };
    // Whoever looks wants to know whether it is paid by now.
    let mut unanswered = false;
    if order.awaits_payment() {
        match api.settle_payment(id.as_str(), key).await {
            Ok(settled) => order = settled.unwrap_or(order),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a payment could not be settled");
                unanswered = true;
            }
        }
    }
    let stands = !order.awaits_payment() && order.status != "cancelled";
    let thanks = stands && pairs.get("thanks").is_some();
    let title = if thanks { "Thank you" } else { "Your order" };
    respond(&shop, &visit, Cache::Private, Meta::private(title), || view(&order, thanks, unanswered)).await
}

/// Steps of an order, and the statuses that stand at each.
const STEPS: [(&str, &[&str]); 4] = [
    ("Ordered", &["placed", "in_review", "accepted"]),
    ("Being prepared", &["confirmed", "paid", "packed", "allocated"]),
    ("On its way", &["shipped", "partially_shipped"]),
    ("Delivered", &["delivered", "completed"]),
];

fn step_of(status: &str) -> usize {
    STEPS.iter().position(|(_, statuses)| statuses.contains(&status)).unwrap_or(0)
}

/// What a status means, for people.
pub fn words(status: &str) -> &'static str {
    match status {
        "awaiting_payment" => "It counts as soon as it is paid.",
        "placed" => "We have your order. The makers get it ready next.",
        "in_review" => {
            "We have your order and are looking it over. That is usually done within a day; you need not do anything."
        }
        "cancelled" | "rejected" => "This order was cancelled. Nothing is owed.",
        "refunded" => "This order was refunded.",
        "shipped" | "partially_shipped" => "It is on its way to you.",
        "delivered" | "completed" => "It has arrived. Enjoy it.",
        _ => "We are working on it.",
    }
}

fn view(order: &Order, thanks: bool, unanswered: bool) -> AnyView {
    let name =
        order.contact.as_ref().and_then(|contact| contact.name.split_whitespace().next()).map(str::to_owned);
    let title = match (thanks, name) {
        (true, Some(name)) => format!("Thank you, {name}"),
        (true, None) => "Thank you".to_owned(),
        (false, _) => "Your order".to_owned(),
    };
    view! {
        <div class="wrap order">
            <header class="order-head">
                {thanks.then(|| view! { <span class="order-tick">{icons::tick()}</span> })}
                <h1>{title}</h1>
                <p class="lead">{words(&order.status)}</p>
                <p class="order-number">"Order "<code>{order.id.clone()}</code>", "<time datetime=date(order.placed_ms)>{date(order.placed_ms)}</time></p>
            </header>
            {order_payment::view(order, unanswered)}
            {timeline(&order.status)}
            <div class="cart">
                <div>
                    <h2>"What you ordered"</h2>
                    <ul class="lines" role="list">{order.lines.iter().map(line).collect_view()}</ul>
                    {(!order.parcels.is_empty()).then(|| view! {
                        <h2 class="order-parcels">"Its parcels"</h2>
                        {parcels(&order.id, &order.parcels, &order.lines)}
                    })}
                </div>
                {summary(order)}
            </div>
            <p class="order-again"><a class="button" href="/">"Back to the shop"</a></p>
        </div>
    }.into_any()
}

fn timeline(status: &str) -> AnyView {
    let ended = matches!(status, "awaiting_payment" | "cancelled" | "rejected" | "refunded");
    let now = step_of(status);
    let step = move |(index, (label, _)): (usize, (&'static str, &[&str]))| {
        let (class, state) = match index {
            _ if index < now => ("done", "done: "),
            _ if index == now => ("now", "now: "),
            _ => ("", ""),
        };
        view! {
            <li class=class aria-current=(index == now).then_some("step")>
                <span class="vh">{state}</span>{label}
            </li>
        }
    };
    (!ended)
        .then(|| {
            view! {
                <ol class="timeline" role="list" aria-label="Where it stands">
                    {STEPS.into_iter().enumerate().map(step).collect_view()}
                </ol>
            }
        })
        .into_any()
}

fn line(line: &OrderLine) -> AnyView {
    let title = if line.title.is_empty() { line.sku.clone() } else { line.title.clone() };
    let heading = match &line.handle {
        Some(handle) => view! { <a href=format!("/p/{handle}?sku={}", line.sku)>{title}</a> }.into_any(),
        None => title.into_any(),
    };
    view! {
        <li class="line">
            <div class="line-picture">{picture(line.picture.as_deref(), true)}</div>
            <div class="line-what">
                <h3>{heading}</h3>
                {(!line.options.is_empty()).then(|| view! { <p class="line-options">{line.options.join(", ")}</p> })}
                <p class="line-options">{format!("{} × {}", line.quantity, amount(line.unit_price))}</p>
            </div>
            <div class="line-sum"><p class="line-total">{line.unit_price.times(line.quantity).ok().map(amount)}</p></div>
        </li>
    }.into_any()
}

fn summary(order: &Order) -> AnyView {
    let address = order.address.as_ref().map(|address| {
        let name = order.contact.as_ref().map(|contact| contact.name.clone());
        let lines = [
            name,
            Some(address.street.clone()),
            address.extra.clone(),
            Some(format!("{} {}", address.postcode, address.city)),
            Some(country(&address.country).to_owned()),
        ];
        view! {
            <h2>"It goes to"</h2>
            <address>{lines.into_iter().flatten().map(|line| view! { <span>{line}</span> }).collect_view()}</address>
        }
    });
    view! {
        <aside class="summary" aria-label="Sums and address">
            <h2>"What it comes to"</h2>
            <dl class="sums">
                <div><dt>"Goods"</dt><dd>{amount(order.subtotal)}</dd></div>
                <div><dt>{delivery_name(order.delivery_kind.as_deref())}</dt><dd>{fee(order.delivery)}</dd></div>
                <div class="sums-total"><dt>"Total"</dt><dd>{amount(order.total)}</dd></div>
            </dl>
            {order_payment::line(order).map(|text| view! { <p class="hint">{text}</p> })}
            {address}
            {order.address.is_none().then(|| view! {
                <p class="hint">"The address stays where you placed the order, so it is not shown here."</p>
            })}
        </aside>
    }
    .into_any()
}

fn delivery_name(kind: Option<&str>) -> &'static str {
    match kind {
        Some("parcel") => "Parcel",
        Some("express") => "Express parcel",
        Some("freight") => "Freight to your door",
        Some("pickup") => "You pick it up",
        _ => "Delivery",
    }
}

/// The day of a moment in UTC, `2026-11-20`; days of the proleptic Gregorian calendar by Howard Hinnant's
/// `civil_from_days`.
pub fn date(unix_ms: i64) -> String {
    let z = unix_ms.div_euclid(86_400_000) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_of_the_calendar() {
        for (ms, day) in [
            (0, "1970-01-01"),
            (951_782_400_000, "2000-02-29"),
            (1_790_000_000_000, "2026-09-21"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(date(ms), day);
        }
    }

    #[test]
    fn an_unknown_status_stands_at_the_first_step() {
        assert_eq!(step_of("shipped"), 2);
        assert_eq!(step_of("something new"), 0);
    }
}
