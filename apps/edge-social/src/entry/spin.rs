//! Spin and edge-node. The router, and with it the configuration, lives as long as the instance.

use axum::Router;
use kiosk_edge_platform::spin::{edge, serve};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

thread_local! {
    static ROUTER: Router = crate::router(edge());
}

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    serve(ROUTER.with(Router::clone), request).await
}
