//! The cart: what is in it, what changed since it was put there, what it comes to.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kiosk_ids::Sku;
use leptos::prelude::*;

use super::home::pieces;
use super::{PageError, cart_claim, cart_codes};
use crate::components::card::picture;
use crate::components::icons;
use crate::components::price::amount;
use crate::components::shell::{Cache, Meta, respond};
use crate::components::stock::LINE_QUANTITY_MAX;
use crate::components::sums;
use crate::http::forms::{FormPairs, Pairs, QueryPairs};
use crate::http::{Name, Visit, cookies};
use crate::islands::stepper::LineQuantity;
use crate::orders::{Cart, CartLine, Key, Order, OrdersApi};
use crate::shop::Shop;
use crate::sibling::SiblingError;

/// `GET /cart`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    mut visit: Visit,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, PageError> {
    let api = OrdersApi::of(&shop.edge, &visit);
    let kept = match &visit.cart {
        Some(key) => api.cart(key).await?,
        None => None,
    };
    let unpaid = match kept.as_ref().and_then(|cart| cart.order_id.as_deref()) {
        Some(id) => api.order(id, visit.order(id)).await.ok().flatten().filter(Order::awaits_payment),
        None => None,
    };
    let cart = kept.filter(|cart| cart.status == "open");
    let left_out = cart_claim::left_out(&shop, &pairs).await?;
    visit.cart_count = cart.as_ref().map_or(0, |cart| cart.quantity);
    let refusal = pairs.get("refused").map(refusal_text);
    let lines = cart.as_ref().map_or(0, |cart| cart.lines.len());
    let mut response = respond(&shop, &visit, Cache::Private, Meta::private("Cart"), || {
        view! {
            <div class="wrap">
                <h1>"Your cart"</h1>
                {refusal.map(|text| notice("notice notice-bad", text.to_owned()))}
                {left_out.map(|text| notice("notice", text))}
                {unpaid.map(|order| view! {
                    <div class="notice" role="status">
                        {icons::notice()}
                        <p>"What you ordered is not paid yet. "<a href=format!("/orders/{}", order.id)>"Finish or cancel the payment"</a></p>
                    </div>
                })}
                {match &cart {
                    Some(cart) if lines > 0 => full(cart, &pairs).into_any(),
                    _ => empty().into_any(),
                }}
            </div>
        }
    })
    .await?;
    remember(&mut response, &visit, visit.cart.as_ref(), visit.cart_count);
    Ok(response)
}

/// `POST /cart/lines`: adds pieces of a SKU, with a new cart when there is none.
pub async fn add(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let sku =
        Sku::parse(form.text("sku")).map_err(|_| PageError::BadForm(StatusCode::UNPROCESSABLE_ENTITY))?;
    let quantity = form.get("quantity").unwrap_or("1").parse().unwrap_or(0);
    let api = OrdersApi::of(&shop.edge, &visit);
    let (key, cart) = open_cart(api, visit.cart.as_ref()).await?;
    let answer = api.add_line(&key, cart, sku.as_str(), quantity).await;
    changed(&visit, &key, answer)
}

/// `POST /cart/lines/{sku}`: sets the pieces of a line, or takes it out.
pub async fn update(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(sku): Name,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let sku = Sku::parse(&sku).map_err(|_| PageError::NotFound)?;
    let Some(key) = &visit.cart else { return Ok(see_other("/cart")) };
    let api = OrdersApi::of(&shop.edge, &visit);
    let answer = if form.get("remove").is_some() {
        api.remove_line(key, sku.as_str()).await
    } else {
        api.set_line(key, sku.as_str(), form.text("quantity").parse().unwrap_or(0), None).await
    };
    changed(&visit, key, answer)
}

/// The visitor's open cart; when there is none or it was ordered, the account's, or a new one.
async fn open_cart(api: OrdersApi<'_>, key: Option<&Key>) -> Result<(Key, Cart), SiblingError> {
    if let Some(key) = key
        && let Some(cart) = api.cart(key).await?
        && cart.status == "open"
    {
        return Ok((key.clone(), cart));
    }
    if api.session.is_some() {
        match api.claim_cart(None).await {
            Ok((key, claimed)) => return Ok((key, claimed.cart)),
            // Logged out or not to be asked just now: a guest's cart does until the next login.
            Err(error) => tracing::debug!(%error, "the account's cart was not claimed"),
        }
    }
    api.create_cart().await
}

fn changed(visit: &Visit, key: &Key, answer: Result<Cart, SiblingError>) -> Result<Response, PageError> {
    let cart = match answer {
        Ok(cart) => cart,
        Err(error) => {
            let Some(problem) = error.problem() else { return Err(error.into()) };
            let mut response = if visit.wants_json {
                let text = refusal_text(&problem.code);
                (error.status(), axum::Json(serde_json::json!({ "message": text }))).into_response()
            } else {
                see_other(&format!("/cart?refused={}", problem.code))
            };
            remember(&mut response, visit, Some(key), visit.cart_count);
            return Ok(response);
        }
    };
    let mut response = if visit.wants_json {
        axum::Json(serde_json::json!({ "version": cart.version, "quantity": cart.quantity })).into_response()
    } else {
        see_other("/cart")
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    remember(&mut response, visit, Some(key), cart.quantity);
    Ok(response)
}

/// 303: the browser fetches `location` anew, so that going back or reloading sends nothing twice.
pub fn see_other(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// Puts the key to the cart and its pieces into cookies.
pub fn remember(response: &mut Response, visit: &Visit, key: Option<&Key>, quantity: u32) {
    let Some(key) = key else { return };
    let age_s = cookies::CART_AGE_S_MAX;
    let pairs = [(cookies::CART, key.cookie()), (cookies::CART_COUNT, quantity.to_string())];
    for (name, value) in pairs {
        if let Some(cookie) = cookies::set(name, &value, visit.secure, age_s) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// Why a change was refused, for people.
fn refusal_text(code: &str) -> &'static str {
    match code {
        "sku_not_found" => "This piece is no longer sold here.",
        "invalid_value" => "A line of the cart takes 1 to 99 pieces.",
        "currency_mismatch" => {
            "This piece is priced in another currency than your cart. Please order what is in the cart first."
        }
        "cart_full" => "Your cart holds as many different pieces as it can. Please order these first.",
        "cart_closed" => "This cart was ordered already. What you add now goes into a new one.",
        "cart_not_found" => "That cart is not there any more. What you add now goes into a new one.",
        "cart_version_stale" => "Your cart was changed in another window. Here is how it stands now.",
        _ => "That could not be done. Please try again.",
    }
}

/// A message that stands out.
pub fn notice(class: &'static str, text: String) -> AnyView {
    view! { <p class=class role="status">{icons::notice()}<span>{text}</span></p> }.into_any()
}

fn empty() -> AnyView {
    view! {
        <section class="empty">
            <p class="lead">"There is nothing in it yet."</p>
            <p><a class="button button-main" href="/">"Look around"</a></p>
        </section>
    }
    .into_any()
}

fn full(cart: &Cart, query: &Pairs) -> AnyView {
    let blocked = cart.lines.iter().any(|line| line.removed);
    let said = format!("Cart: {}, {}", pieces(cart.quantity), cart.subtotal.map(amount).unwrap_or_default());
    view! {
        <p class="vh" data-say="">{said}</p>
        <div class="cart">
            <ul class="lines" role="list">{cart.lines.iter().map(line).collect_view()}</ul>
            <aside class="summary" aria-labelledby="summary">
                <h2 id="summary">"Summary"</h2>
                <dl class="sums">
                    <div><dt>"Goods"</dt><dd>{cart.list_subtotal.or(cart.subtotal).map(amount)}</dd></div>
                    {sums::discounts(&cart.discounts)}
                    {delivery(cart)}
                </dl>
                {cart_codes::view(cart, query)}
                {if blocked {
                    view! { <p class="hint">"Please take out what is no longer sold, then go on."</p> }.into_any()
                } else {
                    view! { <a class="button button-main button-wide" href="/checkout">"To the checkout"</a> }.into_any()
                }}
                <p class="hint">{taxes(cart)}" Pieces are set aside for you when you order."</p>
            </aside>
        </div>
    }.into_any()
}

fn taxes(cart: &Cart) -> &'static str {
    if cart.prices_include_tax {
        "Prices include tax."
    } else {
        "Prices include VAT; US sales tax is added at the checkout."
    }
}

/// The delivery that the checkout proposes.
fn delivery(cart: &Cart) -> AnyView {
    let row = cart.delivery_options.first().map(|option| {
        view! {
            <div><dt>{option.name.clone()}</dt><dd>{sums::delivery(option.price, option.list_price)}</dd></div>
            {sums::paid(option.gift_cards, option.due)}
        }
    });
    row.into_any()
}

fn line(line: &CartLine) -> AnyView {
    let field = format!("quantity-{}", line.sku);
    let max = line.available.clamp(1, LINE_QUANTITY_MAX).max(line.quantity);
    let title = line.title.clone();
    let label = format!("Quantity of {title}");
    let heading = match &line.handle {
        Some(handle) => {
            let link = format!("/p/{handle}?sku={}", line.sku);
            view! { <a href=link>{title.clone()}</a> }.into_any()
        }
        None => title.clone().into_any(),
    };
    let options =
        (!line.options.is_empty()).then(|| view! { <p class="line-options">{line.options.join(", ")}</p> });
    let total = sums::struck(line.line_total.filter(|_| !line.removed), line.list_total);
    let each = line.unit_price.filter(|_| line.quantity > 1 && !line.removed);
    view! {
        <li class="line" class:is-removed=line.removed>
            <div class="line-picture">{picture(line.picture.as_deref(), true)}</div>
            <div class="line-what">
                <h2>{heading}</h2>
                {options}
                {line.vendor.as_ref().map(|vendor| view! { <p class="line-vendor">{vendor.name.clone()}</p> })}
                {line.bulky.then(|| view! { <p class="line-options">"Comes by freight, or you pick it up"</p> })}
                {line_notices(line)}
            </div>
            <div class="line-count">
                {(!line.removed).then(|| view! {
                    <form action=format!("/cart/lines/{}", line.sku) method="post" data-swap="">
                        <LineQuantity id=field label=label quantity=line.quantity max=max />
                        <button class="link no-script">"Update"<span class="vh">" quantity of "{title.clone()}</span></button>
                    </form>
                })}
                <form action=format!("/cart/lines/{}", line.sku) method="post" data-swap="">
                    <input type="hidden" name="remove" value="1" />
                    <button class="link">"Remove"<span class="vh">" "{title}</span></button>
                </form>
            </div>
            <div class="line-sum">
                <p class="line-total">{total}</p>
                {each.map(|price| view! { <p class="line-each">{amount(price)}" each"</p> })}
            </div>
        </li>
    }.into_any()
}

/// What the shopper has to know about a line before ordering it.
pub fn line_notices(line: &CartLine) -> AnyView {
    let price = (line.price_changed && !line.removed)
        .then(|| {
            Some(format!(
                "The price changed from {} to {}.",
                amount(line.shown_price?),
                amount(line.unit_price?)
            ))
        })
        .flatten();
    let stock = match line.available {
        _ if line.removed => Some("No longer sold here.".to_owned()),
        0 => Some("Sold out here for now.".to_owned()),
        n if n < line.quantity => Some(format!("Only {n} left.")),
        _ => None,
    };
    [price, stock]
        .into_iter()
        .flatten()
        .map(|text| view! { <p class="line-notice">{text}</p> })
        .collect_view()
        .into_any()
}
