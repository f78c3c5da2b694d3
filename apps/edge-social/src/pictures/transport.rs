//! `/v1/pictures`.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use kiosk_problem::{Json, Path, read_body};
use kiosk_wire::people::UPLOAD_BYTES_MAX;

use super::service::{self, PictureId};
use crate::app::Pop;
use crate::error::Result;
use crate::session::{Customer, Reader};

/// Hands in a picture of at most 3 MiB: JPEG, PNG or WebP. What a camera tells besides is taken out. It is kept for a day,
/// or until it is delivered with the message or review that names it.
#[utoipa::path(post, path = "/v1/pictures", tag = "pictures",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file as it is"),
    responses(
        (status = 201, description = "Its id", body = PictureId),
        (status = 401, description = "`session_required`, `session_ended`"),
        (status = 413, description = "`body_too_large`"),
        (status = 415, description = "`picture_not_supported`"),
        (status = 422, description = "`picture_refused`"),
        (status = 429, description = "`too_many_pictures`"),
        (status = 503, description = "`busy`, `accounts_unavailable`"),
    ), security(("session" = [])))]
pub async fn put_picture(
    pop: Pop,
    Customer(who): Customer,
    request: Request,
) -> Result<(StatusCode, Json<PictureId>)> {
    let file = read_body(request.into_body(), UPLOAD_BYTES_MAX).await?;
    Ok((StatusCode::CREATED, Json(service::put_picture(&pop, &who.account, &file).await?)))
}

/// One's own picture, while it is kept.
#[utoipa::path(get, path = "/v1/pictures/{id}", tag = "pictures", params(
    ("id" = String, Path, description = "As `POST /v1/pictures` answered"),
), responses(
    (status = 200, description = "The file", body = Vec<u8>, content_type = "image/jpeg"),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 404, description = "`picture_not_found`, also for somebody else's"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("session" = [])))]
pub async fn get_picture(pop: Pop, Reader(who): Reader, Path(id): Path<String>) -> Result<Response> {
    let upload = service::get_picture(&pop, &who.account, &id).await?;
    let media_type = match upload.ext.as_str() {
        "jpg" => "image/jpeg",
        "png" => "image/png",
        _ => "image/webp",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    Ok((headers, upload.bytes).into_response())
}
