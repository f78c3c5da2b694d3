//! Where one is logged in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use leptos::prelude::*;
use serde_json::Value;

use super::{api, is_logged_out, with_session};
use crate::accounts::OwnSession;
use crate::http::Visit;
use crate::http::forms::FormPairs;
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::pages::order::date;
use crate::shop::Shop;

/// The list, as a part of the account's page.
pub fn view(sessions: &[OwnSession]) -> AnyView {
    let others = sessions.iter().any(|session| !session.current);
    view! {
        <details>
            <summary>"Where you are logged in"</summary>
            <ul class="own-list" role="list">{sessions.iter().map(item).collect_view()}</ul>
            {others.then(|| view! {
                <form action="/account/sessions" method="post">
                    <button class="button">"Log out everywhere else"</button>
                </form>
            })}
        </details>
    }
    .into_any()
}

fn item(session: &OwnSession) -> AnyView {
    let day = date(session.created_ms);
    view! {
        <li>
            <p>"Since "<time datetime=day.clone()>{day.clone()}</time>{session.current.then_some(", here")}</p>
            {(!session.current).then(|| view! {
                <form action="/account/sessions" method="post">
                    <input type="hidden" name="id" value=session.id.clone() />
                    <button class="link" aria-label=format!("Log out, since {day}")>"Log out"</button>
                </form>
            })}
        </li>
    }
    .into_any()
}

/// `POST /account/sessions`: ends the one that the form names, or all others.
pub async fn end(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let path = match form.get("id") {
        Some(id) if plain(id) => format!("/sessions/{id}"),
        Some(_) => return Err(PageError::NotFound),
        None => "/sessions".to_owned(),
    };
    match api(&shop, &visit).ask(Method::DELETE, &path, Value::Null).await {
        Err(error) if is_logged_out(&error) => Ok(with_session(&visit, "/account/login", None)),
        // It has ended by itself.
        Err(error) if !error.is("session_not_found") => Err(error.into()),
        _ => Ok(see_other("/account")),
    }
}
