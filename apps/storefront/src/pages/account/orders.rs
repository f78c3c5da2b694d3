//! The orders of an account, from all of the region.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use leptos::prelude::*;

use super::with_session;
use crate::components::card::picture;
use crate::components::parcels::parcels;
use crate::components::price::amount;
use crate::components::shell::{Cache, Meta, respond};
use crate::http::Visit;
use crate::http::forms::QueryPairs;
use crate::orders::{OrderEntry, OrderLine, OrderPage, OrdersApi};
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::pages::order::{date, words};
use crate::shop::Shop;

/// Longest cursor that is taken from an address, in bytes.
const CURSOR_BYTES_MAX: usize = 256;

/// `GET /account/orders?after=`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, PageError> {
    if visit.session.is_none() {
        return Ok(see_other("/account/login"));
    }
    let after = pairs.get("after");
    let plain = |text: &str| {
        text.len() <= CURSOR_BYTES_MAX
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if after.is_some_and(|after| !plain(after)) {
        return Ok(see_other("/account/orders"));
    }
    let page = match OrdersApi::of(&shop.edge, &visit).orders(after).await {
        Ok(page) => page,
        Err(error) if error.is("session_ended") => return Ok(with_session(&visit, "/account/login", None)),
        // A cursor that somebody made up: back to the start.
        Err(error) if error.is("invalid_value") => return Ok(see_other("/account/orders")),
        Err(error) => return Err(error.into()),
    };
    let older = after.is_some();
    respond(&shop, &visit, Cache::Private, Meta::private("Your orders"), || view(&page, older)).await
}

fn view(page: &OrderPage, older: bool) -> AnyView {
    let next = page.next.as_ref().map(|next| {
        view! { <a class="button" rel="next" href=format!("/account/orders?after={next}")>"Older orders"</a> }
    });
    let first =
        older.then(|| view! { <a class="button" rel="prev" href="/account/orders">"Newest orders"</a> });
    view! {
        <div class="wrap orders">
            <nav class="crumbs" aria-label="Breadcrumb">
                <ol role="list">
                    <li><a href="/account">"Your account"</a></li>
                    <li aria-current="page">"Your orders"</li>
                </ol>
            </nav>
            <h1>"Your orders"</h1>
            {if page.items.is_empty() { empty() } else {
                view! { <ul class="order-list" role="list">{page.items.iter().map(entry).collect_view()}</ul> }.into_any()
            }}
            {(first.is_some() || next.is_some()).then(|| view! {
                <nav class="paging" aria-label="Pages">{first}{next}</nav>
            })}
        </div>
    }
    .into_any()
}

fn empty() -> AnyView {
    view! {
        <section class="empty">
            <p class="lead">"Nothing ordered yet. What you order while you are logged in stands here."</p>
            <p><a class="button button-main" href="/">"Look around"</a></p>
        </section>
    }
    .into_any()
}

fn entry(order: &OrderEntry) -> AnyView {
    let heading = format!("order-{}", order.id);
    let day = date(order.placed_ms);
    view! {
        <li>
            <article class="order-entry" aria-labelledby=heading.clone()>
                <header class="order-entry-head">
                    <h2 id=heading.clone()><a href=format!("/orders/{}", order.id)>
                        "Order of "<time datetime=day.clone()>{day.clone()}</time>
                    </a></h2>
                    <p class="order-entry-total">{amount(order.total)}</p>
                </header>
                <p>{words(&order.status)}</p>
                <ul class="mini-lines" role="list">{order.lines.iter().map(line).collect_view()}</ul>
                {parcels(&order.id, &order.parcels, &order.lines, false)}
                <p class="order-number">"Number "<code>{order.id.clone()}</code></p>
            </article>
        </li>
    }
    .into_any()
}

fn line(line: &OrderLine) -> AnyView {
    let title = if line.title.is_empty() { line.sku.clone() } else { line.title.clone() };
    let title = match &line.handle {
        Some(handle) => view! { <a href=format!("/p/{handle}?sku={}", line.sku)>{title}</a> }.into_any(),
        None => title.into_any(),
    };
    view! {
        <li class="mini-line">
            <div class="mini-picture">{picture(line.picture.as_deref(), false)}</div>
            <div>
                <p class="mini-title">{title}</p>
                <p class="line-options">{format!("{} × {}", line.quantity, amount(line.unit_price))}</p>
            </div>
            <p class="mini-sum">{line.unit_price.times(line.quantity).ok().map(amount)}</p>
        </li>
    }
    .into_any()
}
