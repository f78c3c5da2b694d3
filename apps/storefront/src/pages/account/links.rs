//! Where the links of mails lead. A link only shows a page: mail programs that look at links change nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use serde_json::json;

use super::form::{EMAIL, Field, FormPage, NEW_PASSWORD, Trouble, said, show};
use super::{api, with_session};
use crate::http::Visit;
use crate::http::forms::{FormPairs, Pairs, QueryPairs};
use crate::pages::PageError;
use crate::shop::Shop;

const ANOTHER: (&str, &str) = ("To the login", "/account/login");

const VERIFY: FormPage = FormPage {
    title: "Confirm your e-mail address",
    lead: "One press, and your account is ready.",
    action: "/account/verify",
    submit: "Confirm",
    fields: &[],
    links: &[("Register again to get another link", "/account/register")],
};

const RESET_FIELDS: [Field; 1] = [EMAIL];
const RESET: FormPage = FormPage {
    title: "Choose a new password",
    lead: "Tell us the e-mail address of your account, and we send you a link.",
    action: "/account/reset",
    submit: "Send the link",
    fields: &RESET_FIELDS,
    links: &[
        ("I remember it: log in", "/account/login"),
        ("I have no account: register", "/account/register"),
    ],
};

const PASSWORD_FIELDS: [Field; 1] = [NEW_PASSWORD];
const PASSWORD: FormPage = FormPage {
    title: "Choose a new password",
    lead: "You are logged out everywhere when you have chosen it.",
    action: "/account/password",
    submit: "Set the password",
    fields: &PASSWORD_FIELDS,
    links: &[("Get another link", "/account/reset")],
};

const NEW_EMAIL: FormPage = FormPage {
    title: "Confirm your new e-mail address",
    lead: "One press, and your account has this address from now on.",
    action: "/account/email",
    submit: "Confirm",
    fields: &[],
    links: &[("To your account", "/account")],
};

/// `GET /account/verify?token=`
pub async fn show_verify(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    QueryPairs(query): QueryPairs,
) -> Result<Response, PageError> {
    show(&shop, &visit, &VERIFY, &query, None).await
}

/// `POST /account/verify`
pub async fn verify(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let body = json!({ "token": form.text("token") });
    match api(&shop, &visit).ask(Method::POST, "/verification", body).await {
        Ok(()) => said(&shop, &visit, "Your account is ready", "Your address is confirmed.", ANOTHER).await,
        Err(error) => {
            show(&shop, &visit, &VERIFY, &form, Some(&Trouble::of(error, |name| VERIFY.has(name))?)).await
        }
    }
}

/// `GET /account/reset`
pub async fn show_reset(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    show(&shop, &visit, &RESET, &Pairs::default(), None).await
}

/// `POST /account/reset`
pub async fn reset(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    match api(&shop, &visit).ask(Method::POST, "/reset", json!({ "email": form.text("email") })).await {
        Ok(()) => {
            let text = "If there is an account with this address, a mail is on its way to it. Its link works for an hour.";
            said(&shop, &visit, "Look into your mailbox", text, ANOTHER).await
        }
        Err(error) => {
            show(&shop, &visit, &RESET, &form, Some(&Trouble::of(error, |name| RESET.has(name))?)).await
        }
    }
}

/// `GET /account/password?token=`
pub async fn show_password(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    QueryPairs(query): QueryPairs,
) -> Result<Response, PageError> {
    show(&shop, &visit, &PASSWORD, &query, None).await
}

/// `POST /account/password`
pub async fn password(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let body = json!({ "token": form.text("token"), "password": form.raw("password") });
    match api(&shop, &visit).ask(Method::PUT, "/reset", body).await {
        Ok(()) => Ok(with_session(&visit, "/account/login", None)),
        Err(error) => {
            show(&shop, &visit, &PASSWORD, &form, Some(&Trouble::of(error, |name| PASSWORD.has(name))?)).await
        }
    }
}

/// `GET /account/email?token=`
pub async fn show_email(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    QueryPairs(query): QueryPairs,
) -> Result<Response, PageError> {
    show(&shop, &visit, &NEW_EMAIL, &query, None).await
}

/// `POST /account/email`
pub async fn email(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    match api(&shop, &visit).ask(Method::PUT, "/email", json!({ "token": form.text("token") })).await {
        Ok(()) => {
            let text = "Mails go to your new address from now on, and you log in with it.";
            said(&shop, &visit, "Your address was changed", text, ("To your account", "/account")).await
        }
        Err(error) => {
            show(&shop, &visit, &NEW_EMAIL, &form, Some(&Trouble::of(error, |name| NEW_EMAIL.has(name))?))
                .await
        }
    }
}
