//! Who is logged in: the question the POP's apps ask edge-accounts, which alone reads the region's vault.
//!
//! `Authorization` names a cart's or an order's token in the POP's API, so a session has a header of its own. Nothing
//! personal is in the answer: an account is known by pseudonyms.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use kiosk_edge_platform::{Edge, Outbound};
use kiosk_problem::Problem;
use serde::{Deserialize, Serialize};

/// Header with the token of a session.
pub const SESSION_HEADER: &str = "kiosk-session";
/// Where the POP's apps ask, inside the POP: `GET` with the token as bearer, answered by a [`Who`].
pub const SESSION_URL: &str = "http://edge-accounts.spin.internal/internal/session";
/// How long a request waits for the answer, in milliseconds.
const SESSION_TIMEOUT_MS_MAX: u32 = 2_000;
/// Longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 128;

/// An account that is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Keyed pseudonym of the account; it stays when the e-mail address changes.
    pub account: String,
    /// Keyed pseudonym of its e-mail address, as orders of guests have it.
    pub customer: String,
    /// When the account was made, Unix milliseconds.
    pub created_ms: i64,
    /// Its registration was doubtful, not long ago: its orders are at least stepped up. A POP of another version may not
    /// say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub watched: bool,
}

/// Who sent these headers; `None` when they name no session.
///
/// # Errors
/// 401 when the session is over, 503 when edge-accounts does not answer.
pub async fn who(edge: &Edge, headers: &HeaderMap) -> Result<Option<Who>, Problem> {
    let Some(token) = headers.get(SESSION_HEADER) else { return Ok(None) };
    let token = token.to_str().ok().filter(|token| !token.is_empty() && token.len() <= TOKEN_BYTES_MAX);
    let token = token.ok_or_else(session_ended)?;
    let request = Request::builder()
        .method(Method::GET)
        .uri(SESSION_URL)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Bytes::new())
        .map_err(|_| session_ended())?;
    let response = edge.http.send(Outbound { request, timeout_ms_max: SESSION_TIMEOUT_MS_MAX }).await;
    match response {
        Ok(response) if response.status() == StatusCode::OK => {
            serde_json::from_slice(response.body()).map(Some).map_err(|error| Problem::internal(&error))
        }
        Ok(response) if response.status() == StatusCode::UNAUTHORIZED => Err(session_ended()),
        Ok(response) => Err(unavailable(&response.status())),
        Err(error) => Err(unavailable(&error)),
    }
}

/// As [`who`], for what only customers may do.
///
/// # Errors
/// 401 without a session too.
pub async fn require(edge: &Edge, headers: &HeaderMap) -> Result<Who, Problem> {
    who(edge, headers).await?.ok_or_else(|| {
        Problem::new(StatusCode::UNAUTHORIZED, "session_required", "Please log in")
            .detail("This address needs the header `Kiosk-Session: <token>`.")
    })
}

fn session_ended() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "session_ended", "You are logged out")
        .detail("Please log in again.")
}

fn unavailable(why: &dyn std::fmt::Display) -> Problem {
    tracing::warn!(%why, "edge-accounts did not say who is logged in");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "accounts_unavailable",
        "Accounts cannot be reached right now",
    )
    .retry_after_s(1)
}
