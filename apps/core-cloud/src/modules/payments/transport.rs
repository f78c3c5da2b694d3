//! `POST /v1/payments/webhooks/{provider}`.

use axum::extract::{Path, Request, State};
use axum::routing::post;
use http::{Method, StatusCode};
use kiosk_payments::webhook::WEBHOOK_BYTES_MAX;
use kiosk_problem::{Problem, read_body};

use super::service::Service;
use super::state::Provider;
use crate::http::{Access, Route};

/// The routes of this module.
#[must_use]
pub fn routes(service: &Service) -> Vec<Route> {
    let path = "/v1/payments/webhooks/{provider}";
    vec![Route::new(Method::POST, path, Access::Public, post(take_webhook), service.clone())]
}

async fn take_webhook(
    State(service): State<Service>,
    Path(provider): Path<String>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let provider = Provider::parse(&provider).filter(|provider| *provider != Provider::Bank);
    let provider = provider.ok_or_else(|| Problem::not_found("provider"))?;
    let (parts, body) = request.into_parts();
    // The signature is over the bytes as they came.
    let body = read_body(body, WEBHOOK_BYTES_MAX).await?;
    service.take_webhook(provider, &parts.headers, &body).await?;
    Ok(StatusCode::OK)
}
