//! Middleware of [`crate::http::Access::Pop`]: a request is read whole, its signature checked and its nonce used up.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use kiosk_ids::PopId;
use kiosk_problem::{Problem, read_body};
use kiosk_wire::SYNC_BODY_BYTES_MAX;
use kiosk_wire::sign::{
    CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT, SignatureError, SignatureHeaders, Signed,
};

use super::service::Service;
use crate::error::Error;

/// The POP that signed the request, as handlers get it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The POP.
    pub pop: PopId,
    /// Its region.
    pub region: String,
}

/// Checks a signed request and hands it on with its [`Caller`].
pub async fn require_pop(State(service): State<Service>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let bytes = match read_body(body, SYNC_BODY_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    let path_and_query = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let signed = Signed { method: parts.method.as_str(), path_and_query, body: &bytes };
    let caller = match signature_headers(&parts.headers) {
        Ok(headers) => service.authenticate(&signed, &headers).await,
        Err(error) => Err(error),
    };
    match caller {
        Ok(pop) => {
            let region = service.region_of(&pop);
            parts.extensions.insert(Caller { pop, region });
            next.run(Request::from_parts(parts, Body::from(bytes))).await
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

fn signature_headers(headers: &HeaderMap) -> Result<SignatureHeaders, Error> {
    let text = |name: &str| match headers.get(name).map(|value| value.to_str()) {
        None => Err(Error::SignatureRequired),
        Some(Err(_)) => Err(Error::SignatureInvalid(SignatureError::Malformed)),
        Some(Ok(text)) => Ok(text.to_owned()),
    };
    Ok(SignatureHeaders {
        signature_input: text(SIGNATURE_INPUT)?,
        signature: text(SIGNATURE)?,
        content_digest: text(CONTENT_DIGEST)?,
    })
}
