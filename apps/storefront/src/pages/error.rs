//! Why a page could not be shown.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kiosk_edge_platform::DbError;
use kiosk_pop_store::StoreError;

use crate::sibling::SiblingError;

/// A request that ends in an error page; [`super::errors::render`] draws it.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nothing is at this address.
    #[error("not found")]
    NotFound,
    /// The product is not, or no longer, sold here.
    #[error("product not found")]
    ProductNotFound,
    /// A form from another site.
    #[error("form from another origin")]
    OtherOrigin,
    /// A form that cannot be read, with the status that says why.
    #[error("bad form: {0}")]
    BadForm(StatusCode),
    /// The POP's database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// edge-orders failed or cannot be reached.
    #[error("edge-orders failed")]
    Orders(#[from] SiblingError),
}

/// Which error page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorPage {
    /// 404
    NotFound,
    /// 404 at a product's address
    ProductNotFound,
    /// 403
    OtherOrigin,
    /// 4xx
    BadForm,
    /// 500
    Internal,
    /// 503
    Unavailable,
}

impl PageError {
    fn page(&self) -> (StatusCode, ErrorPage) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, ErrorPage::NotFound),
            Self::ProductNotFound => (StatusCode::NOT_FOUND, ErrorPage::ProductNotFound),
            Self::OtherOrigin => (StatusCode::FORBIDDEN, ErrorPage::OtherOrigin),
            Self::BadForm(status) => (*status, ErrorPage::BadForm),
            Self::Store(StoreError::Db(DbError::Busy(_))) => {
                (StatusCode::SERVICE_UNAVAILABLE, ErrorPage::Unavailable)
            }
            Self::Store(_) | Self::Orders(SiblingError::Answer(_)) => {
                (StatusCode::INTERNAL_SERVER_ERROR, ErrorPage::Internal)
            }
            Self::Orders(_) => (StatusCode::SERVICE_UNAVAILABLE, ErrorPage::Unavailable),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let (status, page) = self.page();
        if status.is_server_error() {
            tracing::error!(error = &self as &dyn std::error::Error, "a page could not be shown");
        }
        let mut response = status.into_response();
        response.extensions_mut().insert(page);
        response
    }
}
