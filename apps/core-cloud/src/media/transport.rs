//! `GET /sync/v1/media/{hash}`.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{Method, header};
use kiosk_problem::Problem;

use super::service::Service;
use crate::http::{Access, Route};

/// Even an SVG that is opened on its own may do nothing but draw.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The routes of this module.
#[must_use]
pub fn routes(service: &Service) -> Vec<Route> {
    vec![Route::new(Method::GET, "/sync/v1/media/{hash}", Access::Pop, get(get_picture), service.clone())]
}

async fn get_picture(State(service): State<Service>, Path(hash): Path<String>) -> Result<Response, Problem> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if hash.len() != 64 || !hash.bytes().all(hex) {
        return Err(Problem::not_found("picture"));
    }
    let (kind, bytes) = service.get_picture(&hash).await?;
    let headers = [
        (header::CONTENT_TYPE, kind.media_type()),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, bytes).into_response())
}
