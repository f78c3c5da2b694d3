//! `GET /v1/products`, `GET /v1/products/{id}`, `GET /v1/products/{id}/reviews`.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use kiosk_edge_platform::conditional::none_match_names;
use kiosk_pop_store::catalog::reviews::PAGE_REVIEWS_MAX;
use kiosk_problem::{Path, Query};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::service;
use super::view::{ProductBody, ProductPage, ReviewPage};
use crate::app::Pop;
use crate::error::Result;
use crate::paging::PageQuery;

/// The catalogue is the same for everybody, and a few seconds old at worst.
const CACHE: &str = "public, max-age=5";
/// Bytes of the hash that an `ETag` is made of.
const ETAG_BYTES: usize = 12;
/// Reviews on a page when the caller names no `limit`.
const PAGE_REVIEWS: u32 = 10;

/// A page of the catalogue. `facet.<Option>=<Value>` filters by an option, e.g. `facet.Colour=Blue`.
#[utoipa::path(get, path = "/v1/products", tag = "products", params(
    ("limit" = Option<u32>, Query, description = "1 to 100, 24 if not given"),
    ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ("category" = Option<String>, Query, description = "Slug of a category; those below it are included"),
    ("vendor" = Option<String>, Query, description = "Id of a vendor"),
    ("q" = Option<String>, Query, description = "Words to search for"),
    ("sort" = Option<String>, Query, description = "`newest`, `price`, `-price` or `title`"),
    ("in_stock" = Option<bool>, Query, description = "Only what can be sold here now"),
    ("featured" = Option<bool>, Query, description = "Only what the home page shows"),
), responses(
    (status = 200, description = "A page", body = ProductPage),
    (status = 304, description = "Not changed since the `ETag` of `If-None-Match`"),
    (status = 422, description = "`invalid_value`"),
))]
pub async fn list_products(
    pop: Pop,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let query = service::read_query(pairs)?;
    cacheable(&headers, &service::list_products(&pop, query).await?)
}

/// A product with its variants, their prices and their stock at this POP.
#[utoipa::path(get, path = "/v1/products/{id}", tag = "products", params(
    ("id" = String, Path, description = "`prd_…`"),
), responses(
    (status = 200, description = "The product", body = ProductBody),
    (status = 304, description = "Not changed since the `ETag` of `If-None-Match`"),
    (status = 404, description = "`product_not_found`"),
))]
pub async fn get_product(pop: Pop, headers: HeaderMap, Path(id): Path<String>) -> Result<Response> {
    cacheable(&headers, &service::get_product(&pop, &id).await?)
}

/// What customers say of a product, newest first. Texts are plain.
#[utoipa::path(get, path = "/v1/products/{id}/reviews", tag = "products", params(
    ("id" = String, Path, description = "`prd_…`"),
    ("limit" = Option<u32>, Query, description = "1 to 50, 10 if not given"),
    ("cursor" = Option<String>, Query, description = "`next` of the page before"),
), responses(
    (status = 200, description = "A page", body = ReviewPage),
    (status = 304, description = "Not changed since the `ETag` of `If-None-Match`"),
    (status = 404, description = "`product_not_found`"),
    (status = 422, description = "`invalid_value`"),
))]
pub async fn list_reviews(
    pop: Pop,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let query = PageQuery::read(pairs, PAGE_REVIEWS, PAGE_REVIEWS_MAX)?;
    cacheable(&headers, &service::list_reviews(&pop, &id, query).await?)
}

fn cacheable(headers: &HeaderMap, body: &impl Serialize) -> Result<Response> {
    let body = serde_json::to_vec(body)?;
    let etag = format!("\"{}\"", hex::encode(&Sha256::digest(&body)[..ETAG_BYTES]));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or("");
    let matches = none_match_names(known, &etag);
    let validators = [(header::CACHE_CONTROL, CACHE.to_owned()), (header::ETAG, etag)];
    if matches {
        return Ok((StatusCode::NOT_MODIFIED, validators).into_response());
    }
    Ok((validators, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}
