//! The configuration: the variables of `spin.toml`, read once for each instance.

use std::net::IpAddr;

use http::Uri;
use kiosk_edge_platform::{VariableError, Variables};
use kiosk_mail::Provider;
use kiosk_privacy::PseudonymKey;

use crate::seal::SealKey;
use crate::webauthn::RelyingParty;

/// Shortest vault key, in bytes.
const VAULT_KEY_BYTES_MIN: usize = 32;
/// The vault is here: what the manifest says by default, since an empty address cannot stand among the allowed hosts.
const VAULT_IS_HERE: &str = "http://self";

/// What this region is and the secrets it holds.
pub struct Config {
    /// Finds an account by its e-mail address without storing it.
    pub pseudonym_key: PseudonymKey,
    /// Wraps the keys of persons.
    pub wrap_key: SealKey,
    /// Goes into every password's hash.
    pub pepper: SealKey,
    /// Where links in mails lead, without a slash at the end.
    pub shop_url: String,
    /// Sends mails.
    pub mail: Provider,
    /// Lets a scheduler tick from outside; empty where the host ticks.
    pub tick_key: String,
    /// Passwords that are hashed at once in the region.
    pub hashes_max: u32,
    /// The POP that keeps the region's vault, without a slash at the end; `None` when this one does.
    pub vault_url: Option<String>,
    /// Signs what POPs of the region forward to that one.
    pub forward_key: SealKey,
    /// Hashes the addresses of clients.
    pub client_key: SealKey,
    /// Hashes what registrations are counted by.
    pub registration_key: SealKey,
    /// Makes the challenges that passkeys sign.
    pub challenge_key: SealKey,
    /// Where passkeys are used.
    pub relying_party: Option<RelyingParty>,
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable is not set.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// A variable has a value that does not fit. The value may be a secret and is not told.
    #[error("variable {0} has a value that does not fit")]
    Value(&'static str),
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// When one is missing or does not fit.
    pub async fn load(variables: &dyn Variables) -> Result<Self, ConfigError> {
        let url = async |name: &'static str| {
            let text = variables.get(name).await?.trim_end_matches('/').to_owned();
            let uri = text.parse::<Uri>().ok().filter(|uri| uri.scheme().is_some() && uri.host().is_some());
            uri.map(|_| text).ok_or(ConfigError::Value(name))
        };
        let vault_key = variables.get("vault_key").await?.into_bytes();
        if vault_key.len() < VAULT_KEY_BYTES_MIN {
            return Err(ConfigError::Value("vault_key"));
        }
        let shop_url = url("shop_url").await?;
        let region_secret = variables.get("pseudonym_key").await?.into_bytes();
        let hashes_max = variables.get("password_hashes_max").await?.parse().ok().filter(|max| *max > 0);
        Ok(Self {
            pseudonym_key: PseudonymKey::new(&region_secret)
                .map_err(|_| ConfigError::Value("pseudonym_key"))?,
            wrap_key: SealKey::derived(&vault_key, "wrap"),
            pepper: SealKey::derived(&vault_key, "pepper"),
            mail: Provider { url: url("mail_url").await?, ..Provider::load(variables).await? },
            tick_key: variables.get("tick_key").await.unwrap_or_default(),
            hashes_max: hashes_max.ok_or(ConfigError::Value("password_hashes_max"))?,
            vault_url: vault_url(&variables.get("vault_url").await.unwrap_or_default())?,
            forward_key: SealKey::derived(&vault_key, "forward"),
            client_key: SealKey::derived(&vault_key, "client"),
            registration_key: SealKey::derived(&vault_key, "registration"),
            challenge_key: SealKey::derived(&vault_key, "challenge"),
            relying_party: RelyingParty::at(&shop_url),
            shop_url,
        })
    }
}

/// Passwords go there: over TLS, or without leaving the machine.
fn vault_url(text: &str) -> Result<Option<String>, ConfigError> {
    let text = text.trim_end_matches('/');
    if text.is_empty() || text == VAULT_IS_HERE {
        return Ok(None);
    }
    let unfit = || ConfigError::Value("vault_url");
    let uri: Uri = text.parse().map_err(|_| unfit())?;
    let host = uri.host().ok_or_else(unfit)?;
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(Some(text.to_owned())),
        Some("http") if is_loopback => Ok(Some(text.to_owned())),
        _ => Err(unfit()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_vault_is_here_over_tls_or_on_the_same_machine() {
        for here in ["", "http://self", "http://self/"] {
            assert_eq!(vault_url(here).unwrap(), None, "{here}");
        }
        for fine in
            ["https://eu-1.kiosk.example", "http://127.0.0.1:8001", "http://[::1]:1", "http://localhost:1"]
        {
            assert_eq!(vault_url(&format!("{fine}/")).unwrap().as_deref(), Some(fine));
        }
        for unfit in
            ["http://eu-1.kiosk.example", "http://10.0.0.1", "eu-1", "/x", "ftp://127.0.0.1", "https://"]
        {
            assert!(vault_url(unfit).is_err(), "{unfit}");
        }
    }
}
