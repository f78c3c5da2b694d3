//! `GET /sync/v1/media/{hash}`, `POST /sync/v1/media`.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{Method, StatusCode, header};
use kiosk_problem::{Json, Problem};
use kiosk_wire::people::UPLOAD_BYTES_MAX;

use super::kind::Kind;
use super::service::Service;
use crate::http::{Access, Route};

/// Even an SVG that is opened on its own may do nothing but draw.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The routes of this module.
#[must_use]
pub fn routes(service: &Service) -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/sync/v1/media/{hash}", Access::Pop, get(get_picture), service.clone()),
        Route::new(Method::POST, "/sync/v1/media", Access::Pop, post(put_upload), service.clone()),
    ]
}

async fn get_picture(State(service): State<Service>, Path(hash): Path<String>) -> Result<Response, Problem> {
    if !is_hash(&hash) {
        return Err(Problem::not_found("picture"));
    }
    let (kind, bytes) = service.get_picture(&hash).await?;
    Ok(picture_response(kind, bytes))
}

/// Raw bytes; `require_pop` has checked them against the signed digest.
async fn put_upload(
    State(service): State<Service>,
    body: Bytes,
) -> Result<Json<kiosk_wire::Picture>, Problem> {
    if body.len() > UPLOAD_BYTES_MAX {
        let problem = Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "The body is larger than this address takes",
        );
        return Err(problem.with("bytes_max", UPLOAD_BYTES_MAX));
    }
    Ok(Json(service.put_upload_of_pop(body.into()).await?))
}

/// Whether this is a SHA-256 in hex.
pub fn is_hash(text: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(hex)
}

/// A picture as it is served: it never changes under its hash.
pub fn picture_response(kind: Kind, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.media_type()),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, bytes).into_response()
}
