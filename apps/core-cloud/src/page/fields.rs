//! Forms as pairs, in order, with names that may repeat.

use axum::extract::{FromRequest, Request};
use kiosk_problem::read_body;

use super::answer::Failed;

/// Largest form that is read, in bytes.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// Most pairs that are read; the rest is ignored.
const PAIRS_MAX: usize = 2_000;

/// The pairs of a form.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Of these pairs.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first value of `name`, trimmed; empty when it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value of `name` as it was sent, spaces included: a password.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Failed;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failed> {
        let body = read_body(request.into_body(), FORM_BYTES_MAX).await?;
        let mut pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
        pairs.truncate(PAIRS_MAX);
        Ok(Self(pairs))
    }
}
