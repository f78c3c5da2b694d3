//! Tokens: random, shown once, kept as their hash.

use kiosk_edge_platform::Randomness;
use sha2::{Digest, Sha256};

/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;
/// Longest token that is looked at, in bytes.
pub const TOKEN_BYTES_MAX: usize = 128;

/// A secret that opens a session or a link.
pub struct Token(String);

impl Token {
    /// A fresh one.
    pub fn fresh(random: &dyn Randomness) -> Self {
        let mut bytes = [0; TOKEN_BYTES];
        random.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// One that a client sent; `None` when it cannot be one.
    pub fn sent(text: &str) -> Option<Self> {
        (1..=TOKEN_BYTES_MAX).contains(&text.len()).then(|| Self(text.to_owned()))
    }

    /// The token, to hand it to its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored and looked up. A fast hash is enough: the token has 256 random bits, and finding a row by it tells
    /// nothing of other rows.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }
}
