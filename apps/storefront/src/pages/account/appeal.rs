//! `/account/appeal`: why an account cannot buy, and what its owner says to that.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

use super::form::notice;
use crate::components::field::area_text;
use crate::components::shell::{Cache, Meta, respond};
use crate::http::Visit;
use crate::http::forms::FormPairs;
use crate::orders::{OrdersApi, Standing};
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::shop::Shop;

/// Most characters of an appeal.
const TEXT_CHARS_MAX: usize = 1_000;

/// `GET /account/appeal`
pub async fn show(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    let Some(standing) = standing(&shop, &visit).await? else { return Ok(see_other("/account/login")) };
    page(&shop, &visit, &standing, "", None).await
}

/// `POST /account/appeal`
pub async fn send(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    if visit.session.is_none() {
        return Ok(see_other("/account/login"));
    }
    let text = form.text("text");
    let trouble = if text.is_empty() {
        "Please tell us why the block is wrong."
    } else {
        match OrdersApi::of(&shop.edge, &visit).appeal(text).await {
            Ok(_) => return Ok(see_other("/account/appeal")),
            // It was made before, or the block is gone: the page says which.
            Err(error) if error.is("appeal_not_possible") => return Ok(see_other("/account/appeal")),
            Err(error) if error.is("session_ended") => return Ok(see_other("/account/login")),
            Err(error) if error.is("invalid_value") => "Please say it in fewer words.",
            Err(error) => return Err(error.into()),
        }
    };
    let Some(standing) = standing(&shop, &visit).await? else { return Ok(see_other("/account/login")) };
    page(&shop, &visit, &standing, text, Some(trouble)).await
}

/// What the account's page says of a block.
pub(super) fn invitation() -> AnyView {
    view! {
        <section aria-labelledby="blocked">
            <h2 id="blocked">"Your orders are blocked"</h2>
            <p>"You cannot order at the moment. "<a href="/account/appeal">"Why, and what you can do"</a></p>
        </section>
    }
    .into_any()
}

/// The standing of who is logged in; none for nobody.
async fn standing(shop: &Shop, visit: &Visit) -> Result<Option<Standing>, PageError> {
    if visit.session.is_none() {
        return Ok(None);
    }
    match OrdersApi::of(&shop.edge, visit).standing().await {
        Ok(standing) => Ok(Some(standing)),
        Err(error) if error.is("session_ended") => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn page(
    shop: &Shop,
    visit: &Visit,
    standing: &Standing,
    text: &str,
    trouble: Option<&'static str>,
) -> Result<Response, PageError> {
    let main = || {
        view! {
            <div class="wrap own">
                <h1>"Your orders"</h1>
                {trouble.map(notice)}
                {body(standing, text)}
                <p><a href="/account">"To your account"</a></p>
            </div>
        }
        .into_any()
    };
    let meta = Meta::private("Blocked orders");
    let mut response = respond(shop, visit, Cache::Private, meta, main).await?;
    if trouble.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn body(standing: &Standing, text: &str) -> AnyView {
    match (standing.blocked, standing.appeal.as_deref()) {
        (false, _) => view! { <p>"You can order. Nothing is blocked."</p> }.into_any(),
        (true, Some("open")) => view! {
            <p><strong>"We have your appeal."</strong>" Somebody will look at it, and this page will say what becomes of it. "
                "Until then you cannot order."</p>
        }
        .into_any(),
        (true, Some("refused")) => view! {
            <p><strong>"We have looked at your appeal, and the block stays."</strong>" If you have something new to tell us, "
                "please write to our support."</p>
        }
        .into_any(),
        (true, _) => form(text),
    }
}

fn form(text: &str) -> AnyView {
    let text = area_text(text);
    view! {
        <p>"Your orders are blocked: one of them was found to be fraud, or to belong to one that was. We know that we can be "
            "wrong. Tell us what happened, and somebody other than a machine looks at it."</p>
        <form class="own-form" method="post" action="/account/appeal" data-once="">
            <div class="field">
                <label for="text">"Why the block is wrong"</label>
                <textarea id="text" name="text" rows="6" required=true maxlength=TEXT_CHARS_MAX.to_string()
                    aria-describedby="text-hint">{text}</textarea>
                <p class="field-hint" id="text-hint">"Leave out names, addresses and numbers: we take them out before anybody reads it."</p>
            </div>
            <button class="button button-main">"Send the appeal"</button>
        </form>
    }
    .into_any()
}
