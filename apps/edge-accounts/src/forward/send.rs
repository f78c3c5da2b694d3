//! Middleware of a POP whose region's vault is elsewhere.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, Uri, header};
use kiosk_edge_platform::{Edge, HttpError, Outbound};
use kiosk_problem::{BODY_BYTES_MAX, read_body, route_not_found};
use kiosk_wire::sign::{self, CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT, SignatureParams, Signed};

use super::wrap::{UnwrapError, WrappedAnswer, WrappedRequest};
use super::{KEY_ID, PATH, is_the_vaults};
use crate::app::App;
use crate::config::Config;
use crate::error::{ApiError, Result, accounts_unavailable};

/// How long the vault may take, in milliseconds: it may have to hash a password.
const TIMEOUT_MS_MAX: u32 = 6_000;
/// Random bytes of a nonce.
const NONCE_BYTES: usize = 16;

/// The vault did not answer.
#[derive(Debug, thiserror::Error)]
enum ForwardError {
    #[error(transparent)]
    Unreachable(#[from] HttpError),
    /// A signature that is not accepted, or something else in front of the vault that answers.
    #[error("the vault's POP answered {0}")]
    Refused(StatusCode),
    #[error("the vault's answer cannot be read")]
    Unreadable(#[from] serde_json::Error),
    #[error("the vault's answer cannot be put together")]
    Unwrap(#[from] UnwrapError),
    #[error("the request to the vault cannot be built")]
    Request(#[from] http::Error),
}

/// Forwards what is the vault's to answer, where another POP keeps it.
pub async fn to_the_vault(State(app): State<App>, request: Request, next: Next) -> Response {
    let config = match app.config().await {
        Ok(config) => config,
        Err(problem) => return problem.into_response(),
    };
    let Some(url) = &config.vault_url else { return next.run(request).await };
    match request.uri().path() {
        // No chains: there is no vault here.
        PATH => route_not_found().await.into_response(),
        path if is_the_vaults(path) => {
            forward(app.edge(), &config, url, request).await.unwrap_or_else(IntoResponse::into_response)
        }
        _ => next.run(request).await,
    }
}

async fn forward(edge: &Edge, config: &Config, url: &str, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, BODY_BYTES_MAX).await?;
    let wrapped = WrappedRequest::of(&parts, &body);
    send(edge, config, url, &wrapped).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a request did not reach the vault");
        ApiError::from(accounts_unavailable())
    })
}

async fn send(
    edge: &Edge,
    config: &Config,
    url: &str,
    wrapped: &WrappedRequest,
) -> Result<Response, ForwardError> {
    let body = serde_json::to_vec(wrapped)?;
    let uri: Uri = format!("{url}{PATH}").parse().map_err(http::Error::from)?;
    // What is signed is the path that the app sees, whatever stands before it.
    let signed = Signed { method: "POST", path_and_query: PATH, body: &body };
    let params = SignatureParams {
        key_id: KEY_ID.to_owned(),
        created_s: edge.clock.now_ms().div_euclid(1_000),
        nonce: hex::encode(edge.random_bytes::<NONCE_BYTES>()),
    };
    let signature = sign::sign(config.forward_key.bytes(), &signed, &params);
    let request = http::Request::post(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header(CONTENT_DIGEST, signature.content_digest)
        .header(SIGNATURE_INPUT, signature.signature_input)
        .header(SIGNATURE, signature.signature)
        .body(Bytes::from(body))?;
    let answer = edge.http.send(Outbound { request, timeout_ms_max: TIMEOUT_MS_MAX }).await?;
    if answer.status() != StatusCode::OK {
        return Err(ForwardError::Refused(answer.status()));
    }
    Ok(serde_json::from_slice::<WrappedAnswer>(answer.body())?.unwrap()?)
}
