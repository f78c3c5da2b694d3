//! `/v1/reviews`.

use axum::http::StatusCode;
use kiosk_ids::ProductId;
use kiosk_problem::{Json, Path, Problem, Query};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::service::{self, Draft, OwnReviewBody, WrittenReview};
use crate::app::Pop;
use crate::error::Result;
use crate::session::{Customer, Reader};

fn product_id(text: &str) -> Result<ProductId, Problem> {
    ProductId::parse(text).map_err(|_| Problem::not_found("product"))
}

/// Which product.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OfProduct {
    /// `prd_…`.
    product: String,
}

/// What one may say of a product, and has said.
#[utoipa::path(get, path = "/v1/reviews/mine", tag = "reviews", params(OfProduct), responses(
    (status = 200, description = "Whether one may review it, and the review", body = OwnReviewBody),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 404, description = "`product_not_found`"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("session" = [])))]
pub async fn get_own_review(
    pop: Pop,
    Reader(who): Reader,
    Query(of): Query<OfProduct>,
) -> Result<Json<OwnReviewBody>> {
    Ok(Json(service::get_own_review(&pop, &who.account, &product_id(&of.product)?).await?))
}

/// What one says of a product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutReview {
    /// Stars.
    #[schema(minimum = 1, maximum = 5)]
    stars: u8,
    /// A line of at most 120 characters.
    title: String,
    /// Plain text of at most 2,000 characters.
    #[serde(default)]
    body: String,
    /// Ids of at most 4 pictures: new ones, or those the review has.
    #[serde(default)]
    uploads: Vec<String>,
}

/// Writes one's review of a product, or changes it. Personal data is taken out first, and the answer tells what.
#[utoipa::path(put, path = "/v1/reviews/{product}", tag = "reviews", request_body = PutReview, params(
    ("product" = String, Path, description = "`prd_…`"),
), responses(
    (status = 200, description = "The review; it is published when the platform has it", body = WrittenReview),
    (status = 400, description = "`malformed_json`"),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 403, description = "`not_a_buyer`: only who bought and received the product"),
    (status = 404, description = "`product_not_found`"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`"),
    (status = 429, description = "`too_many_changes`"),
    (status = 503, description = "`busy`, `accounts_unavailable`"),
), security(("session" = [])))]
pub async fn put_review(
    pop: Pop,
    Customer(who): Customer,
    Path(product): Path<String>,
    Json(PutReview { stars, title, body, uploads }): Json<PutReview>,
) -> Result<Json<WrittenReview>> {
    let draft = Draft { stars, title, body, uploads };
    Ok(Json(service::put_review(&pop, &who.account, &product_id(&product)?, &draft).await?))
}

/// Takes one's review back.
#[utoipa::path(delete, path = "/v1/reviews/{product}", tag = "reviews", params(
    ("product" = String, Path, description = "`prd_…`"),
), responses(
    (status = 204, description = "It is gone here, and elsewhere when the platform hears of it"),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 404, description = "`review_not_found`, `product_not_found`"),
    (status = 503, description = "`busy`, `accounts_unavailable`"),
), security(("session" = [])))]
pub async fn withdraw_review(
    pop: Pop,
    Customer(who): Customer,
    Path(product): Path<String>,
) -> Result<StatusCode> {
    service::withdraw_review(&pop, &who.account, &product_id(&product)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
