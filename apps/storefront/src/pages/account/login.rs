//! Logging in and out.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::form::{EMAIL, Field, FormPage, PASSWORD, Trouble, show_with};
use super::{api, logged_in, passkeys, with_session};
use crate::http::Visit;
use crate::http::forms::{FormPairs, Pairs};
use crate::pages::PageError;
use crate::shop::Shop;

const FIELDS: [Field; 2] = [EMAIL, PASSWORD];

pub(super) const PAGE: FormPage = FormPage {
    title: "Log in",
    lead: "With the e-mail address and the password of your account.",
    action: "/account/login",
    submit: "Log in",
    fields: &FIELDS,
    links: &[
        ("I have no account: register", "/account/register"),
        ("I forgot my password", "/account/reset"),
    ],
};

/// `GET /account/login`
pub async fn show(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    page(&shop, &visit, &Pairs::default(), None).await
}

/// The page, with the other way in below the form.
pub(super) async fn page(
    shop: &Shop,
    visit: &Visit,
    pairs: &Pairs,
    trouble: Option<&Trouble>,
) -> Result<Response, PageError> {
    show_with(shop, visit, &PAGE, pairs, trouble, || passkeys::login_view(shop)).await
}

/// `POST /account/login`
pub async fn send(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    match api(&shop, &visit).log_in(form.text("email"), form.raw("password")).await {
        Ok(session) => Ok(logged_in(&shop, &visit, &session.token).await),
        Err(error) => page(&shop, &visit, &form, Some(&Trouble::of(error, |name| PAGE.has(name))?)).await,
    }
}

/// `POST /account/logout`
pub async fn log_out(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    if visit.session.is_some()
        && let Err(error) = api(&shop, &visit).log_out().await
    {
        // One that has ended already is as good as logged out.
        error.problem().ok_or(()).map(drop).or(Err(error))?;
    }
    Ok(with_session(&visit, "/", None))
}
