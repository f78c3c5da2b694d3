//! `/vendor`: where a vendor stands.

use axum::routing::get;
use http::Method;
use leptos::prelude::*;

use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::page::{Frame, Page, html};

const PATH: &str = "/vendor";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![Route::new(Method::GET, PATH, Access::Vendor, get(show_home), services.clone())]
}

async fn show_home(member: Member) -> Page {
    let body = view! { <p class="lead">{format!("Welcome, {}.", member.name)}</p> };
    Ok(html(Frame::of(&member, "Overview", PATH), body))
}
