//! Passkeys as a second way in. Devices make and use them by script, so what needs one is hidden until the script shows it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use serde_json::{Value, json};

use super::form::{Field, FormPage, PASSWORD, Trouble};
use super::overview::{self, Refused};
use super::{api, is_logged_out, logged_in, login, with_session};
use crate::accounts::OwnPasskey;
use crate::components::field;
use crate::http::Visit;
use crate::http::forms::{FormPairs, Pairs};
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::pages::order::date;
use crate::shop::Shop;
use crate::sibling::SiblingError;

const SCRIPT: &str = "passkeys.js";

const FIELDS: [Field; 2] = [
    Field::required("passkey-name", "What you call this device", "text", "off", 60),
    Field { name: "passkey-password", label: "Your password", ..PASSWORD },
];
const PAGE: FormPage = FormPage {
    title: "Passkeys",
    lead: "",
    action: "/account/passkeys",
    submit: "Add a passkey",
    fields: &FIELDS,
    links: &[],
};

fn script(shop: &Shop) -> AnyView {
    view! { <script type="module" src=shop.assets.url(SCRIPT)></script> }.into_any()
}

/// The other way in, below the login's form.
pub(super) fn login_view(shop: &Shop) -> AnyView {
    view! {
        <form action="/account/login/passkey" method="post" hidden data-passkey="get"
            data-options="/account/login/passkey/options">
            <input type="hidden" name="credential" />
            <button class="button">"Log in with a passkey"</button>
            <p class="field-error" role="alert"></p>
        </form>
        {script(shop)}
    }
    .into_any()
}

/// One's passkeys, as a part of the account's page.
pub(super) fn view(shop: &Shop, passkeys: &[OwnPasskey], refused: Option<&Refused<'_>>) -> AnyView {
    let own = refused.filter(|refused| refused.page.action == PAGE.action);
    let empty = Pairs::default();
    let field = |field: &Field| {
        let value =
            if field.kind == "password" { "" } else { own.map_or(&empty, |own| own.pairs).text(field.name) };
        let error = own.filter(|own| own.trouble.field.as_deref() == Some(field.name));
        field::view(field, value, error.map(|own| own.trouble.text.as_str()))
    };
    // Without any there is nothing to see until the script finds that one can be added.
    view! {
        <details open=own.is_some() hidden=passkeys.is_empty() data-passkeys="">
            <summary>{PAGE.title}</summary>
            <p>"Log in with your fingerprint, your face or the lock of your device instead of the password."</p>
            <ul class="own-list" role="list">{passkeys.iter().map(item).collect_view()}</ul>
            <form class="own-form" action=PAGE.action method="post" hidden data-passkey="create"
                data-options="/account/passkeys/options">
                <input type="hidden" name="credential" />
                {FIELDS.iter().map(field).collect_view()}
                <button class="button button-main">{PAGE.submit}</button>
                <p class="field-error" role="alert"></p>
            </form>
        </details>
        {script(shop)}
    }
    .into_any()
}

fn item(passkey: &OwnPasskey) -> AnyView {
    let used =
        passkey.used_ms.map_or("not used yet".to_owned(), |used_ms| format!("last used {}", date(used_ms)));
    view! {
        <li>
            <p>{format!("{}, added {}, {used}", passkey.name, date(passkey.created_ms))}</p>
            <form action="/account/passkeys/remove" method="post">
                <input type="hidden" name="id" value=passkey.id.clone() />
                <button class="link" aria-label=format!("Remove {}", passkey.name)>"Remove"</button>
            </form>
        </li>
    }
    .into_any()
}

/// What the script asks for: the options, or why there are none.
fn answer(options: Result<Value, SiblingError>, page: &FormPage) -> Result<Response, PageError> {
    match options {
        Ok(options) => Ok(Json(options).into_response()),
        Err(error) => {
            let trouble = Trouble::of(error, |name| page.has(name))?;
            Ok((trouble.status, Json(json!({ "message": trouble.text }))).into_response())
        }
    }
}

/// `POST /account/login/passkey/options`, by script.
pub async fn login_options(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    answer(api(&shop, &visit).login_options().await, &login::PAGE)
}

/// `POST /account/login/passkey`
pub async fn log_in(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    match api(&shop, &visit).log_in_with_passkey(&credential(&form)).await {
        Ok(session) => Ok(logged_in(&shop, &visit, &session.token).await),
        Err(error) => {
            let trouble = Trouble::of(error, |_| false)?;
            login::page(&shop, &visit, &Pairs::default(), Some(&trouble)).await
        }
    }
}

/// What the device answered; nothing where it is not JSON, which edge-accounts refuses.
fn credential(form: &Pairs) -> Value {
    serde_json::from_str(form.text("credential")).unwrap_or_default()
}

/// `POST /account/passkeys/options`, by script.
pub async fn options(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    answer(api(&shop, &visit).passkey_options(form.raw("passkey-password")).await, &PAGE)
}

/// `POST /account/passkeys`
pub async fn add(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let body = json!({ "name": form.text("passkey-name"), "credential": credential(&form) });
    let Err(error) = api(&shop, &visit).ask(Method::POST, "/passkeys", body).await else {
        return Ok(see_other("/account"));
    };
    if is_logged_out(&error) {
        return Ok(with_session(&visit, "/account/login", None));
    }
    let is_name = error.problem().is_some_and(|problem| problem.param.as_deref() == Some("name"));
    let mut trouble = Trouble::of(error, |name| name == "name")?;
    trouble.field = is_name.then(|| "passkey-name".to_owned());
    overview::page(&shop, &visit, Some(Refused { page: &PAGE, pairs: &form, trouble })).await
}

/// `POST /account/passkeys/remove`
pub async fn remove(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let id = form.text("id");
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(PageError::NotFound);
    }
    match api(&shop, &visit).ask(Method::DELETE, &format!("/passkeys/{id}"), Value::Null).await {
        Err(error) if is_logged_out(&error) => Ok(with_session(&visit, "/account/login", None)),
        Err(error) if !error.is("passkey_not_found") => Err(error.into()),
        _ => Ok(see_other("/account")),
    }
}
