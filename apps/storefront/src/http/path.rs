//! The names in a path.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::pages::PageError;

/// The one name in a path. One that is not UTF-8 is a page that is not there, as any other that nothing has.
#[derive(Clone, Debug)]
pub struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(|_| PageError::NotFound)
    }
}

/// The two names in a path, likewise.
#[derive(Clone, Debug)]
pub struct TwoNames(pub String, pub String);

impl<S: Send + Sync> FromRequestParts<S> for TwoNames {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let path = axum::extract::Path::<(String, String)>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path((first, second))| Self(first, second)).map_err(|_| PageError::NotFound)
    }
}
