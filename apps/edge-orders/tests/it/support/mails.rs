//! The mail provider, scripted.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

/// Where it is.
pub const MAIL_HOST: &str = "mail.test";
/// What a POP that sends mails is told.
pub const MAILS: [(&str, &str); 4] = [
    ("shop_url", "https://shop.test"),
    ("mail_url", "https://mail.test"),
    ("mail_token", "mail-token"),
    ("mail_from", "Kiosk <shop@kiosk.test>"),
];

/// What the provider has got, and how it answers.
#[derive(Clone, Default)]
pub struct FakeMail(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    mails: Vec<Value>,
    asked: u32,
    refuse: Option<(StatusCode, u32)>,
}

impl FakeMail {
    /// It refuses from now on with this status and code; with none it takes mails.
    pub fn refuse(&self, refuse: Option<(StatusCode, u32)>) {
        self.0.lock().unwrap().refuse = refuse;
    }

    /// The mails that it took since this was asked last.
    pub fn take(&self) -> Vec<Value> {
        std::mem::take(&mut self.0.lock().unwrap().mails)
    }

    /// How often it was asked.
    pub fn asked(&self) -> u32 {
        self.0.lock().unwrap().asked
    }

    pub fn router(&self) -> Router {
        Router::new().route("/email", post(accept)).with_state(self.clone())
    }
}

async fn accept(State(mail): State<FakeMail>, axum::Json(message): axum::Json<Value>) -> Response {
    let mut book = mail.0.lock().unwrap();
    book.asked += 1;
    match book.refuse {
        Some((status, code)) => (status, axum::Json(json!({ "ErrorCode": code }))).into_response(),
        None => {
            book.mails.push(message);
            axum::Json(json!({ "ErrorCode": 0 })).into_response()
        }
    }
}
