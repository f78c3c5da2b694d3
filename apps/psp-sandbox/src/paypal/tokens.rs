//! Access tokens: OAuth 2.0 client credentials.

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, StatusCode, header};
use serde_json::json;
use subtle::ConstantTimeEq as _;

use super::answer::write;
use crate::Sandbox;

/// How long a token is good, in seconds.
const TOKEN_S: i64 = 32_400;

pub(super) async fn log_in(State(sandbox): State<Sandbox>, headers: HeaderMap, body: String) -> Response {
    let config = sandbox.config();
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pair = value.strip_prefix("Basic ").and_then(|pair| BASE64.decode(pair).ok()).unwrap_or_default();
    let expected = format!("{}:{}", config.paypal_client, config.paypal_secret);
    if !bool::from(pair.as_slice().ct_eq(expected.as_bytes())) {
        let error = json!({ "error": "invalid_client", "error_description": "Client Authentication failed" });
        return write(StatusCode::UNAUTHORIZED, &error);
    }
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(&body).unwrap_or_default();
    if !fields.iter().any(|(name, value)| name == "grant_type" && value == "client_credentials") {
        let error = json!({ "error": "unsupported_grant_type", "error_description": "Grant Type is NULL or unsupported" });
        return write(StatusCode::BAD_REQUEST, &error);
    }
    let now_ms = sandbox.now_ms();
    let token = sandbox.world().new_token(now_ms + TOKEN_S * 1000);
    let answer = json!({
        "scope": "https://uri.paypal.com/services/payments/payment/authcapture",
        "access_token": token,
        "token_type": "Bearer",
        "app_id": "APP-80W284485P519543T",
        "expires_in": TOKEN_S,
        "nonce": now_ms.to_string(),
    });
    write(StatusCode::OK, &answer)
}
