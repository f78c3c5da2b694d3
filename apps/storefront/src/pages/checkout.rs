//! The checkout: one page, one form. It is sent once, however often its button is pressed: the form carries an
//! idempotency key that was made with the page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kiosk_problem::Problem;
use serde::de::DeserializeOwned;

use super::cart::see_other;
use super::checkout_account::{self, Shopper};
use super::checkout_form::Draft;
use super::checkout_view::{CheckoutPage, Trouble, view};
use super::{PageError, cart_codes};
use crate::components::shell::{Cache, Meta, respond};
use crate::http::forms::{FormPairs, Pairs, QueryPairs};
use crate::http::visit::ORDERS_KEPT_MAX;
use crate::http::{Visit, cookies, headers};
use crate::orders::{Cart, Key, Order, OrdersApi, PriceChange, Shortage};
use crate::shop::Shop;
use crate::sibling::SiblingError;

/// `GET /checkout`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    QueryPairs(query): QueryPairs,
) -> Result<Response, PageError> {
    let Some((_, cart)) = open_cart(&shop, &visit).await? else {
        return ordered_or_empty(&shop, &visit).await;
    };
    let shopper = Shopper::of(&shop, &visit).await;
    let draft = shopper.as_ref().map(|shopper| shopper.draft(query.get("address"))).unwrap_or_default();
    page(&shop, &visit, cart, shopper.as_ref(), draft, Trouble::None, true).await
}

/// `POST /checkout`: places the order, or shows the page again with what has to change.
pub async fn place(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let Some(key) = visit.cart.clone() else { return Ok(see_other("/cart")) };
    if let Some(field) = cart_codes::field(&form) {
        return apply(&shop, &visit, &key, form, field).await;
    }
    let draft = Draft::check(form);
    if !draft.errors.is_empty() {
        return again(&shop, &visit, draft, Trouble::None).await;
    }
    let (Some(order), Some(once)) = (draft.order(&key, visit.device.clone()), draft.idempotency_key()) else {
        // The page's own fields are missing or were changed: start from a fresh page.
        return again(&shop, &visit, draft, Trouble::Changed).await;
    };
    match OrdersApi::of(&shop.edge, &visit).place(&key, once, &order).await {
        Ok(order) => {
            if draft.pairs.get("save").is_some() {
                checkout_account::keep_address(&shop, &visit, &draft).await;
            }
            Ok(placed(&visit, &order))
        }
        Err(error) => refused(&shop, &visit, draft, error).await,
    }
}

/// A code was typed on the way: the cart uses it, and what else was filled in stays.
async fn apply(
    shop: &Shop,
    visit: &Visit,
    key: &Key,
    form: Pairs,
    field: &'static str,
) -> Result<Response, PageError> {
    let answer = cart_codes::apply(OrdersApi::of(&shop.edge, visit), key, &form, field).await;
    let mut draft = Draft { pairs: form, errors: Vec::new() };
    match answer {
        Ok(cart) => {
            // The field is empty again.
            draft.pairs.0.retain(|(name, _)| name != field);
            let shopper = Shopper::of(shop, visit).await;
            page(shop, visit, cart, shopper.as_ref(), draft, Trouble::None, true).await
        }
        Err(error) => {
            let Some(problem) = error.problem() else { return Err(error.into()) };
            let reason = problem.extra.get("reason").and_then(serde_json::Value::as_str).unwrap_or("");
            draft.errors.push((field, cart_codes::refusal_text(&problem.code, reason).to_owned()));
            again(shop, visit, draft, Trouble::None).await
        }
    }
}

/// The visitor's cart, when there is something in it to order.
async fn open_cart(shop: &Shop, visit: &Visit) -> Result<Option<(Key, Cart)>, PageError> {
    let Some(key) = &visit.cart else { return Ok(None) };
    let cart = OrdersApi::of(&shop.edge, visit).cart(key).await?;
    let sellable = |cart: &Cart| {
        cart.status == "open" && !cart.lines.is_empty() && cart.lines.iter().all(|line| !line.removed)
    };
    Ok(cart.filter(sellable).map(|cart| (key.clone(), cart)))
}

/// Who goes back from the provider's page, or opens the checkout in another window, finds the order that is not paid.
async fn ordered_or_empty(shop: &Shop, visit: &Visit) -> Result<Response, PageError> {
    let cart = match &visit.cart {
        Some(key) => OrdersApi::of(&shop.edge, visit).cart(key).await?,
        None => None,
    };
    let order = cart.and_then(|cart| cart.order_id).filter(|id| is_own(visit, id));
    Ok(see_other(&order.map_or_else(|| "/cart".to_owned(), |id| format!("/orders/{id}"))))
}

/// Whether this browser may open the order: by its key, or by whoever is logged in.
fn is_own(visit: &Visit, order: &str) -> bool {
    visit.order(order).is_some() || visit.session.is_some()
}

/// Cookies that leave no cart.
pub fn without_cart(visit: &Visit) -> impl Iterator<Item = axum::http::HeaderValue> {
    [cookies::CART, cookies::CART_COUNT]
        .into_iter()
        .filter_map(|name| cookies::set(name, "", visit.secure, 0))
}

/// To the provider's page, and the cart stays for who comes back without paying; or to the order's own page, and the
/// cart is gone. The order's key is in the cookie either way.
fn placed(visit: &Visit, order: &Order) -> Response {
    let page = order.payment.as_ref().and_then(|payment| payment.redirect_url.as_deref());
    let mut response = match (order.awaits_payment(), page) {
        (true, Some(page)) => see_other(page),
        (true, None) => see_other(&format!("/orders/{}", order.id)),
        (false, _) => see_other(&format!("/orders/{}?thanks=1", order.id)),
    };
    // An account has its orders at hand; a browser that is shared shall not keep the keys to them.
    let token = order.token.as_deref().filter(|_| visit.session.is_none());
    let fresh = token.and_then(|token| Key::new(&order.id, token));
    if let Some(cookie) = fresh.and_then(|key| orders_cookie(visit, key)) {
        response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
    }
    for cookie in without_cart(visit).filter(|_| !order.awaits_payment()) {
        response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
    }
    response
}

/// The cookie of the last orders, with `key` in front.
pub fn orders_cookie(visit: &Visit, key: Key) -> Option<axum::http::HeaderValue> {
    let older = visit.orders.iter().filter(|known| known.id != key.id).cloned();
    let keys: Vec<String> =
        std::iter::once(key.clone()).chain(older).take(ORDERS_KEPT_MAX).map(|key| key.cookie()).collect();
    cookies::set(cookies::ORDERS, &keys.join("~"), visit.secure, cookies::ORDERS_AGE_S_MAX)
}

async fn refused(
    shop: &Shop,
    visit: &Visit,
    mut draft: Draft,
    error: SiblingError,
) -> Result<Response, PageError> {
    if error.is_unavailable("payment_unavailable") {
        return again(shop, visit, draft, Trouble::ProviderAway).await;
    }
    let Some(problem) = error.problem() else {
        // Whether the order was placed is unknown; the same key makes sure that sending again does not place two.
        tracing::error!(error = &error as &dyn std::error::Error, "a checkout got no answer");
        return again(shop, visit, draft, Trouble::Unknown).await;
    };
    let trouble = match problem.code.as_str() {
        "price_changed" => Trouble::Prices(member(problem, "lines")),
        "insufficient_stock" => Trouble::Stock(member(problem, "lines")),
        "cart_version_stale" => Trouble::Changed,
        "request_in_progress" => Trouble::InProgress,
        "verification_required" | "verification_failed" => {
            Trouble::Code(problem.detail.clone().unwrap_or_default())
        }
        "checkout_blocked" => Trouble::Blocked,
        "customer_blocked" => Trouble::CustomerBlocked,
        "session_ended" => return logged_out(shop, visit, draft).await,
        "delivery_not_available" => Trouble::Delivery,
        "payment_declined" => Trouble::Declined,
        "too_many_payments" => Trouble::TooManyPayments,
        "payment_method_unsupported" => {
            let why = problem.detail.as_deref().unwrap_or("Your cart cannot be paid that way.");
            draft.refused_payment(&format!("{why} Please choose another way."));
            Trouble::None
        }
        "cart_closed" => return Ok(ordered_before(visit, problem)),
        "cart_empty" | "cart_not_found" => return Ok(see_other("/cart")),
        "invalid_value" if problem.param.as_deref().is_some_and(|param| draft.refused(param)) => {
            Trouble::None
        }
        // The form was changed after it was sent: with a fresh key it is an order of its own.
        "idempotency_key_reused" => Trouble::Changed,
        _ => return Err(error.into()),
    };
    again(shop, visit, draft, trouble).await
}

fn member<T: DeserializeOwned>(problem: &Problem, name: &str) -> Vec<T> {
    problem.extra.get(name).cloned().and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

/// The cart became an order already, from another window or a form sent twice.
fn ordered_before(visit: &Visit, problem: &Problem) -> Response {
    let id = problem.extra.get("order_id").and_then(serde_json::Value::as_str);
    match id.filter(|id| is_own(visit, id)) {
        Some(id) => see_other(&format!("/orders/{id}")),
        None => see_other("/cart?refused=cart_closed"),
    }
}

/// The session ended since the page was made: without its cookie the same form is a guest's.
async fn logged_out(shop: &Shop, visit: &Visit, draft: Draft) -> Result<Response, PageError> {
    let visit = Visit { session: None, ..visit.clone() };
    let mut response = again(shop, &visit, draft, Trouble::LoggedOut).await?;
    if let Some(cookie) = cookies::set(cookies::SESSION, "", visit.secure, 0) {
        response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn again(shop: &Shop, visit: &Visit, draft: Draft, trouble: Trouble) -> Result<Response, PageError> {
    let Some((_, cart)) = open_cart(shop, visit).await? else { return Ok(see_other("/cart")) };
    // A form that may have been taken keeps its key; one that was refused gets a fresh one.
    let fresh = !matches!(trouble, Trouble::Unknown | Trouble::InProgress);
    let shopper = Shopper::of(shop, visit).await;
    let mut response = page(shop, visit, cart, shopper.as_ref(), draft, trouble, fresh).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn page(
    shop: &Shop,
    visit: &Visit,
    cart: Cart,
    account: Option<&Shopper>,
    mut draft: Draft,
    trouble: Trouble,
    fresh: bool,
) -> Result<Response, PageError> {
    let cart = taxed(shop, visit, cart, &mut draft).await?;
    let random = || hex::encode(shop.edge.random_bytes::<16>());
    let key = draft.idempotency_key().filter(|_| !fresh).map_or_else(random, str::to_owned);
    let checkout = CheckoutPage { cart: &cart, draft: &draft, trouble: &trouble, key: &key, account };
    let mut visit = visit.clone();
    visit.cart_count = cart.quantity;
    let title = if draft.errors.is_empty() { "Checkout" } else { "Please check: checkout" };
    let mut response =
        respond(shop, &visit, Cache::Private, Meta::private(title), || view(&checkout)).await?;
    headers::lead_to(&mut response, &shop.payment_pages().await);
    if visit.device.is_none()
        && let Some(cookie) =
            cookies::set(cookies::DEVICE, &random(), visit.secure, cookies::DEVICE_AGE_S_MAX)
    {
        response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The cart with the tax that comes on top, once it is filled in where it goes.
async fn taxed(shop: &Shop, visit: &Visit, cart: Cart, draft: &mut Draft) -> Result<Cart, PageError> {
    let (Some(key), Some(to), false) = (&visit.cart, draft.destination(), cart.prices_include_tax) else {
        return Ok(cart);
    };
    match OrdersApi::of(&shop.edge, visit).quote(key, &to).await {
        Ok(quoted) => Ok(quoted),
        Err(error) => {
            let param = error.problem().filter(|problem| problem.code == "invalid_value");
            match param.and_then(|problem| problem.param.clone()) {
                Some(param) => {
                    draft.refused(&param);
                    Ok(cart)
                }
                None => Err(error.into()),
            }
        }
    }
}

/// That tax came on top, where the total changed by it.
fn taxes(cart: &Cart) -> Option<String> {
    let tax = cart.delivery_options.iter().find_map(|option| option.tax.as_ref())?;
    Some(format!("Sales tax of {} comes on top.", tax.jurisdiction.trim_start_matches("US-")))
}

impl Trouble {
    /// What to do now, for people.
    pub fn text(&self, cart: &Cart) -> Vec<String> {
        use crate::components::price::amount;
        let title = |sku: &str| cart.line(sku).map_or_else(|| sku.to_owned(), |line| line.title.clone());
        match self {
            // Told where the code goes.
            Self::None | Self::Code(_) => Vec::new(),
            Self::Prices(lines) => lines
                .iter()
                .map(|PriceChange { sku, shown_price, unit_price }| {
                    let (was, is) = (amount(*shown_price), amount(*unit_price));
                    format!("The price of {} changed from {was} to {is}.", title(sku))
                })
                .chain(taxes(cart))
                .chain(["Nothing was ordered. If the new total is all right with you, please order again.".to_owned()])
                .collect(),
            Self::Stock(lines) => lines
                .iter()
                .map(|Shortage { sku, available }| match available {
                    0 => format!("{}: sold out here for now.", title(sku)),
                    n => format!("{}: only {n} left.", title(sku)),
                })
                .chain(["Nothing was ordered. Please change your cart.".to_owned()])
                .collect(),
            Self::Changed => vec!["Your cart or this page changed meanwhile. Please look it over and order again.".to_owned()],
            Self::InProgress => vec!["Your order is being placed right now. Please press the button again in a moment: it will not be placed twice.".to_owned()],
            Self::Unknown => vec!["We did not hear back in time. Please press the button again: if your order went through, it will not be placed twice.".to_owned()],
            Self::Blocked => vec!["We cannot take this order. If you think that is a mistake, please write to us.".to_owned()],
            Self::CustomerBlocked => vec!["You cannot order here at the moment: your orders are blocked. Nothing was ordered. Please contact our support, who can tell you why.".to_owned()],
            Self::LoggedOut => vec!["You are logged out. Nothing was ordered. Log in again to have the order in your account, or order without one.".to_owned()],
            Self::Declined => vec!["The payment was declined, and nothing was ordered or charged. Please choose another way to pay.".to_owned()],
            Self::ProviderAway => vec!["This way to pay is not available just now. Nothing was ordered or charged. Please choose another, or try again in a moment.".to_owned()],
            Self::TooManyPayments => vec!["Several payments were begun and not finished. Nothing was ordered. Please wait a few minutes, or choose another way to pay.".to_owned()],
            Self::Delivery => vec!["What is in your cart cannot be delivered that way. Please choose another.".to_owned()],
        }
    }
}
