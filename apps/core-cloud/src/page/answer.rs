//! Answers to browsers.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kiosk_problem::Problem;
use leptos::prelude::*;

use super::layout::{Frame, render};
use crate::error::Error;

/// Nothing but this origin's style sheet, pictures, forms and the page itself.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The same, and this origin's scripts and what they ask of it.
const CONTENT_SECURITY_POLICY_SCRIPT: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
     style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a handler of a page returns.
pub type Page = Result<Response, Failed>;

/// A page that could not be made, as a page.
#[derive(Debug)]
pub struct Failed(Error);

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let problem = Problem::from(self.0);
        let detail = problem.detail.clone();
        let body = view! {
            {detail.map(|detail| view! { <p>{detail}</p> })}
            <p><a href="/">"To the start"</a></p>
        };
        let mut response = html(Frame::outside(&problem.title), body);
        *response.status_mut() = problem.status_code();
        if let Some(wait_s) = problem.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
        }
        response
    }
}

/// A page.
pub fn html(frame: Frame, body: impl IntoView + 'static) -> Response {
    html_with(StatusCode::OK, frame, body)
}

/// A page with another status than 200: a form that was refused is shown again with 422.
pub fn html_with(status: StatusCode, frame: Frame, body: impl IntoView + 'static) -> Response {
    let policy = if frame.has_script() { CONTENT_SECURITY_POLICY_SCRIPT } else { CONTENT_SECURITY_POLICY };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, render(frame, body)).into_response()
}

/// 303: after a form was taken, the browser gets a page that can be loaded again.
pub fn redirect(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}
