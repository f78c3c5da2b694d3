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
/// Longest wait for what is only read, in milliseconds.
pub const READ_TIMEOUT_MS_MAX: u32 = 2_500;
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

/// A delivery address that is kept.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedAddress {
    /// `adr_…`
    pub id: String,
    /// Receiver.
    pub name: String,
    pub street: String,
    #[serde(default)]
    pub extra: Option<String>,
    pub postcode: String,
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// Where somebody is logged in.
#[derive(Clone, Debug, Deserialize)]
pub struct OwnSession {
    /// `ses_…`
    pub id: String,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Whether it is this browser's.
    pub current: bool,
}

/// A passkey that logs the account in.
#[derive(Clone, Debug, Deserialize)]
pub struct OwnPasskey {
    /// `pky_…`
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// When it last logged in, Unix milliseconds.
    #[serde(default)]
    pub used_ms: Option<i64>,
}

/// A session that has begun.
#[derive(Deserialize)]
pub struct NewSession {
    pub token: String,
}

/// Whether there is no session any more.
pub fn is_logged_out(error: &SiblingError) -> bool {
    error.is("session_ended") || error.is("token_required")
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

    /// What a device needs to log in with a passkey.
    pub async fn login_options(self) -> Result<Value, SiblingError> {
        self.call(Method::POST, "/session/passkey/options", None).await
    }

    /// Begins a session by what a passkey signed.
    pub async fn log_in_with_passkey(self, credential: &Value) -> Result<NewSession, SiblingError> {
        self.call(Method::POST, "/session/passkey", Some(json!({ "credential": credential }))).await
    }

    /// What a device needs to make another passkey.
    pub async fn passkey_options(self, password: &str) -> Result<Value, SiblingError> {
        self.call(Method::POST, "/passkeys/options", Some(json!({ "password": password }))).await
    }

    /// The passkeys of the session's owner, oldest first.
    pub async fn passkeys(self) -> Result<Vec<OwnPasskey>, SiblingError> {
        #[derive(Deserialize)]
        struct List {
            passkeys: Vec<OwnPasskey>,
        }
        Ok(self.call::<List>(Method::GET, "/passkeys", None).await?.passkeys)
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
            Err(error) if is_logged_out(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The addresses that are kept, oldest first.
    pub async fn addresses(self) -> Result<Vec<SavedAddress>, SiblingError> {
        #[derive(Deserialize)]
        struct List {
            addresses: Vec<SavedAddress>,
        }
        Ok(self.call::<List>(Method::GET, "/addresses", None).await?.addresses)
    }

    /// Where the session's owner is logged in, newest first.
    pub async fn sessions(self) -> Result<Vec<OwnSession>, SiblingError> {
        #[derive(Deserialize)]
        struct List {
            sessions: Vec<OwnSession>,
        }
        Ok(self.call::<List>(Method::GET, "/sessions", None).await?.sessions)
    }

    /// Anything that answers nothing of interest.
    pub async fn ask(self, method: Method, path: &str, body: Value) -> Result<(), SiblingError> {
        self.call::<Value>(method, path, Some(body)).await.map(drop)
    }

    /// What the vault keeps of the session's owner.
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
        let timeout_ms_max = if method == Method::GET { READ_TIMEOUT_MS_MAX } else { TIMEOUT_MS_MAX };
        *request.method_mut() = method;
        // Paths are this app's own, with ids that were checked.
        *request.uri_mut() = format!("{BASE}{path}").parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let bearer = self.session.and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok());
        if let Some(bearer) = bearer {
            headers.insert(header::AUTHORIZATION, bearer);
        }
        client::set(headers, self.client);
        sibling::send(self.edge, request, timeout_ms_max).await
    }
}
