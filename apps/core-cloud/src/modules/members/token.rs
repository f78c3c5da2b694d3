//! Random tokens of sessions and links; only their hashes are stored.

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::random::random;

/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// A token as its owner has it.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A fresh one.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn fresh() -> Result<Self, Error> {
        Ok(Self(hex::encode(random::<TOKEN_BYTES>()?)))
    }

    /// One that was sent; `None` when it cannot be one.
    pub fn sent(text: &str) -> Option<Self> {
        let fits = text.len() == 2 * TOKEN_BYTES && text.bytes().all(|b| b.is_ascii_hexdigit());
        fits.then(|| Self(text.to_owned()))
    }

    /// The token, to hand it to its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it. A fast hash is enough: the token has 256 random bits.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }
}
