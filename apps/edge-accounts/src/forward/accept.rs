//! The vault's side: what another POP of the region was asked, answered by the same routes as if it were asked here.

use axum::extract::{Request, State};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use kiosk_problem::{BODY_BYTES_MAX, Json, Problem, parse_json, read_body, route_not_found};
use kiosk_wire::sign::{
    self, CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT, SignatureError, SignatureHeaders, Signed,
};
use tower::ServiceExt;

use super::wrap::{WrappedAnswer, WrappedRequest};
use super::{PATH, Vault, is_the_vaults};
use crate::app::Region;
use crate::error::Result;
use crate::store::nonces;

/// Longest wrapped request, in bytes: the longest body as base64, and its headers.
const WRAPPED_BYTES_MAX: usize = 2 * BODY_BYTES_MAX;

/// `POST /v1/account/forwarded`. Without the region's key it is not there.
pub async fn accept(State(vault): State<Vault>, request: Request) -> Result<Json<WrappedAnswer>> {
    let region = vault.app.region().await?;
    let (parts, body) = request.into_parts();
    let body = read_body(body, WRAPPED_BYTES_MAX).await?;
    check(&region, &parts.headers, &body).await?;
    let wrapped: WrappedRequest = parse_json(&body)?;
    let request = wrapped.unwrap().map_err(|error| Problem::invalid("request", error.to_string()))?;
    if !is_the_vaults(request.uri().path()) {
        return Err(Problem::invalid("path", "is not the vault's to answer").into());
    }
    let answer = vault.api.oneshot(request).await.unwrap_or_else(|never| match never {});
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.map_err(|error| Problem::internal(&error))?.to_bytes();
    Ok(Json(WrappedAnswer::of(parts.status, &parts.headers, &body)))
}

/// Makes sure that a POP of this region sent this, just now, and for the first time.
async fn check(region: &Region, headers: &HeaderMap, body: &[u8]) -> Result<()> {
    let Some(signature) = signature_of(headers) else { return Err(route_not_found().await.into()) };
    let now_ms = region.now_ms();
    let signed = Signed { method: "POST", path_and_query: PATH, body };
    let key = region.config.forward_key.bytes();
    let params = match sign::verify(key, &signed, &signature, now_ms.div_euclid(1_000)) {
        Ok(params) => params,
        // Who has the key is told what is wrong; nobody else learns that there is something.
        Err(error @ SignatureError::Stale) => {
            return Err(unauthorized("signature_invalid", "The signature does not hold")
                .detail(error.to_string())
                .into());
        }
        Err(_) => return Err(route_not_found().await.into()),
    };
    if nonces::take(&*region.edge.db, &params.nonce, now_ms).await? {
        Ok(())
    } else {
        Err(unauthorized("signature_replayed", "The signature was used before").into())
    }
}

fn signature_of(headers: &HeaderMap) -> Option<SignatureHeaders> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    Some(SignatureHeaders {
        signature_input: text(SIGNATURE_INPUT)?,
        signature: text(SIGNATURE)?,
        content_digest: text(CONTENT_DIGEST)?,
    })
}

fn unauthorized(code: &str, title: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, title)
}
