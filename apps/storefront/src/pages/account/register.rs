//! Registration.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use serde_json::json;

use super::api;
use super::form::{EMAIL, Field, FormPage, NEW_PASSWORD, Trouble, said, show as show_form};
use crate::http::Visit;
use crate::http::forms::{FormPairs, Pairs};
use crate::pages::PageError;
use crate::shop::Shop;

const FIELDS: [Field; 3] = [Field::required("name", "Full name", "text", "name", 120), EMAIL, NEW_PASSWORD];

const PAGE: FormPage = FormPage {
    title: "Make an account",
    lead: "You can buy without one. With one, your addresses are at hand.",
    action: "/account/register",
    submit: "Register",
    fields: &FIELDS,
    links: &[("I have an account: log in", "/account/login"), ("I forgot my password", "/account/reset")],
};

/// `GET /account/register`
pub async fn show(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    show_form(&shop, &visit, &PAGE, &Pairs::default(), None).await
}

/// `POST /account/register`
pub async fn send(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let text = |name: &str| form.text(name);
    // A password is taken as typed, spaces at its ends included.
    let body = json!({ "name": text("name"), "email": text("email"), "password": form.raw("password") });
    match api(&shop, &visit).ask(Method::POST, "", body).await {
        Ok(()) => {
            let text = "We sent you a mail: please follow its link within a day, then log in. If you have an account \
                        already, the mail says so.";
            said(&shop, &visit, "Look into your mailbox", text, ("To the login", "/account/login")).await
        }
        Err(error) => {
            show_form(&shop, &visit, &PAGE, &form, Some(&Trouble::of(error, |name| PAGE.has(name))?)).await
        }
    }
}
