//! Pictures of products, by the hash of their bytes: an address never changes what it shows.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Response, header};
use axum::response::Response as AxumResponse;
use kiosk_pop_store::media;

use super::Name;
use crate::pages::PageError;
use crate::shop::Shop;

/// A picture may be an SVG from a vendor: opened by itself it may style itself, and nothing else.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// Shown while a picture is still on its way from the core; quiet on light and dark pages alike.
const PLACEHOLDER: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1200 1200\">\
    <rect width=\"1200\" height=\"1200\" fill=\"#e4ddd0\"/><circle cx=\"820\" cy=\"400\" r=\"130\" fill=\"#efe9de\"/>\
    <path d=\"M0 930 330 560l230 250 180-190 460 470v110H0z\" fill=\"#d5ccbb\"/>\
    <path d=\"M0 1040 460 760l740 440H0z\" fill=\"#c9bfab\"/></svg>";

/// `GET /media/{file}`, where a file is `<hash>.<ext>`
pub async fn serve(State(shop): State<Arc<Shop>>, Name(file): Name) -> Result<AxumResponse, PageError> {
    let (hash, ext) = file.split_once('.').ok_or(PageError::NotFound)?;
    if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(PageError::NotFound);
    }
    let content_type = media_type(ext).ok_or(PageError::NotFound)?;
    Ok(match media::get(&*shop.edge.db, hash).await? {
        Some(found) if found.ext == ext => {
            picture(found.bytes, content_type, "public, max-age=31536000, immutable")
        }
        Some(_) => return Err(PageError::NotFound),
        None => picture(PLACEHOLDER.as_bytes().to_vec(), "image/svg+xml", "public, max-age=5"),
    })
}

fn picture(bytes: Vec<u8>, content_type: &'static str, cache: &'static str) -> AxumResponse {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PICTURE_POLICY));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}

fn media_type(ext: &str) -> Option<&'static str> {
    Some(match ext {
        "svg" => "image/svg+xml",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "gif" => "image/gif",
        _ => return None,
    })
}
