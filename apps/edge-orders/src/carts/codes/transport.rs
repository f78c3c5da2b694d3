//! `PUT` and `DELETE /v1/carts/{id}/code`, `PUT /v1/carts/{id}/gift-cards`, `DELETE /v1/carts/{id}/gift-cards/{card}`.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kiosk_ids::GiftCardId;
use kiosk_problem::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::service::{self, Change};
use crate::app::Pop;
use crate::auth::Token;
use crate::carts::transport::{cart_id, if_match, with_etag};
use crate::carts::view::CartBody;
use crate::error::Result;

/// The code of a discount or of a gift card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutCode {
    /// Letters, digits and dashes, in either case.
    #[schema(min_length = 1, max_length = 64)]
    code: String,
}

/// Uses the code of a discount, in place of the one before. Tries are limited.
#[utoipa::path(put, path = "/v1/carts/{id}/code", tag = "carts", request_body = PutCode, params(
    ("id" = String, Path, description = "`crt_…`"),
    ("If-Match" = Option<String>, Header, description = "`\"<version>\"`: change only this version"),
), responses(
    (status = 200, description = "The cart", body = CartBody),
    (status = 400, description = "`malformed_json`"),
    (status = 401, description = "`token_required`"),
    (status = 404, description = "`cart_not_found`"),
    (status = 409, description = "`cart_closed`, `code_used_up`"),
    (status = 412, description = "`cart_version_stale`, with the current `version`"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`, `cart_empty`, `code_unknown`, `code_not_applicable` with `reason`: \
        `currency`, `goods` or `minimum`"),
    (status = 429, description = "`too_many_codes`"),
    (status = 503, description = "`busy`"),
), security(("cart_token" = [])))]
pub async fn put_code(
    pop: Pop,
    token: Token,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<PutCode>,
) -> Result<Response> {
    let (id, version) = (cart_id(&id)?, if_match(&headers)?);
    let change = Change { pop: &pop, id: &id, token: &token, version };
    Ok(with_etag(StatusCode::OK, service::put_code(change, &body.code).await?))
}

/// Uses no code any more; a cart without one is no error.
#[utoipa::path(delete, path = "/v1/carts/{id}/code", tag = "carts", params(
    ("id" = String, Path, description = "`crt_…`"),
    ("If-Match" = Option<String>, Header, description = "`\"<version>\"`: change only this version"),
), responses(
    (status = 200, description = "The cart", body = CartBody),
    (status = 401, description = "`token_required`"),
    (status = 404, description = "`cart_not_found`"),
    (status = 409, description = "`cart_closed`"),
    (status = 412, description = "`cart_version_stale`, with the current `version`"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`busy`"),
), security(("cart_token" = [])))]
pub async fn remove_code(
    pop: Pop,
    token: Token,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (id, version) = (cart_id(&id)?, if_match(&headers)?);
    let change = Change { pop: &pop, id: &id, token: &token, version };
    Ok(with_etag(StatusCode::OK, service::remove_code(change).await?))
}

/// Pays with a gift card, after those that are there. Tries are limited.
#[utoipa::path(put, path = "/v1/carts/{id}/gift-cards", tag = "carts", request_body = PutCode, params(
    ("id" = String, Path, description = "`crt_…`"),
    ("If-Match" = Option<String>, Header, description = "`\"<version>\"`: change only this version"),
), responses(
    (status = 200, description = "The cart", body = CartBody),
    (status = 400, description = "`malformed_json`"),
    (status = 401, description = "`token_required`"),
    (status = 404, description = "`cart_not_found`"),
    (status = 409, description = "`cart_closed`"),
    (status = 412, description = "`cart_version_stale`, with the current `version`"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`, `gift_card_refused`, `gift_cards_full`, `currency_mismatch`"),
    (status = 429, description = "`too_many_codes`"),
    (status = 503, description = "`busy`"),
), security(("cart_token" = [])))]
pub async fn put_gift_card(
    pop: Pop,
    token: Token,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<PutCode>,
) -> Result<Response> {
    let (id, version) = (cart_id(&id)?, if_match(&headers)?);
    let change = Change { pop: &pop, id: &id, token: &token, version };
    Ok(with_etag(StatusCode::OK, service::put_gift_card(change, &body.code).await?))
}

/// Pays with a gift card no more; one that is not in the cart is no error.
#[utoipa::path(delete, path = "/v1/carts/{id}/gift-cards/{card}", tag = "carts", params(
    ("id" = String, Path, description = "`crt_…`"),
    ("card" = String, Path, description = "`gft_…`"),
    ("If-Match" = Option<String>, Header, description = "`\"<version>\"`: change only this version"),
), responses(
    (status = 200, description = "The cart", body = CartBody),
    (status = 401, description = "`token_required`"),
    (status = 404, description = "`cart_not_found`, `gift_card_not_found`"),
    (status = 409, description = "`cart_closed`"),
    (status = 412, description = "`cart_version_stale`, with the current `version`"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`busy`"),
), security(("cart_token" = [])))]
pub async fn remove_gift_card(
    pop: Pop,
    token: Token,
    Path((id, card)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (id, version) = (cart_id(&id)?, if_match(&headers)?);
    let card = GiftCardId::parse(&card).map_err(|_| Problem::not_found("gift_card"))?;
    let change = Change { pop: &pop, id: &id, token: &token, version };
    Ok(with_etag(StatusCode::OK, service::remove_gift_card(change, &card).await?))
}
