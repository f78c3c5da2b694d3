//! Personal values at rest. Each person has a random key, and each of their values is sealed with it
//! (XChaCha20-Poly1305). The keys lie in a database of their own, wrapped with the region's secret, so that erasing one
//! row there erases the person, also from every backup of the vault.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use kiosk_edge_platform::Randomness;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// Bytes of a keyed hash.
const HASH_BYTES: usize = 16;

/// What was sealed does not open: another key, another context, or changed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open")]
pub struct NotOpened;

/// A key that seals.
#[derive(Clone)]
pub struct SealKey(Zeroizing<[u8; KEY_BYTES]>);

impl SealKey {
    /// A fresh key.
    pub fn fresh(random: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        random.fill(bytes.as_mut());
        Self(bytes)
    }

    /// The key of a purpose, derived from a secret by HMAC-SHA256.
    pub fn derived(secret: &[u8], purpose: &str) -> Self {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(purpose.as_bytes());
        Self(Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// The bytes, to derive from.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// What a value is counted and found by without storing it: 128 bits of HMAC-SHA256, in hex.
    pub fn hash(&self, value: &str) -> String {
        hex::encode(&Self::derived(self.bytes(), value).bytes()[..HASH_BYTES])
    }

    /// Nonce and sealed bytes. `context` says what the value is and whose; it opens nowhere else.
    pub fn seal(&self, random: &dyn Randomness, context: &str, value: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce);
        let payload = Payload { msg: value, aad: context.as_bytes() };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .unwrap_or_else(|_| unreachable!("only values of more than 256 GiB are refused"));
        [nonce.as_slice(), &sealed].concat()
    }

    /// The value that was sealed in this context.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(NotOpened)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| NotOpened)
    }

    /// This key under another one.
    pub fn wrapped_by(&self, wrapper: &Self, random: &dyn Randomness, owner: &str) -> Vec<u8> {
        wrapper.seal(random, &wrap_context(owner), self.bytes())
    }

    /// The key that was wrapped.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn unwrap_by(wrapper: &Self, wrapped: &[u8], owner: &str) -> Result<Self, NotOpened> {
        let bytes = wrapper.open(&wrap_context(owner), wrapped)?;
        Ok(Self(Zeroizing::new(bytes.as_slice().try_into().map_err(|_| NotOpened)?)))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }
}

fn wrap_context(owner: &str) -> String {
    format!("key/{owner}")
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_edge_platform::native::SeededRandom;

    use super::*;

    #[test]
    fn a_value_opens_with_its_key_and_in_its_context_only() {
        let random = SeededRandom::new(1);
        let (key, other) = (SealKey::fresh(&random), SealKey::fresh(&random));
        let sealed = key.seal(&random, "account/1", b"Ada");
        assert_eq!(key.open("account/1", &sealed).unwrap().as_slice(), b"Ada");
        assert_eq!(key.open("account/2", &sealed).unwrap_err(), NotOpened);
        assert_eq!(other.open("account/1", &sealed).unwrap_err(), NotOpened);
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(key.open("account/1", &changed).unwrap_err(), NotOpened, "byte {index}");
        }
        assert_eq!(key.open("account/1", &sealed[..10]).unwrap_err(), NotOpened);
        assert_ne!(key.seal(&random, "account/1", b"Ada"), sealed, "a nonce is never used twice");
    }

    #[test]
    fn a_wrapped_key_is_its_owners() {
        let random = SeededRandom::new(2);
        let (key, wrapper) = (SealKey::fresh(&random), SealKey::derived(b"region", "wrap"));
        let wrapped = key.wrapped_by(&wrapper, &random, "cus_1");
        assert_eq!(SealKey::unwrap_by(&wrapper, &wrapped, "cus_1").unwrap().bytes(), key.bytes());
        assert_eq!(SealKey::unwrap_by(&wrapper, &wrapped, "cus_2").unwrap_err(), NotOpened);
        let elsewhere = SealKey::derived(b"another region", "wrap");
        assert_eq!(SealKey::unwrap_by(&elsewhere, &wrapped, "cus_1").unwrap_err(), NotOpened);
    }
}
