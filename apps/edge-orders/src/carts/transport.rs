//! `POST /v1/carts`, `POST /v1/carts/claim`, `GET /v1/carts/{id}`, `PUT` and `DELETE /v1/carts/{id}/lines/{sku}`.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use kiosk_ids::{CartId, Sku};
use kiosk_problem::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{CartBody, ClaimedCart};
use super::{claim, service};
use crate::app::Pop;
use crate::auth::{Token, token_required};
use crate::checkout::tax::Destination;
use crate::error::Result;

/// Nothing has to be said to get a cart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCart {}

/// The pieces of a line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutLine {
    /// Pieces.
    #[schema(minimum = 1, maximum = 99)]
    quantity: u32,
}

/// A cart with its version.
pub fn with_etag(status: StatusCode, cart: CartBody) -> Response {
    (status, [(header::ETAG, format!("\"{}\"", cart.version))], Json(cart)).into_response()
}

/// The cart that an address names.
pub fn cart_id(text: &str) -> Result<CartId, Problem> {
    CartId::parse(text).map_err(|_| Problem::not_found("cart"))
}

fn sku(text: &str) -> Result<Sku, Problem> {
    Sku::parse(text).map_err(|_| Problem::not_found("sku"))
}

/// The version of `If-Match: "<version>"`, if the caller names one.
pub fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or("").trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|v| v.parse().ok());
    version.map(Some).ok_or_else(|| Problem::invalid("If-Match", "a version in quotes, as in the ETag"))
}

/// An empty cart, and the token that owns it.
#[utoipa::path(post, path = "/v1/carts", tag = "carts", request_body = CreateCart, responses(
    (status = 201, description = "The cart, with `token`", body = CartBody),
    (status = 400, description = "`malformed_json`"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`busy`"),
))]
pub async fn create_cart(pop: Pop, Json(CreateCart {}): Json<CreateCart>) -> Result<Response> {
    Ok(with_etag(StatusCode::CREATED, service::create_cart(&pop).await?))
}

/// A guest's cart to be taken over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimCart {
    /// `crt_…`, with its token in `Authorization`.
    #[serde(default)]
    cart: Option<String>,
}

/// The account's open cart, with the token that is the same on each of its devices. A guest's cart that is named becomes
/// it or, when there is one already, goes into it and is closed.
#[utoipa::path(post, path = "/v1/carts/claim", tag = "carts", request_body = ClaimCart, responses(
    (status = 200, description = "The cart, with `token`, and what did not fit into it", body = ClaimedCart),
    (status = 400, description = "`malformed_json`"),
    (status = 401, description = "`session_required`, `session_ended`, `token_required`"),
    (status = 404, description = "`cart_not_found`, also for somebody else's"),
    (status = 409, description = "`cart_closed` with `order_id`"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`busy`, `accounts_unavailable`"),
), security(("session" = [])))]
pub async fn claim_cart(
    pop: Pop,
    headers: HeaderMap,
    token: Option<Token>,
    Json(body): Json<ClaimCart>,
) -> Result<Json<ClaimedCart>> {
    let who = kiosk_session::require(&pop.edge, &headers).await?;
    let guest = match body.cart {
        Some(id) => Some((cart_id(&id)?, token.ok_or_else(token_required)?)),
        None => None,
    };
    Ok(Json(claim::claim_cart(&pop, &who, guest).await?))
}

/// The cart, priced now.
#[utoipa::path(get, path = "/v1/carts/{id}", tag = "carts", params(
    ("id" = String, Path, description = "`crt_…`"),
), responses(
    (status = 200, description = "The cart; its version is the `ETag`", body = CartBody),
    (status = 401, description = "`token_required`"),
    (status = 404, description = "`cart_not_found`, also for somebody else's"),
), security(("cart_token" = [])))]
pub async fn get_cart(pop: Pop, token: Token, Path(id): Path<String>) -> Result<Response> {
    Ok(with_etag(StatusCode::OK, service::get_cart(&pop, &cart_id(&id)?, &token).await?))
}

/// The cart for where it goes: with the tax that comes on top there.
#[utoipa::path(post, path = "/v1/carts/{id}/quote", tag = "carts", request_body = Destination, params(
    ("id" = String, Path, description = "`crt_…`"),
), responses(
    (status = 200, description = "The cart; nothing of the destination is kept", body = CartBody),
    (status = 400, description = "`malformed_json`"),
    (status = 401, description = "`token_required`"),
    (status = 404, description = "`cart_not_found`, also for somebody else's"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`"),
), security(("cart_token" = [])))]
pub async fn quote_cart(
    pop: Pop,
    token: Token,
    Path(id): Path<String>,
    Json(to): Json<Destination>,
) -> Result<Response> {
    Ok(with_etag(StatusCode::OK, service::quote(&pop, &cart_id(&id)?, &token, &to.checked()?).await?))
}

/// Sets the pieces of a SKU, at the price that is shown now.
#[utoipa::path(put, path = "/v1/carts/{id}/lines/{sku}", tag = "carts", request_body = PutLine, params(
    ("id" = String, Path, description = "`crt_…`"),
    ("sku" = String, Path, description = "SKU of a variant"),
    ("If-Match" = Option<String>, Header, description = "`\"<version>\"`: change only this version"),
), responses(
    (status = 200, description = "The cart", body = CartBody),
    (status = 400, description = "`malformed_json`"),
    (status = 401, description = "`token_required`"),
    (status = 404, description = "`cart_not_found`, `sku_not_found`"),
    (status = 409, description = "`cart_closed`"),
    (status = 412, description = "`cart_version_stale`, with the current `version`"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`, `currency_mismatch`, `cart_full`"),
    (status = 503, description = "`busy`"),
), security(("cart_token" = [])))]
pub async fn put_line(
    pop: Pop,
    token: Token,
    Path((id, line)): Path<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<PutLine>,
) -> Result<Response> {
    let (id, version) = (cart_id(&id)?, if_match(&headers)?);
    let cart = service::put_line(&pop, &id, &token, &sku(&line)?, body.quantity, version).await?;
    Ok(with_etag(StatusCode::OK, cart))
}

/// Removes a SKU; one that is not in the cart is no error.
#[utoipa::path(delete, path = "/v1/carts/{id}/lines/{sku}", tag = "carts", params(
    ("id" = String, Path, description = "`crt_…`"),
    ("sku" = String, Path, description = "SKU of a variant"),
    ("If-Match" = Option<String>, Header, description = "`\"<version>\"`: change only this version"),
), responses(
    (status = 200, description = "The cart", body = CartBody),
    (status = 401, description = "`token_required`"),
    (status = 404, description = "`cart_not_found`, `sku_not_found`"),
    (status = 409, description = "`cart_closed`"),
    (status = 412, description = "`cart_version_stale`, with the current `version`"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`busy`"),
), security(("cart_token" = [])))]
pub async fn remove_line(
    pop: Pop,
    token: Token,
    Path((id, line)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (id, version) = (cart_id(&id)?, if_match(&headers)?);
    let cart = service::remove_line(&pop, &id, &token, &sku(&line)?, version).await?;
    Ok(with_etag(StatusCode::OK, cart))
}
