//! `GET /sync/v1/models/{version}` and `/onnx`: what POPs fetch.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{Method, header};
use kiosk_problem::Problem;

use super::service::Service;
use crate::http::{Access, Route};

/// The routes of this module.
#[must_use]
pub fn routes(service: &Service) -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/sync/v1/models/{version}", Access::Pop, get(get_card), service.clone()),
        Route::new(
            Method::GET,
            "/sync/v1/models/{version}/onnx",
            Access::Pop,
            get(get_onnx),
            service.clone(),
        ),
    ]
}

/// The card as it was handed in.
async fn get_card(State(service): State<Service>, Path(version): Path<String>) -> Result<Response, Problem> {
    let card = service.get_model(&version).await?.card;
    Ok(([(header::CONTENT_TYPE, "application/json")], card).into_response())
}

async fn get_onnx(State(service): State<Service>, Path(version): Path<String>) -> Result<Response, Problem> {
    let onnx = service.get_onnx(&version).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], onnx).into_response())
}
