//! edge-accounts, the sibling component that owns customers' accounts.

use std::net::IpAddr;

use axum::http::{HeaderValue, Method, Request, header};
use bytes::Bytes;
use kiosk_edge_platform::{Edge, client};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::sibling::{self, SiblingError};

const BASE: &str = "http://edge-accounts.spin.internal/v1/account";
/// Longest wait, in milliseconds; a password takes a moment to be checked.
pub const TIMEOUT_MS_MAX: u32 = 8_000;

/// One's own account.
#[derive(Clone, Debug, Deserialize)]
pub struct Profile {
    pub name: String,
    pub email: String,
    #[serde(default)]
    pub phone: Option<String>,
}

/// A session that has begun.
#[derive(Deserialize)]
pub struct NewSession {
    pub token: String,
}

/// edge-accounts, as handlers call it.
#[derive(Clone, Copy)]
pub struct AccountsApi<'a> {
    /// The host's ports.
    pub edge: &'a Edge,
    /// The visitor's session.
    pub session: Option<&'a str>,
    /// Where the visitor comes from: what one client may ask for is limited.
    pub client: Option<IpAddr>,
}

impl AccountsApi<'_> {
    /// Begins a session.
    pub async fn log_in(self, email: &str, password: &str) -> Result<NewSession, SiblingError> {
        self.call(Method::POST, "/session", Some(json!({ "email": email, "password": password }))).await
    }

    /// Ends the session.
    pub async fn log_out(self) -> Result<(), SiblingError> {
        self.call(Method::DELETE, "/session", None).await
    }

    /// The account of the session; `None` when there is no session any more.
    pub async fn profile(self) -> Result<Option<Profile>, SiblingError> {
        if self.session.is_none() {
            return Ok(None);
        }
        match self.call(Method::GET, "", None).await {
            Ok(profile) => Ok(Some(profile)),
            Err(error) if error.is("session_ended") || error.is("token_required") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Anything that answers nothing of interest.
    pub async fn ask(self, method: Method, path: &str, body: Value) -> Result<(), SiblingError> {
        self.call::<Value>(method, path, Some(body)).await.map(drop)
    }

    /// All that is kept of the session's owner.
    pub async fn export(self) -> Result<Value, SiblingError> {
        self.call(Method::GET, "/export", None).await
    }

    async fn call<T: DeserializeOwned>(
        self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, SiblingError> {
        let mut request = Request::new(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default());
        *request.method_mut() = method;
        // Paths are this module's own.
        *request.uri_mut() = format!("{BASE}{path}").parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let bearer = self.session.and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok());
        if let Some(bearer) = bearer {
            headers.insert(header::AUTHORIZATION, bearer);
        }
        client::set(headers, self.client);
        sibling::send(self.edge, request, TIMEOUT_MS_MAX).await
    }
}
