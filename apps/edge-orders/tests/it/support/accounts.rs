//! edge-accounts, scripted: it knows two people by their sessions.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use kiosk_privacy::{Kind, PseudonymKey};
use kiosk_problem::{Json, Problem};
use kiosk_session::Who;

use super::PSEUDONYM_KEY;

/// The session of ada@example.org.
pub const ADA: &str = "session-of-ada";
/// The session of bob@example.org.
pub const BOB: &str = "session-of-bob";
/// The header of Ada's session.
pub const AS_ADA: [(&str, &str); 1] = [("kiosk-session", ADA)];
/// The header of Bob's session.
pub const AS_BOB: [(&str, &str); 1] = [("kiosk-session", BOB)];

/// Who is logged in with `session`.
pub fn who(session: &str) -> Who {
    let name = session.trim_start_matches("session-of-");
    let key = PseudonymKey::new(PSEUDONYM_KEY.as_bytes()).unwrap();
    Who {
        account: key.pseudonym(Kind::Account, &format!("cus_{name}")),
        customer: key.pseudonym(Kind::Customer, &format!("{name}@example.org")),
        created_ms: 0,
        watched: false,
    }
}

/// Answers who is logged in, and counts how often it was asked.
#[derive(Clone, Default)]
pub struct FakeAccounts(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    asked: u32,
    watched: bool,
}

impl FakeAccounts {
    /// How often it was asked.
    pub fn asked(&self) -> u32 {
        self.0.lock().unwrap().asked
    }

    /// All accounts are watched from now on, or none.
    pub fn watch(&self, watched: bool) {
        self.0.lock().unwrap().watched = watched;
    }

    pub fn router(&self) -> Router {
        let state = self.0.clone();
        let session = move |headers: HeaderMap| async move {
            let mut state = state.lock().unwrap();
            state.asked += 1;
            let bearer = headers[header::AUTHORIZATION].to_str().unwrap();
            let answer: Response = match bearer.trim_start_matches("Bearer ") {
                session @ (ADA | BOB) => Json(Who { watched: state.watched, ..who(session) }).into_response(),
                _ => Problem::new(StatusCode::UNAUTHORIZED, "session_ended", "Ended").into_response(),
            };
            answer
        };
        Router::new().route("/internal/session", get(session))
    }
}
