//! A form is accepted only from a page of this shop: browsers say where a request comes from, and the cookies are
//! `SameSite=Lax` besides.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kiosk_web::is_same_origin;

use crate::pages::PageError;

/// Middleware: refuses a request that changes something unless it comes from a page of this host.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_same_origin(request.headers(), request.uri()) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "refused a form from another origin");
    PageError::OtherOrigin.into_response()
}
