//! A file per page: load what it needs, render it.

pub mod account;
pub mod cart;
pub mod cart_claim;
pub mod cart_codes;
pub mod category;
pub mod checkout;
mod checkout_account;
mod checkout_form;
mod checkout_view;
mod error;
pub mod errors;
pub mod home;
pub mod list;
pub mod machines;
pub mod order;
mod order_payment;
pub mod order_return;
pub mod payment;
pub mod product;
mod product_choice;
mod product_reviews;
pub mod search;
pub mod vendor;

use axum::http::StatusCode;
pub use error::PageError;

/// Nothing is at this address.
pub async fn not_found() -> PageError {
    PageError::NotFound
}

/// The address exists, but not for this method.
pub async fn method_not_allowed() -> PageError {
    PageError::BadForm(StatusCode::METHOD_NOT_ALLOWED)
}
