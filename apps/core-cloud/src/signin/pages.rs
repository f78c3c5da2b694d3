//! The addresses of these pages.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use http::{HeaderMap, Method, StatusCode, header};
use kiosk_password::Password;
use kiosk_web::set_cookie;
use serde::Deserialize;

use super::views::{ChoosePage, DonePage, ForgotPage, LogInPage, VerifyPage};
use crate::app::Services;
use crate::http::{Access, Browsers, MEMBER_COOKIE, Route};
use crate::modules::members::service::{Kind, Member, SESSION_MS};
use crate::page::{Fields, FormState, Frame, Page, html, html_with, redirect};
use leptos::prelude::*;

/// How long the cookie of a session is kept, in seconds.
const COOKIE_AGE_S: u32 = (SESSION_MS / 1_000) as u32;

/// What these pages work with.
#[derive(Clone, Debug)]
struct Door {
    services: Services,
    browsers: Browsers,
}

/// The routes of these pages.
#[must_use]
pub fn routes(services: &Services, browsers: &Browsers) -> Vec<Route> {
    let door = Door { services: services.clone(), browsers: browsers.clone() };
    let route = |method, path, handler: MethodRouter<Door>| {
        Route::new(method, path, Access::Visitor, handler, door.clone())
    };
    vec![
        route(Method::GET, "/", get(start)),
        route(Method::GET, "/style.css", get(style)),
        route(Method::GET, "/login", get(show_login)),
        route(Method::POST, "/login", post(log_in)),
        route(Method::POST, "/logout", post(log_out)),
        route(Method::GET, "/password", get(show_forgot)),
        route(Method::POST, "/password", post(request_reset)),
        route(Method::GET, "/password/new", get(show_choose)),
        route(Method::POST, "/password/new", post(choose_password)),
        route(Method::GET, "/verify", get(show_verify)),
        route(Method::POST, "/verify", post(verify)),
    ]
}

async fn style() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=60")];
    (headers, include_str!("../page/style.css")).into_response()
}

/// Where a member works.
fn home_of(member: &Member) -> &'static str {
    match member.kind {
        Kind::Staff(_) => "/admin",
        Kind::Vendor(_) => "/vendor",
    }
}

async fn start(State(door): State<Door>, headers: HeaderMap) -> Page {
    let member = match door.browsers.token(&headers) {
        Some(token) => door.services.members.authenticate(token).await?,
        None => None,
    };
    Ok(redirect(member.as_ref().map_or("/login", home_of)))
}

#[derive(Debug, Default, Deserialize)]
struct LogInQuery {
    #[serde(default)]
    next: String,
}

async fn show_login(Query(query): Query<LogInQuery>) -> Response {
    let form = FormState::of(vec![("next", query.next)]);
    html(Frame::outside("Log in"), view! { <LogInPage form /> })
}

/// Where to go after the login: a page of this core, and only of the panel that is the member's.
fn next_of<'a>(wished: &'a str, member: &Member) -> &'a str {
    let home = home_of(member);
    let rest = wished.strip_prefix(home);
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])) { wished } else { home }
}

async fn log_in(State(door): State<Door>, fields: Fields) -> Page {
    let password = Password::new(fields.raw("password").to_owned());
    match door.services.members.log_in(fields.text("email"), password).await {
        Ok(session) => {
            let mut response = redirect(next_of(fields.text("next"), &session.member));
            let cookie = set_cookie(MEMBER_COOKIE, &session.token, door.browsers.secure, COOKIE_AGE_S);
            response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
            Ok(response)
        }
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            Ok(html_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                Frame::outside("Log in"),
                view! { <LogInPage form /> },
            ))
        }
    }
}

async fn log_out(State(door): State<Door>, headers: HeaderMap) -> Page {
    if let Some(token) = door.browsers.token(&headers) {
        door.services.members.log_out(token).await?;
    }
    let mut response = redirect("/login");
    let cookie = set_cookie(MEMBER_COOKIE, "", door.browsers.secure, 0);
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

async fn show_forgot() -> Response {
    html(Frame::outside("Another password"), view! { <ForgotPage form=FormState::default() /> })
}

async fn request_reset(State(door): State<Door>, fields: Fields) -> Page {
    match door.services.members.request_reset(fields.text("email")).await {
        Ok(()) => {
            let text = "If somebody with this address works here, a mail with a link is on its way to them.";
            Ok(html(Frame::outside("Look into your mailbox"), view! { <DonePage text /> }))
        }
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            let frame = Frame::outside("Another password");
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, frame, view! { <ForgotPage form /> }))
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct LinkQuery {
    #[serde(default)]
    token: String,
}

async fn show_choose(Query(query): Query<LinkQuery>) -> Response {
    let form = FormState::of(vec![("token", query.token)]);
    html(Frame::outside("Choose a password"), view! { <ChoosePage form /> })
}

async fn choose_password(State(door): State<Door>, fields: Fields) -> Page {
    let password = Password::new(fields.raw("password").to_owned());
    match door.services.members.choose_password(fields.text("token"), password).await {
        Ok(_) => {
            let text = "Your password is changed.";
            Ok(html(Frame::outside("Log in now"), view! { <DonePage text /> }))
        }
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            let frame = Frame::outside("Choose a password");
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, frame, view! { <ChoosePage form /> }))
        }
    }
}

async fn show_verify(Query(query): Query<LinkQuery>) -> Response {
    let form = FormState::of(vec![("token", query.token)]);
    html(Frame::outside("Confirm your e-mail address"), view! { <VerifyPage form /> })
}

async fn verify(State(door): State<Door>, fields: Fields) -> Page {
    match door.services.members.verify(fields.text("token")).await {
        Ok(_) => {
            let text = "Your e-mail address is confirmed.";
            Ok(html(Frame::outside("Log in now"), view! { <DonePage text /> }))
        }
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            let frame = Frame::outside("Confirm your e-mail address");
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, frame, view! { <VerifyPage form /> }))
        }
    }
}
