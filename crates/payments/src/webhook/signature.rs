//! Stripe's signature of a webhook: `Stripe-Signature: t=<seconds>,v1=<hex>`, where v1 is HMAC-SHA256 of `<t>.<body>`
//! with the endpoint's secret. While a secret is rolled there are several v1.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::NoticeError;
use crate::Moment;

/// How old, or how far ahead, a signature may be.
pub const SIGNATURE_TOLERANCE_MS: i64 = 300_000;
/// The header.
pub const STRIPE_SIGNATURE: &str = "stripe-signature";
/// The longest header that is read.
const HEADER_BYTES_MAX: usize = 2048;
/// Signatures that are compared; Stripe sends as many as secrets are valid.
const SIGNATURES_MAX: usize = 8;

/// The header's value for `body`, signed at `now_ms`.
#[must_use]
pub fn sign_stripe(secret: &str, body: &[u8], now_ms: Moment) -> String {
    let seconds = now_ms.div_euclid(1000).to_string();
    format!("t={seconds},v1={}", hex::encode(tag(secret, &seconds, body)))
}

fn tag(secret: &str, seconds: &str, body: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(seconds.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().into()
}

/// Whether one of `secrets` signed `body` not too long before `now_ms`.
pub(super) fn verify(secrets: &[&str], header: &str, body: &[u8], now_ms: Moment) -> Result<(), NoticeError> {
    if header.len() > HEADER_BYTES_MAX || secrets.iter().any(|secret| secret.is_empty()) {
        return Err(NoticeError::Unsigned);
    }
    let mut seconds = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) if seconds.is_none() => seconds = Some(value),
            Some(("t", _)) => return Err(NoticeError::Unsigned),
            Some(("v1", value)) if signatures.len() < SIGNATURES_MAX => {
                signatures.extend(hex::decode(value).ok());
            }
            // Other schemes (v0 is for tests) and what comes later prove nothing.
            _ => {}
        }
    }
    let seconds = seconds.ok_or(NoticeError::Unsigned)?;
    if signatures.is_empty() || seconds.is_empty() || !seconds.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NoticeError::Unsigned);
    }
    let signed_ms = seconds.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000));
    let signed_ms = signed_ms.ok_or(NoticeError::Unsigned)?;
    let fits = secrets.iter().any(|secret| {
        let expected = tag(secret, seconds, body);
        signatures.iter().any(|signature| bool::from(signature.as_slice().ct_eq(&expected)))
    });
    if !fits {
        return Err(NoticeError::Forged);
    }
    if now_ms.abs_diff(signed_ms) > SIGNATURE_TOLERANCE_MS.unsigned_abs() {
        return Err(NoticeError::Stale);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test";
    const NOW_MS: i64 = 1_700_000_000_000;

    fn check(header: &str, body: &[u8], now_ms: i64) -> Result<(), NoticeError> {
        verify(&[SECRET], header, body, now_ms)
    }

    /// Computed with `openssl dgst -sha256 -hmac whsec_test` over `1700000000.{}`.
    #[test]
    fn the_signature_is_stripes() {
        let header = sign_stripe(SECRET, b"{}", NOW_MS);
        assert_eq!(
            header,
            "t=1700000000,v1=35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91"
        );
    }

    #[test]
    fn a_signature_is_good_for_its_body_its_key_and_a_while() {
        let header = sign_stripe(SECRET, b"{}", NOW_MS);
        assert_eq!(check(&header, b"{}", NOW_MS + SIGNATURE_TOLERANCE_MS), Ok(()));
        assert_eq!(check(&header, b"{}", NOW_MS + SIGNATURE_TOLERANCE_MS + 1), Err(NoticeError::Stale));
        assert_eq!(check(&header, b"{}", NOW_MS - SIGNATURE_TOLERANCE_MS - 1), Err(NoticeError::Stale));
        assert_eq!(check(&header, b"[]", NOW_MS), Err(NoticeError::Forged));
        assert_eq!(verify(&["whsec_other"], &header, b"{}", NOW_MS), Err(NoticeError::Forged));
        assert_eq!(verify(&["whsec_other", SECRET], &header, b"{}", NOW_MS), Ok(()), "while it is rolled");
        let moved = header.replace("t=1700000000", "t=1700000001");
        assert_eq!(check(&moved, b"{}", NOW_MS), Err(NoticeError::Forged), "the time is signed too");
    }

    #[test]
    fn one_good_signature_of_several_is_enough() {
        let good = sign_stripe(SECRET, b"{}", NOW_MS);
        let (time, v1) = good.split_once(',').unwrap_or_default();
        let other = "0".repeat(64);
        assert_eq!(check(&format!("{time},v1={other},{v1},v0={other}"), b"{}", NOW_MS), Ok(()));
        assert_eq!(check(&format!("{time},v1={other}"), b"{}", NOW_MS), Err(NoticeError::Forged));
        let as_v0 = v1.replace("v1=", "v0=");
        assert_eq!(check(&format!("{time},{as_v0}"), b"{}", NOW_MS), Err(NoticeError::Unsigned));
        let cut = &v1[..v1.len() - 2];
        assert_eq!(check(&format!("{time},{cut}"), b"{}", NOW_MS), Err(NoticeError::Forged));
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        let long = format!("t=1,v1={}", "a".repeat(3000));
        for bad in
            ["", "t=", "t=1", "v1=00", "t=-1,v1=00", "t=1,t=2,v1=00", "t=99999999999999999999,v1=00", &long]
        {
            assert_eq!(check(bad, b"{}", NOW_MS), Err(NoticeError::Unsigned), "{bad}");
        }
        let header = sign_stripe("", b"{}", NOW_MS);
        assert_eq!(
            verify(&[""], &header, b"{}", NOW_MS),
            Err(NoticeError::Unsigned),
            "a secret that is not set"
        );
    }
}
