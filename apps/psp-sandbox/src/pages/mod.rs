//! Pages: where shoppers pay, and where one sees what the providers know. They run no script and load one style sheet.

mod checkout;
mod overview;
mod wallet;

use axum::Router;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use html_escape::{encode_double_quoted_attribute, encode_text};
use http::{HeaderValue, StatusCode, header};
use kiosk_money::Money;

use crate::Sandbox;

const STYLE: &str = include_str!("style.css");

/// All of them.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/", get(overview::show))
        .route("/events/{id}/redeliver", post(overview::redeliver))
        .route("/refunds/{id}/fail", post(overview::fail_refund))
        .route("/disputes", post(overview::open_dispute))
        .route("/disputes/{id}", post(overview::close_dispute))
        .route("/c/pay/{id}", get(checkout::show).post(checkout::pay))
        .route("/c/pay/{id}/challenge", get(checkout::challenge).post(checkout::answer))
        .route("/checkoutnow", get(wallet::show).post(wallet::answer))
        .route("/style.css", get(style))
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// Text within an element.
fn text(value: &str) -> String {
    encode_text(value).into_owned()
}

/// Text within a quoted attribute.
fn attribute(value: &str) -> String {
    encode_double_quoted_attribute(value).into_owned()
}

/// `€19.99`.
fn price(money: Money) -> String {
    text(&money.to_string())
}

/// A whole page. `onward` are the addresses that its forms may lead to besides this site: browsers hold redirects after
/// a form to the policy too.
fn page(status: StatusCode, title: &str, class: &str, body: &str, onward: &[&str]) -> Response {
    let origins: String =
        onward.iter().filter_map(|url| origin(url)).map(|origin| format!(" {origin}")).collect();
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'{origins}; frame-ancestors 'none'"
    );
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"></head><body class=\"{class}\">{body}</body></html>",
        text(title)
    );
    let mut answer = (status, Html(html)).into_response();
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Without any referrer browsers would not say either where a form of ours comes from.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

/// Scheme, host and port, as a policy names them.
fn origin(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// A page that says one thing.
fn notice(status: StatusCode, title: &str, words: &str) -> Response {
    let body = format!("<main class=\"card\"><h1>{}</h1><p>{}</p></main>", text(title), text(words));
    page(status, title, "plain", &body, &[])
}
