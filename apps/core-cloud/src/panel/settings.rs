//! `/vendor/settings`: what customers read of a vendor, and how they can pay.

use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use super::own;
use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::modules::vendors::service::{METHODS, method_name};
use crate::page::{Area, Fields, FormState, Frame, List, Notice, Page, Tone, html_with, redirect};

const PATH: &str = "/vendor/settings";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![
        Route::new(Method::GET, PATH, Access::Vendor, get(show_settings), services.clone()),
        Route::new(Method::POST, PATH, Access::Vendor, post(set_settings), services.clone()),
    ]
}

async fn show_settings(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let profile = services.vendors.get(own(&member)?).await?.profile;
    let mut values = vec![("about", profile.about)];
    values.extend(profile.methods.into_iter().map(|method| ("methods", method)));
    let done = (list.done == "saved").then_some("Saved.");
    Ok(page(&member, StatusCode::OK, FormState::of(values), done))
}

async fn set_settings(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let methods: Vec<&str> = fields.all("methods").collect();
    match services.vendors.set_settings(&member, own(&member)?, fields.text("about"), &methods).await {
        Ok(()) => Ok(redirect("/vendor/settings?done=saved")),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            Ok(page(&member, StatusCode::UNPROCESSABLE_ENTITY, form, None))
        }
    }
}

fn page(member: &Member, status: StatusCode, form: FormState, done: Option<&'static str>) -> Response {
    let methods = METHODS.map(|method| {
        let ticked = form.values.all("methods").any(|chosen| chosen == method);
        view! {
            <label class="tick">
                <input type="checkbox" name="methods" value=method checked=ticked />{method_name(method)}
            </label>
        }
    });
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        <form class="form card" method="post" action=PATH>
            {form.rest(&["about"])}
            <Area form=form.clone() name="about" label="About you" hint="A paragraph that customers read beside your goods." />
            <fieldset class="field"><legend class="label">"Ways to pay that you accept"</legend>{methods.collect_view()}
                <p class="sub">"A cart with goods of several vendors is paid in a way that all of them accept."</p>
            </fieldset>
            <button type="submit">"Save"</button>
        </form>
    };
    html_with(status, Frame::of(member, "Settings", PATH), body)
}
