//! A mail provider for a local shop: it speaks Postmark's API (`POST /email`) and shows what it got as a page, so that the
//! links of mails can be followed. It keeps mails in memory and sends nothing.
//!
//! ```text
//! POST /email       as Postmark takes it: with a server token, here any
//! GET  /            the mailbox, as a page
//! GET  /messages    the same as JSON
//! GET  /healthz
//! ```
//!
//! Whoever reads the mailbox needs no password: the program listens on this machine alone.

mod page;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Mails that are kept; the oldest go first.
pub const MAILS_MAX: usize = 200;
/// Receivers at this domain are refused, as Postmark refuses those that bounced.
pub const BOUNCING_DOMAIN: &str = "@bounce.example";
/// Pages run nothing and load nothing.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Message {
    /// Sender.
    pub from: String,
    /// Receiver.
    pub to: String,
    /// Subject.
    #[serde(default)]
    pub subject: String,
    /// Plain text.
    #[serde(default)]
    pub text_body: String,
}

/// The mailbox, newest first.
#[derive(Clone, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<Message>>>);

impl Mailbox {
    /// All mails that are kept, newest first.
    pub fn messages(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn push(&self, message: Message) -> usize {
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push_front(message);
        messages.truncate(MAILS_MAX);
        messages.len()
    }
}

/// The provider in front of a mailbox.
pub fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/email", post(send))
        .route("/", get(show))
        .route("/messages", get(async |State(mailbox): State<Mailbox>| Json(mailbox.messages())))
        .route("/healthz", get(async || "ok\n"))
        .with_state(mailbox)
}

async fn send(State(mailbox): State<Mailbox>, headers: HeaderMap, body: Bytes) -> Response {
    let token = headers.get("x-postmark-server-token").is_some_and(|token| !token.is_empty());
    if !token {
        return refusal(StatusCode::UNAUTHORIZED, 10, "Bad or missing Server API token.");
    }
    let Ok(message) = serde_json::from_slice::<Message>(&body) else {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, 402, "Received invalid JSON input.");
    };
    if !message.to.contains('@') || !message.from.contains('@') {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, 300, "Invalid email request.");
    }
    if message.to.ends_with(BOUNCING_DOMAIN) {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, 406, "Inactive recipient.");
    }
    let to = message.to.clone();
    let number = mailbox.push(message);
    let id = format!("00000000-0000-0000-0000-{number:012}");
    Json(json!({ "To": to, "MessageID": id, "ErrorCode": 0, "Message": "OK" })).into_response()
}

fn refusal(status: StatusCode, code: u32, message: &str) -> Response {
    (status, Json(json!({ "ErrorCode": code, "Message": message }))).into_response()
}

async fn show(State(mailbox): State<Mailbox>) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY))];
    (policy, Html(page::mailbox(&mailbox.messages()))).into_response()
}
