//! An order: thanks at first, then where it stands.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use kiosk_ids::OrderId;
use kiosk_money::Money;
use leptos::prelude::*;

use super::cart::see_other;
use super::checkout::orders_cookie;
use super::vendor::country;
use super::{PageError, order_payment};
use crate::components::card::picture;
use crate::components::icons;
use crate::components::parcels::parcels;
use crate::components::price::amount;
use crate::components::returns::returns;
use crate::components::shell::{Cache, Meta, respond};
use crate::components::sums;
use crate::http::forms::QueryPairs;
use crate::http::{Name, Visit};
use crate::orders::{Discount, Key, Order, OrderLine, OrdersApi, Parcel, ParcelStatus};
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

/// Steps of an order.
const STEPS: [&str; 4] = ["Ordered", "Being prepared", "On its way", "Delivered"];

/// The step that an order is at: on its way as soon as some of it is, delivered once all of it is.
fn step_of(parcels: &[Parcel]) -> usize {
    let step = |parcel: &Parcel| match parcel.status {
        ParcelStatus::Placed => Some(0),
        ParcelStatus::Picking => Some(1),
        ParcelStatus::PartiallyShipped | ParcelStatus::Shipped => Some(2),
        ParcelStatus::Cancelled => None,
        _ => Some(3),
    };
    let steps: Vec<usize> = parcels.iter().filter_map(step).collect();
    match (steps.iter().min(), steps.iter().max()) {
        (Some(3), _) => 3,
        (_, Some(furthest)) => (*furthest).min(2),
        _ => 0,
    }
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
        "partially_refunded" => "Money went back to you for a part of it.",
        "returned" => "It came back to us.",
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
            {timeline(order)}
            <div class="cart">
                <div>
                    <h2>"What you ordered"</h2>
                    <ul class="lines" role="list">{order.lines.iter().map(line).collect_view()}</ul>
                    {(!order.parcels.is_empty()).then(|| view! {
                        <h2 class="order-parcels">"Its parcels"</h2>
                        {parcels(&order.id, &order.parcels, &order.lines, order.guest)}
                    })}
                    {returns(order)}
                </div>
                {summary(order)}
            </div>
            <p class="order-again"><a class="button" href="/">"Back to the shop"</a></p>
        </div>
    }.into_any()
}

fn timeline(order: &Order) -> AnyView {
    let ended = matches!(order.status.as_str(), "awaiting_payment" | "cancelled" | "rejected" | "refunded");
    let now = step_of(&order.parcels);
    let step = move |(index, label): (usize, &'static str)| {
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
                <p class="line-options">{format!("{} × ", line.quantity)}{sums::struck(Some(line.unit_price), line.list_price)}</p>
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
                <div><dt>"Goods"</dt><dd>{amount(list_subtotal(order))}</dd></div>
                {sums::discounts(goods_discounts(order))}
                <div><dt>{delivery_name(order.delivery_kind.as_deref())}</dt><dd>{sums::delivery(order.delivery, order.list_delivery)}</dd></div>
                {sums::tax(order.tax.as_ref())}
                <div class="sums-total"><dt>"Total"</dt><dd>{amount(order.total)}</dd></div>
                {sums::paid(gift_cards(order), order.due)}
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

/// The discounts on goods. One on delivery comes last and shows in the price of that.
fn goods_discounts(order: &Order) -> &[Discount] {
    match order.discounts.split_last() {
        Some((_, others)) if order.list_delivery.is_some() => others,
        _ => &order.discounts,
    }
}

/// What the goods would have cost without discounts.
fn list_subtotal(order: &Order) -> Money {
    let off = goods_discounts(order).iter().fold(0_i64, |sum, it| sum.saturating_add(it.amount.amount));
    Money::new(order.subtotal.amount.saturating_add(off), order.subtotal.currency)
}

fn gift_cards(order: &Order) -> Option<Money> {
    let sum = order.gift_cards.iter().fold(0_i64, |sum, card| sum.saturating_add(card.amount.amount));
    (sum > 0).then(|| Money::new(sum, order.total.currency))
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
    #![allow(clippy::unwrap_used)]
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
    fn an_order_is_as_far_as_its_parcels() {
        let step = |statuses: &[&str]| {
            let parcel = |status| format!(r#"{{"vendor":{{"id":"ven_a","name":"A"}},"status":"{status}"}}"#);
            let parcels: Vec<_> = statuses.iter().map(parcel).collect();
            step_of(&serde_json::from_str::<Vec<Parcel>>(&format!("[{}]", parcels.join(","))).unwrap())
        };
        assert_eq!((step(&[]), step(&["placed"]), step(&["cancelled"])), (0, 0, 0));
        assert_eq!(step(&["placed", "picking"]), 1);
        assert_eq!((step(&["shipped", "placed"]), step(&["delivered", "picking"])), (2, 2));
        assert_eq!(step(&["delivered", "partially_refunded", "cancelled"]), 3);
        assert_eq!(step(&["returned", "refunded"]), 3);
    }
}
