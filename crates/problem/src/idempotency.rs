//! `Idempotency-Key`: the same request again gets the same answer, and has no effect.

use http::{HeaderMap, HeaderName, StatusCode};

use crate::Problem;

/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 64;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Told with an answer that was given before.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The key of a request.
///
/// # Errors
/// 400 `idempotency_key_required` without one, 422 `invalid_value` for one that is too long or not printable.
pub fn idempotency_key(headers: &HeaderMap) -> Result<&str, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_required",
            "This address needs an Idempotency-Key",
        ));
    };
    match value.to_str() {
        Ok(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) => {
            Ok(key)
        }
        _ => Err(Problem::invalid("Idempotency-Key", format!("1 to {KEY_BYTES_MAX} printable characters"))),
    }
}

/// 422: the key was used for another request.
#[must_use]
pub fn idempotency_key_reused() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request",
    )
    .param("Idempotency-Key")
}
