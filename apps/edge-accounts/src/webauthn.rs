//! What an authenticator signed (Web Authentication Level 3, 7.1 and 7.2), for one kind of key: ES256 on P-256.
//!
//! Attestation is asked to be `none`, so the attestation object holds nothing that is believed: the authenticator data,
//! which clients hand over beside it, says all there is. The public key in it is CBOR in the canonical form of CTAP2, of
//! which there is one for this kind of key, so it is compared instead of parsed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use http::Uri;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// COSE algorithm of ECDSA with SHA-256.
pub const ES256: i32 = -7;
/// Longest credential id, in bytes (7.1, step 25).
const CREDENTIAL_BYTES_MAX: usize = 1_023;
const COORDINATE_BYTES: usize = 32;
/// An EC2 key (1: 2) for ES256 (3: -7) on P-256 (-1: 1), up to the head of x.
const COSE_HEAD: [u8; 10] = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
/// The head of y.
const COSE_Y: [u8; 3] = [0x22, 0x58, 0x20];
/// Before the coordinates of a point that is not compressed (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 4;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const HAS_CREDENTIAL: u8 = 1 << 6;

/// Why an authenticator's answer is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebAuthnError {
    /// Not of the form that it must have.
    #[error("it is malformed")]
    Malformed,
    /// Made for something else.
    #[error("it was made for another purpose")]
    Purpose,
    /// Made on a page of somebody else.
    #[error("it was made on another site")]
    Site,
    /// Nobody was there, or it is not known who.
    #[error("the authenticator did not make sure who used it")]
    Unverified,
    /// Another kind of key.
    #[error("only keys for ES256 are taken")]
    Algorithm,
    /// Signed by another key, or changed.
    #[error("the signature does not match")]
    Signature,
}

/// The shop, as authenticators know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// Its domain.
    pub id: String,
    /// Scheme, host and port of its pages.
    pub origin: String,
}

impl RelyingParty {
    /// The shop at an address; `None` where that has no domain, for which authenticators keep no keys.
    pub fn at(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        let id = authority.host().to_ascii_lowercase();
        let is_domain = !id.starts_with('[') && id.parse::<std::net::IpAddr>().is_err();
        is_domain.then(|| Self { id, origin: format!("{scheme}://{authority}").to_ascii_lowercase() })
    }
}

/// What an authenticator is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// To make a key.
    Create,
    /// To sign with one.
    Get,
}

/// The client's side, which is signed as it is.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

/// Reads what the client says, and that it says it for this ceremony and of this site. Returns the challenge, which the
/// caller then makes sure of.
pub fn challenge(
    site: &RelyingParty,
    ceremony: Ceremony,
    client_data: &[u8],
) -> Result<Vec<u8>, WebAuthnError> {
    let data: ClientData = serde_json::from_slice(client_data).map_err(|_| WebAuthnError::Malformed)?;
    let kind = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::Get => "webauthn.get",
    };
    if data.kind != kind {
        return Err(WebAuthnError::Purpose);
    }
    if data.origin != site.origin || data.cross_origin {
        return Err(WebAuthnError::Site);
    }
    BASE64URL.decode(data.challenge).map_err(|_| WebAuthnError::Malformed)
}

/// A key that an authenticator made.
#[derive(Debug, PartialEq, Eq)]
pub struct NewKey {
    /// The authenticator's id of it.
    pub credential: Vec<u8>,
    /// The point, uncompressed.
    pub public_key: Vec<u8>,
    /// How often it has signed; 0 when that is not counted.
    pub sign_count: u32,
}

/// Checks the flags and the site, and returns sign count and what follows.
fn head<'a>(site: &RelyingParty, data: &'a [u8]) -> Result<(u8, u32, &'a [u8]), WebAuthnError> {
    let (site_hash, rest) = data.split_first_chunk::<32>().ok_or(WebAuthnError::Malformed)?;
    let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(WebAuthnError::Malformed)?;
    let (count, rest) = rest.split_first_chunk::<4>().ok_or(WebAuthnError::Malformed)?;
    if !bool::from(site_hash.ct_eq(&Sha256::digest(site.id.as_bytes()))) {
        return Err(WebAuthnError::Site);
    }
    if flags & USER_PRESENT == 0 || flags & USER_VERIFIED == 0 {
        return Err(WebAuthnError::Unverified);
    }
    Ok((*flags, u32::from_be_bytes(*count), rest))
}

/// Reads the key that was made.
pub fn created(site: &RelyingParty, authenticator_data: &[u8]) -> Result<NewKey, WebAuthnError> {
    let (flags, sign_count, rest) = head(site, authenticator_data)?;
    if flags & HAS_CREDENTIAL == 0 {
        return Err(WebAuthnError::Malformed);
    }
    // The first 16 bytes name the model, which is of no interest.
    let (length, rest) =
        rest.get(16..).and_then(<[u8]>::split_first_chunk::<2>).ok_or(WebAuthnError::Malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > CREDENTIAL_BYTES_MAX || length > rest.len() {
        return Err(WebAuthnError::Malformed);
    }
    let (credential, key) = rest.split_at(length);
    Ok(NewKey { credential: credential.to_vec(), public_key: point(key)?, sign_count })
}

/// The point of a COSE key, which extensions may follow.
fn point(cose: &[u8]) -> Result<Vec<u8>, WebAuthnError> {
    let rest = cose.strip_prefix(&COSE_HEAD).ok_or(WebAuthnError::Algorithm)?;
    let (x, rest) = rest.split_first_chunk::<COORDINATE_BYTES>().ok_or(WebAuthnError::Malformed)?;
    let rest = rest.strip_prefix(&COSE_Y).ok_or(WebAuthnError::Algorithm)?;
    let y = rest.first_chunk::<COORDINATE_BYTES>().ok_or(WebAuthnError::Malformed)?;
    let point = [&[UNCOMPRESSED], x.as_slice(), y].concat();
    VerifyingKey::from_sec1_bytes(&point).map_err(|_| WebAuthnError::Malformed)?;
    Ok(point)
}

/// Checks what a key signed. Returns its sign count, which the caller compares with the one before.
pub fn signed(
    site: &RelyingParty,
    public_key: &[u8],
    authenticator_data: &[u8],
    client_data: &[u8],
    signature: &[u8],
) -> Result<u32, WebAuthnError> {
    let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| WebAuthnError::Malformed)?;
    let signature = Signature::from_der(signature).map_err(|_| WebAuthnError::Signature)?;
    let message = [authenticator_data, &Sha256::digest(client_data)].concat();
    key.verify(&message, &signature).map_err(|_| WebAuthnError::Signature)?;
    Ok(head(site, authenticator_data)?.1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_site_is_a_domain() {
        let site = RelyingParty::at("https://Shop.example:8443/x").unwrap();
        assert_eq!((site.id.as_str(), site.origin.as_str()), ("shop.example", "https://shop.example:8443"));
        assert_eq!(RelyingParty::at("http://localhost:8001").unwrap().id, "localhost");
        for none in ["http://127.0.0.1:8001", "http://[::1]:8001", "shop.example", ""] {
            assert_eq!(RelyingParty::at(none), None, "{none}");
        }
    }

    #[test]
    fn cut_short_or_of_another_kind_no_key_is_read() {
        let site = RelyingParty::at("https://shop.test").unwrap();
        // The generator of P-256 (SEC 2, 2.4.2).
        let x = hex::decode("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296").unwrap();
        let y = hex::decode("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5").unwrap();
        let flags = USER_PRESENT | USER_VERIFIED | HAS_CREDENTIAL;
        let hash = Sha256::digest("shop.test");
        let start = [hash.as_slice(), &[flags], &[0, 0, 0, 7], &[0; 16], &[0, 3], b"key"].concat();
        let data = [start.as_slice(), &COSE_HEAD, &x, &COSE_Y, &y].concat();
        let key = created(&site, &data).unwrap();
        assert_eq!((key.credential.as_slice(), key.sign_count, key.public_key.len()), (&b"key"[..], 7, 65));
        for length in 0..data.len() {
            assert!(created(&site, &data[..length]).is_err(), "{length}");
        }
        let mut changed = data.clone();
        for (index, error) in [(0, WebAuthnError::Site), (62, WebAuthnError::Algorithm)] {
            changed[index] ^= 1;
            assert_eq!(created(&site, &changed), Err(error), "{index}");
            changed[index] ^= 1;
        }
        for missing in [USER_PRESENT, USER_VERIFIED] {
            changed[32] = flags & !missing;
            assert_eq!(created(&site, &changed), Err(WebAuthnError::Unverified));
        }
        changed[32] = flags & !HAS_CREDENTIAL;
        assert_eq!(created(&site, &changed), Err(WebAuthnError::Malformed));
        changed[32] = flags;
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(created(&site, &changed), Err(WebAuthnError::Malformed), "not on the curve");
    }
}
