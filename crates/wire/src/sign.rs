//! Signatures of sync requests: HTTP Message Signatures (RFC 9421) with HMAC-SHA256 over one fixed set of
//! components, and `Content-Digest` (RFC 9530) for the body.
//!
//! The receiver rebuilds the only `Signature-Input` it accepts from the key id, the time and the nonce, so there is
//! no parser to trick. A signature is good for [`TOLERANCE_S`] seconds, and its nonce for one use.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// How old or how far ahead a signature may be, in seconds.
pub const TOLERANCE_S: i64 = 300;
/// Header of RFC 9421.
pub const SIGNATURE_INPUT: &str = "signature-input";
/// Header of RFC 9421.
pub const SIGNATURE: &str = "signature";
/// Header of RFC 9530.
pub const CONTENT_DIGEST: &str = "content-digest";

/// What is signed of a request.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Upper case method.
    pub method: &'a str,
    /// Path and query as sent.
    pub path_and_query: &'a str,
    /// The whole body.
    pub body: &'a [u8],
}

/// The headers to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// Value of `Content-Digest`.
    pub content_digest: String,
    /// Value of `Signature-Input`.
    pub signature_input: String,
    /// Value of `Signature`.
    pub signature: String,
}

/// Who signed, when, and the nonce to remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureParams {
    /// Key id: the POP.
    pub key_id: String,
    /// Unix time in seconds.
    pub created_s: i64,
    /// Unique to this request.
    pub nonce: String,
}

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is missing or not of the one form that is accepted.
    #[error("the request is not signed as it must be")]
    Malformed,
    /// Too old or too far ahead.
    #[error("the signature's time is more than {TOLERANCE_S} s from ours")]
    Stale,
    /// The body is not the one that was signed.
    #[error("the body does not match its digest")]
    Digest,
    /// Signed with another key, or the request was changed.
    #[error("the signature does not match")]
    Mismatch,
}

fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64.encode(Sha256::digest(body)))
}

fn signature_params(params: &SignatureParams) -> String {
    format!(
        "(\"@method\" \"@path\" \"@query\" \"content-digest\");created={};keyid=\"{}\";nonce=\"{}\";alg=\"hmac-sha256\"",
        params.created_s, params.key_id, params.nonce
    )
}

/// The signature base of RFC 9421, section 2.5.
fn mac(key: &[u8], signed: &Signed<'_>, digest: &str, params: &SignatureParams) -> Hmac<Sha256> {
    let (path, query) = signed.path_and_query.split_once('?').unwrap_or((signed.path_and_query, ""));
    let base = format!(
        "\"@method\": {}\n\"@path\": {path}\n\"@query\": ?{query}\n\"content-digest\": {digest}\n\"@signature-params\": {}",
        signed.method,
        signature_params(params)
    );
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(base.as_bytes());
    mac
}

/// Signs a request. `params.key_id` and `params.nonce` hold no quotes or backslashes.
#[must_use]
pub fn sign(key: &[u8], signed: &Signed<'_>, params: &SignatureParams) -> SignatureHeaders {
    let content_digest = content_digest(signed.body);
    let tag = mac(key, signed, &content_digest, params).finalize().into_bytes();
    SignatureHeaders {
        signature_input: format!("kiosk={}", signature_params(params)),
        signature: format!("kiosk=:{}:", BASE64.encode(tag)),
        content_digest,
    }
}

/// Reads who signed, without believing it yet: it names the key to [`verify`] with.
///
/// # Errors
/// [`SignatureError::Malformed`].
pub fn read_params(signature_input: &str) -> Result<SignatureParams, SignatureError> {
    let field = |name: &str| {
        let start = signature_input.find(&format!(";{name}="))? + name.len() + 2;
        let value = signature_input.get(start..)?.split(';').next()?;
        Some(value.trim_matches('"').to_owned())
    };
    let params = SignatureParams {
        key_id: field("keyid").ok_or(SignatureError::Malformed)?,
        created_s: field("created").and_then(|text| text.parse().ok()).ok_or(SignatureError::Malformed)?,
        nonce: field("nonce")
            .filter(|nonce| (16..=64).contains(&nonce.len()))
            .ok_or(SignatureError::Malformed)?,
    };
    if signature_input == format!("kiosk={}", signature_params(&params)) {
        Ok(params)
    } else {
        Err(SignatureError::Malformed)
    }
}

/// Checks digest, time and signature, the last in constant time. The caller then makes sure that the nonce is new.
///
/// # Errors
/// See [`SignatureError`].
pub fn verify(
    key: &[u8],
    signed: &Signed<'_>,
    headers: &SignatureHeaders,
    now_s: i64,
) -> Result<SignatureParams, SignatureError> {
    let params = read_params(&headers.signature_input)?;
    let tag = headers.signature.strip_prefix("kiosk=:").and_then(|text| text.strip_suffix(':'));
    let tag = tag.and_then(|text| BASE64.decode(text).ok()).ok_or(SignatureError::Malformed)?;
    mac(key, signed, &headers.content_digest, &params)
        .verify_slice(&tag)
        .map_err(|_| SignatureError::Mismatch)?;
    if headers.content_digest != content_digest(signed.body) {
        return Err(SignatureError::Digest);
    }
    if now_s.abs_diff(params.created_s) > TOLERANCE_S.unsigned_abs() {
        return Err(SignatureError::Stale);
    }
    Ok(params)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const KEY: &[u8] = b"a key of the POP";
    const SIGNED: Signed<'_> = Signed { method: "POST", path_and_query: "/sync/v1/events?x=1", body: b"{}" };

    fn params() -> SignatureParams {
        SignatureParams { key_id: "eu-1".into(), created_s: 1_000, nonce: "0123456789abcdef".into() }
    }

    #[test]
    fn a_signed_request_verifies() {
        let headers = sign(KEY, &SIGNED, &params());
        assert_eq!(verify(KEY, &SIGNED, &headers, 1_000 + TOLERANCE_S), Ok(params()));
    }

    #[test]
    fn every_change_is_noticed() {
        let headers = sign(KEY, &SIGNED, &params());
        let check = |key: &[u8], signed: Signed<'_>| verify(key, &signed, &headers, 1_000);
        assert_eq!(check(b"other", SIGNED), Err(SignatureError::Mismatch));
        assert_eq!(check(KEY, Signed { method: "PUT", ..SIGNED }), Err(SignatureError::Mismatch));
        assert_eq!(
            check(KEY, Signed { path_and_query: "/sync/v1/events?x=2", ..SIGNED }),
            Err(SignatureError::Mismatch)
        );
        assert_eq!(check(KEY, Signed { body: b"[]", ..SIGNED }), Err(SignatureError::Digest));
        let late = verify(KEY, &SIGNED, &headers, 1_001 + TOLERANCE_S);
        assert_eq!(late, Err(SignatureError::Stale));
        assert_eq!(verify(KEY, &SIGNED, &headers, 999 - TOLERANCE_S), Err(SignatureError::Stale));
    }

    #[test]
    fn other_components_are_not_accepted() {
        let mut headers = sign(KEY, &SIGNED, &params());
        headers.signature_input = headers.signature_input.replace(" \"content-digest\"", "");
        assert_eq!(verify(KEY, &SIGNED, &headers, 1_000), Err(SignatureError::Malformed));
        assert!(read_params("").is_err());
        assert!(read_params("kiosk=();created=1").is_err());
    }
}
