//! Style sheet, scripts and drawings, as `scripts/build-browser` laid them out: names that carry a hash of the
//! content, and compressed variants beside each file.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use axum::response::Response as AxumResponse;
use kiosk_edge_platform::Files;

use super::Name;
use crate::pages::PageError;
use crate::shop::Shop;

/// Where the host mounts the assets.
const FOLDER: &str = "/assets";
const FOREVER: &str = "public, max-age=31536000, immutable";
const BRIEFLY: &str = "public, max-age=300";

/// From a plain name (`kiosk.css`) to the name with a hash.
#[derive(Debug, Default)]
pub struct Manifest(HashMap<String, String>);

impl Manifest {
    /// Reads the manifest; without one the plain names stand for themselves.
    pub fn read(files: &dyn Files) -> Self {
        let bytes = files.read(&format!("{FOLDER}/manifest.json")).unwrap_or_default();
        Self(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// The address of `name`.
    pub fn url(&self, name: &str) -> String {
        format!("{FOLDER}/{}", self.0.get(name).map_or(name, String::as_str))
    }

    /// Whether the build made `name`.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn is_hashed(&self, name: &str) -> bool {
        self.0.values().any(|hashed| hashed == name)
    }
}

/// `GET /assets/{name}`
pub async fn serve(
    State(shop): State<Arc<Shop>>,
    Name(name): Name,
    headers: HeaderMap,
) -> Result<AxumResponse, PageError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if name.starts_with('.') || !name.bytes().all(plain) {
        return Err(PageError::NotFound);
    }
    let content_type = media_type(&name).ok_or(PageError::NotFound)?;
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let (bytes, encoding) = variant(&*shop.edge.files, &name, accepted).ok_or(PageError::NotFound)?;
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let policy = if shop.assets.is_hashed(&name) { FOREVER } else { BRIEFLY };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

/// The smallest variant that the browser takes.
fn variant(files: &dyn Files, name: &str, accepted: &str) -> Option<(Vec<u8>, Option<&'static str>)> {
    let takes = |coding: &str| {
        accepted.split(',').any(|item| {
            let (name, weight) = item.split_once(';').unwrap_or((item, ""));
            name.trim() == coding && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
    };
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        if takes(coding)
            && let Some(bytes) = files.read(&format!("{FOLDER}/{name}.{ending}"))
        {
            return Some((bytes, Some(if coding == "br" { "br" } else { "gzip" })));
        }
    }
    files.read(&format!("{FOLDER}/{name}")).map(|bytes| (bytes, None))
}

fn media_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}
