//! Challenges: random, for one purpose and one account, good for five minutes and once. Nothing is stored until one comes
//! back signed, so asking for them costs the vault nothing.

use crate::app::Region;
use crate::error::Result;
use crate::seal::SealKey;
use crate::store::nonces;

/// How long a challenge is good for, in milliseconds; its nonce is kept for longer.
pub const CHALLENGE_MS_MAX: i64 = 5 * 60_000;
const NONCE_BYTES: usize = 16;
const TIME_BYTES: usize = 8;

/// What a challenge is for: the account that gets a key, or nobody known when somebody logs in.
fn tag(region: &Region, account: Option<&str>, head: &[u8]) -> SealKey {
    let purpose = format!("{}/{}", account.unwrap_or("login"), hex::encode(head));
    SealKey::derived(region.config.challenge_key.bytes(), &purpose)
}

/// A fresh one.
pub fn fresh(region: &Region, account: Option<&str>) -> Vec<u8> {
    let expires_ms = region.now_ms() + CHALLENGE_MS_MAX;
    let mut challenge = region.edge.random_bytes::<NONCE_BYTES>().to_vec();
    challenge.extend(expires_ms.to_be_bytes());
    challenge.extend_from_slice(tag(region, account, &challenge).bytes());
    challenge
}

/// Uses a challenge up; false when it is not one of these, for something else, too old, or used before.
pub async fn take(region: &Region, account: Option<&str>, challenge: &[u8]) -> Result<bool> {
    use subtle::ConstantTimeEq;

    let Some((head, sent)) = challenge.split_at_checked(NONCE_BYTES + TIME_BYTES) else { return Ok(false) };
    let expires_ms = head.last_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes));
    let is_ours = bool::from(tag(region, account, head).bytes().ct_eq(sent));
    if !is_ours || expires_ms <= region.now_ms() {
        return Ok(false);
    }
    let nonce = format!("passkey/{}", hex::encode(&head[..NONCE_BYTES]));
    Ok(nonces::take(&*region.edge.db, &nonce, region.now_ms()).await?)
}
