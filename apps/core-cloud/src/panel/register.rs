//! `/vendor/register`: how a vendor begins.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_password::Password;
use leptos::prelude::*;

use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::vendors::service::Registration;
use crate::page::{Field, Fields, FormState, Frame, Page, html, html_with};

const PATH: &str = "/vendor/register";
const TITLE: &str = "Sell on Kiosk";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![
        Route::new(Method::GET, PATH, Access::Visitor, get(show_form), services.clone()),
        Route::new(Method::POST, PATH, Access::Visitor, post(register), services.clone()),
    ]
}

async fn show_form() -> Response {
    html(Frame::outside(TITLE), view! { <Form form=FormState::default() /> })
}

async fn register(State(services): State<Services>, fields: Fields) -> Page {
    let registration = Registration {
        trading_name: fields.text("trading_name").to_owned(),
        country: fields.text("country").to_owned(),
        name: fields.text("name").to_owned(),
        email: fields.text("email").to_owned(),
    };
    let password = Password::new(fields.raw("password").to_owned());
    match services.vendors.register(&registration, password).await {
        Ok(()) => {
            let body = view! {
                <div class="form card narrow">
                    <p>"We have sent you a mail. Follow its link within a day to confirm your address, then log in."</p>
                    <p><a class="button" href="/login?next=%2Fvendor">"To the login"</a></p>
                </div>
            };
            Ok(html(Frame::outside("Look into your mailbox"), body))
        }
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, Frame::outside(TITLE), view! { <Form form /> }))
        }
    }
}

#[component]
fn Form(form: FormState) -> impl IntoView {
    view! {
        <p class="lead">"Register, hand in your papers, and list your goods as soon as they are accepted."</p>
        <form class="form card" method="post" action=PATH>
            {form.rest(&["trading_name", "country", "name", "email", "password"])}
            <div class="pair">
                <Field form=form.clone() name="trading_name" label="Trading name" autocomplete="organization" required=true
                    hint="As customers will see it." />
                <Field form=form.clone() name="country" label="Country" autocomplete="country" required=true
                    hint="Two letters: where you ship from, such as DE." />
            </div>
            <div class="pair">
                <Field form=form.clone() name="name" label="Your full name" autocomplete="name" required=true />
                <Field form=form.clone() name="email" label="E-mail" kind="email" autocomplete="email" required=true />
            </div>
            <Field form=form.clone() name="password" label="Password" kind="password" autocomplete="new-password" required=true
                hint="At least 8 characters, and none that is known from breaches." />
            <button type="submit">"Register"</button>
            <p><a href="/login?next=%2Fvendor">"I have an account already"</a></p>
        </form>
    }
}
