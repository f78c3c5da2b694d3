//! Requests and answers on their way between POPs: as JSON, so that all of a request is in the body that is signed.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::HEADERS;

/// What was wrapped cannot be put together again.
#[derive(Debug, thiserror::Error)]
pub enum UnwrapError {
    /// It has parts that HTTP does not take.
    #[error("it is not HTTP")]
    Http(#[from] http::Error),
    /// Its body is not base64.
    #[error("its body is not base64")]
    Body(#[from] base64::DecodeError),
}

/// A request.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrappedRequest {
    pub method: String,
    /// Path and query.
    pub path: String,
    headers: Vec<(String, String)>,
    /// Base64.
    body: String,
}

/// An answer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrappedAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    /// Base64.
    body: String,
}

impl WrappedRequest {
    /// Wraps a request that was read whole.
    pub fn of(parts: &Parts, body: &[u8]) -> Self {
        Self {
            method: parts.method.to_string(),
            path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            headers: texts(&parts.headers, |name| HEADERS.contains(name)),
            body: BASE64.encode(body),
        }
    }

    /// The request.
    pub fn unwrap(self) -> Result<Request, UnwrapError> {
        let body = Body::from(BASE64.decode(self.body)?);
        let mut request = Request::builder().method(self.method.as_str()).uri(self.path).body(body)?;
        fill(request.headers_mut(), &self.headers, |name| HEADERS.contains(name))?;
        Ok(request)
    }
}

impl WrappedAnswer {
    /// Wraps an answer that was read whole.
    pub fn of(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let headers = texts(headers, is_of_the_answer);
        Self { status: status.as_u16(), headers, body: BASE64.encode(body) }
    }

    /// The answer.
    pub fn unwrap(self) -> Result<Response, UnwrapError> {
        let mut response = Response::new(Body::from(Bytes::from(BASE64.decode(self.body)?)));
        *response.status_mut() = StatusCode::from_u16(self.status).map_err(http::Error::from)?;
        fill(response.headers_mut(), &self.headers, is_of_the_answer)?;
        Ok(response)
    }
}

/// Its length is that of the body that is sent in the end.
fn is_of_the_answer(name: &HeaderName) -> bool {
    *name != header::CONTENT_LENGTH && *name != header::TRANSFER_ENCODING
}

fn texts(headers: &HeaderMap, wanted: impl Fn(&HeaderName) -> bool) -> Vec<(String, String)> {
    let wanted = headers.iter().filter(|(name, _)| wanted(name));
    wanted.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect()
}

fn fill(
    headers: &mut HeaderMap,
    texts: &[(String, String)],
    wanted: impl Fn(&HeaderName) -> bool,
) -> Result<(), UnwrapError> {
    for (name, value) in texts {
        let name = HeaderName::try_from(name).map_err(http::Error::from)?;
        if wanted(&name) {
            headers.append(name, value.try_into().map_err(http::Error::from)?);
        }
    }
    Ok(())
}
