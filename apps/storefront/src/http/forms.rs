//! Query strings and forms as pairs, in order, with names that may repeat.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

use crate::pages::PageError;

/// Largest form that is read, in bytes.
pub const FORM_BYTES_MAX: usize = 16 * 1024;
/// Most pairs that are read; the rest is ignored.
pub const PAIRS_MAX: usize = 100;

/// Decoded pairs of a query string or a form.
#[derive(Clone, Debug, Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// Reads `a=1&b=2`; what cannot be decoded is left out.
    pub fn parse(text: &str) -> Self {
        let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(text).unwrap_or_default();
        pairs.truncate(PAIRS_MAX);
        Self(pairs)
    }

    /// The first value of `name`, trimmed; `None` when it is missing or blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// As [`Self::get`], with nothing for what is missing.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("")
    }

    /// The first value of `name` as it was sent, spaces included: a password.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Back to `a=1&b=2`.
    pub fn encode(&self) -> String {
        serde_urlencoded::to_string(&self.0).unwrap_or_default()
    }
}

/// The pairs of the query string.
#[derive(Clone, Debug, Default)]
pub struct QueryPairs(pub Pairs);

impl<S: Send + Sync> FromRequestParts<S> for QueryPairs {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Pairs::parse(parts.uri.query().unwrap_or(""))))
    }
}

/// The pairs of a form that was posted.
#[derive(Clone, Debug)]
pub struct FormPairs(pub Pairs);

impl<S: Send + Sync> FromRequest<S> for FormPairs {
    type Rejection = PageError;

    async fn from_request(request: Request<Body>, _state: &S) -> Result<Self, PageError> {
        let body = kiosk_problem::read_body(request.into_body(), FORM_BYTES_MAX)
            .await
            .map_err(|problem| PageError::BadForm(problem.status_code()))?;
        Ok(Self(Pairs::parse(std::str::from_utf8(&body).unwrap_or(""))))
    }
}
