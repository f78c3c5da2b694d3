//! Codes of discounts and gift cards: fields on the cart and the checkout, and what is said when one is refused.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use kiosk_ids::GiftCardId;
use leptos::prelude::*;

use super::PageError;
use super::cart::{remember, see_other};
use crate::components::price::amount;
use crate::http::Visit;
use crate::http::forms::{FormPairs, Pairs};
use crate::orders::{Cart, CartCode, CartGiftCard, Key, OrdersApi};
use crate::shop::Shop;
use crate::sibling::SiblingError;

/// Name and id of the field for a discount's code.
pub const CODE: &str = "discount_code";
/// Name and id of the field for a gift card's code.
pub const GIFT_CARD: &str = "gift_card_code";
/// Longest code, in characters.
const CODE_CHARS_MAX: usize = 64;

/// `POST /cart/code`: uses a code, or none any more.
pub async fn put_code(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    change(&shop, &visit, &form, CODE).await
}

/// `POST /cart/gift-cards`: pays with a gift card, or with one no more.
pub async fn put_gift_card(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    change(&shop, &visit, &form, GIFT_CARD).await
}

async fn change(
    shop: &Shop,
    visit: &Visit,
    form: &Pairs,
    field: &'static str,
) -> Result<Response, PageError> {
    let Some(key) = &visit.cart else { return Ok(see_other("/cart")) };
    let api = OrdersApi::of(&shop.edge, visit);
    let answer = match form.get("remove") {
        None => apply(api, key, form, field).await,
        Some(_) if field == CODE => api.put_code(key, None).await,
        Some(id) => {
            let id = GiftCardId::parse(id).map_err(|_| PageError::NotFound)?;
            api.remove_gift_card(key, &id).await
        }
    };
    let (to, count) = match answer {
        Ok(cart) => ("/cart#codes".to_owned(), cart.quantity),
        Err(error) => {
            let Some(problem) = error.problem() else { return Err(error.into()) };
            let reason = problem.extra.get("reason").and_then(serde_json::Value::as_str).unwrap_or("");
            (format!("/cart?{field}={}.{reason}#{field}", problem.code), visit.cart_count)
        }
    };
    let mut response = see_other(&to);
    remember(&mut response, visit, Some(key), count);
    Ok(response)
}

/// Has the cart use the code that stands in `field` of a form.
pub async fn apply(api: OrdersApi<'_>, key: &Key, form: &Pairs, field: &str) -> Result<Cart, SiblingError> {
    match field {
        CODE => api.put_code(key, Some(form.text(CODE))).await,
        _ => api.add_gift_card(key, form.text(GIFT_CARD)).await,
    }
}

/// The field whose button sent the checkout's form; none when the order was to be placed.
pub fn field(form: &Pairs) -> Option<&'static str> {
    let pressed = form.get("apply")?;
    [CODE, GIFT_CARD].into_iter().find(|field| *field == pressed)
}

/// What the address of the cart's page says of a refusal, `<code>.<reason>`, for people.
pub fn refused(query: &Pairs, field: &str) -> Option<&'static str> {
    let (code, reason) = query.get(field)?.split_once('.')?;
    Some(refusal_text(code, reason))
}

/// Why a code was refused, for people.
pub fn refusal_text(code: &str, reason: &str) -> &'static str {
    match code {
        "invalid_value" => "Please type the code as it was given to you: letters, digits and dashes.",
        "code_unknown" => "We do not know this code, or it is not valid at the moment.",
        "code_used_up" => "This discount is used up, so the code takes nothing off any more.",
        "code_not_applicable" => unfit_text(reason),
        "gift_card_refused" => {
            "This gift card cannot be used. Please check its code; it may also be empty or out of date."
        }
        "gift_cards_full" => "No more gift cards fit into one order. Please use the others first.",
        "currency_mismatch" => "This gift card is in another currency than your cart.",
        "too_many_codes" => "Too many codes were tried. Please wait a few minutes.",
        "cart_empty" => "Please put something into your cart first.",
        _ => "That could not be done. Please try again.",
    }
}

/// Why a code takes nothing off, for people.
fn unfit_text(reason: &str) -> &'static str {
    match reason {
        "ended" => "This discount is over.",
        "currency" => "This code is for goods in another currency.",
        "minimum" => "The goods that this code is for do not come to its minimum yet.",
        "used_up" => "This discount is used up.",
        "beaten" => "Other discounts take more off, so this one is not used.",
        _ => "This code is for other goods than those in your cart.",
    }
}

/// The fields of the cart's page, and what is used.
pub fn view(cart: &Cart, query: &Pairs) -> AnyView {
    let form = |field: &'static str, action: &'static str, label: &'static str| {
        view! { <form class="code-form" action=action method="post">{input(field, label, "", refused(query, field), None)}</form> }
    };
    view! {
        <section class="codes" id="codes" aria-label="Codes and gift cards">
            {cart.code.as_ref().map(code)}
            {cart.code.is_none().then(|| form(CODE, "/cart/code", "Discount code"))}
            {cart.gift_cards.iter().map(gift_card).collect_view()}
            {form(GIFT_CARD, "/cart/gift-cards", "Gift card")}
        </section>
    }
    .into_any()
}

/// The fields of the checkout, whose buttons send all of its form.
pub fn checkout_view(cart: &Cart, typed: &str, errors: [Option<&str>; 2]) -> AnyView {
    let [code_error, card_error] = errors;
    let said = cart.code.as_ref().map(|code| {
        let reason = code.reason.as_deref().map(unfit_text);
        view! { <p class="hint">{format!("Code {}. ", code.code)}{reason}</p> }
    });
    view! {
        <div class="codes" id="codes">
            {said}
            {input(CODE, "Discount code", typed, code_error, Some(CODE))}
            {input(GIFT_CARD, "Gift card", "", card_error, Some(GIFT_CARD))}
        </div>
    }
    .into_any()
}

/// A field with its button. `apply` names the field in a form that has other buttons.
fn input(
    field: &'static str,
    label: &'static str,
    value: &str,
    error: Option<&str>,
    apply: Option<&'static str>,
) -> AnyView {
    let error_id = format!("{field}-error");
    view! {
        <div class="field" class:is-wrong=error.is_some()>
            <label for=field>{label}</label>
            <div class="code-row">
                <input id=field name=field type="text" autocomplete="off" autocapitalize="characters" spellcheck="false"
                    maxlength=CODE_CHARS_MAX value=value.to_owned() aria-invalid=error.map(|_| "true")
                    aria-describedby=error.map(|_| error_id.clone()) />
                <button class="button" name=apply.map(|_| "apply") value=apply>"Use"<span class="vh">" "{label.to_lowercase()}</span></button>
            </div>
            {error.map(|text| view! { <p class="field-error" id=error_id>{text.to_owned()}</p> })}
        </div>
    }
    .into_any()
}

fn code(code: &CartCode) -> AnyView {
    let name = code.name.clone().unwrap_or_else(|| "Code".to_owned());
    view! {
        <form class="code-used" action="/cart/code" method="post">
            <p>{format!("{name}: ")}<code>{code.code.clone()}</code></p>
            {code.reason.as_deref().map(|reason| view! { <p class="line-notice">{unfit_text(reason)}</p> })}
            <input type="hidden" name="remove" value="1" />
            <button class="link">"Remove"<span class="vh">" the code"</span></button>
        </form>
    }
    .into_any()
}

fn gift_card(card: &CartGiftCard) -> AnyView {
    let left = if card.balance.amount > 0 {
        format!("Gift card with {}", amount(card.balance))
    } else {
        "Gift card, which has nothing left".to_owned()
    };
    view! {
        <form class="code-used" action="/cart/gift-cards" method="post">
            <p>{left}</p>
            <input type="hidden" name="remove" value=card.id.clone() />
            <button class="link">"Remove"<span class="vh">" the gift card"</span></button>
        </form>
    }
    .into_any()
}
