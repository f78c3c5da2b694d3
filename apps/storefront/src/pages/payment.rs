//! Paying at a provider: coming back from its page, and giving it up.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use kiosk_ids::OrderId;
use leptos::prelude::*;

use super::PageError;
use super::cart::see_other;
use super::checkout::without_cart;
use crate::components::shell::{Cache, Meta, respond};
use crate::http::forms::{FormPairs, QueryPairs};
use crate::http::{Name, Visit};
use crate::orders::{Order, OrdersApi};
use crate::shop::Shop;
use crate::sibling::SiblingError;

/// `GET /checkout/return?order=`: the provider sends the shopper here, paid or not. What it adds to the address is not
/// looked at: the provider is asked.
pub async fn come_back(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, PageError> {
    let id = OrderId::parse(pairs.text("order")).map_err(|_| PageError::NotFound)?;
    let key = visit.order(id.as_str());
    if key.is_none() && visit.session.is_none() {
        return elsewhere(&shop, &visit).await;
    }
    match OrdersApi::of(&shop.edge, &visit).settle_payment(id.as_str(), key).await {
        Err(error) => on_its_page(id.as_str(), &error),
        Ok(None) => elsewhere(&shop, &visit).await,
        Ok(Some(order)) => settled(&shop, &visit, &order, "?thanks=1").await,
    }
}

/// `POST /orders/{id}/cancel-payment`: gives up an order that is not paid; its cart is there again.
pub async fn cancel(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(id): Name,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let id = OrderId::parse(&id).map_err(|_| PageError::NotFound)?;
    let key = visit.order(id.as_str());
    if key.is_none() && visit.session.is_none() {
        return Err(PageError::NotFound);
    }
    match OrdersApi::of(&shop.edge, &visit).cancel_payment(id.as_str(), key).await {
        Err(error) => on_its_page(id.as_str(), &error),
        Ok(None) => Err(PageError::NotFound),
        // Only to a page of ours.
        Ok(Some(order)) if order.status == "cancelled" && form.get("then") == Some("checkout") => {
            Ok(see_other("/checkout"))
        }
        Ok(Some(order)) => settled(&shop, &visit, &order, "").await,
    }
}

/// To the order's page; one that is paid takes its cart with it.
async fn settled(shop: &Shop, visit: &Visit, order: &Order, thanks: &str) -> Result<Response, PageError> {
    if order.awaits_payment() || order.status == "cancelled" {
        return Ok(see_other(&format!("/orders/{}", order.id)));
    }
    let mut response = see_other(&format!("/orders/{}{thanks}", order.id));
    let cart = match &visit.cart {
        Some(key) => OrdersApi::of(&shop.edge, visit).cart(key).await?,
        None => None,
    };
    // Another cart may have been begun meanwhile.
    if cart.is_some_and(|cart| cart.order_id.as_deref() == Some(&order.id)) {
        for cookie in without_cart(visit) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// The order's page says how far it is, and asks again.
fn on_its_page(id: &str, error: &SiblingError) -> Result<Response, PageError> {
    if error.is("session_ended") {
        return Ok(see_other("/account/login"));
    }
    tracing::warn!(error = error as &dyn std::error::Error, "a payment could not be settled");
    Ok(see_other(&format!("/orders/{id}")))
}

/// For a browser that did not begin the payment, such as the one that a bank's app opens.
async fn elsewhere(shop: &Shop, visit: &Visit) -> Result<Response, PageError> {
    let meta = Meta::private("Back to your order");
    respond(shop, visit, Cache::Private, meta, || {
        view! {
            <section class="wrap empty">
                <h1>"Please go back to where you ordered"</h1>
                <p class="lead">
                    "The provider tells us by itself when you have paid. Your order stands in the window in which you began, "
                    "and in your account if you have one."
                </p>
                <p><a class="button button-main" href="/account/orders">"Your orders"</a></p>
            </section>
        }
        .into_any()
    })
    .await
}
