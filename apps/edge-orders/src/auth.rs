//! Bearer tokens: whoever has a cart's token owns the cart, whoever has an order's token may read the order.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use http::{StatusCode, header};
use kiosk_problem::Problem;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::Secret;

/// Longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 128;
/// Random bytes of a cart's token.
pub const CART_TOKEN_BYTES: usize = 16;

/// The token of `Authorization: Bearer <token>`.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A fresh token of random bytes.
    pub fn fresh(random: [u8; CART_TOKEN_BYTES]) -> Self {
        Self(hex::encode(random))
    }

    /// A token that is made of a secret each time that it is needed.
    pub fn derived(mac: &[u8]) -> Self {
        Self(hex::encode(mac))
    }

    /// The token, to hand it to its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it. A fast hash is enough: the token has 128 random bits.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }

    /// Whether `hash` is of this token, in constant time.
    pub fn has_hash(&self, hash: &str) -> bool {
        self.hash().as_bytes().ct_eq(hash.as_bytes()).into()
    }

    /// Whether this is `secret`, in constant time.
    pub fn is_secret(&self, secret: &Secret) -> bool {
        self.0.as_bytes().ct_eq(secret.bytes()).into()
    }

    /// Whether this is the token `expected`, in constant time.
    pub fn is(&self, expected: &str) -> bool {
        self.0.as_bytes().ct_eq(expected.as_bytes()).into()
    }
}

/// For addresses that a session opens too.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Token {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}

/// 401: nothing was said of who asks.
pub fn token_required() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "token_required",
        "This address needs `Authorization: Bearer <token>`",
    )
}

impl<S: Send + Sync> FromRequestParts<S> for Token {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = value.and_then(|value| value.split_once(' ')).unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.len() > TOKEN_BYTES_MAX {
            return Err(token_required());
        }
        Ok(Self(token.to_owned()))
    }
}
