//! The POP's configuration: the variables of `spin.toml`, read once for each instance.

use hmac::{Hmac, KeyInit, Mac};
use http::Uri;
use kiosk_edge_platform::{VariableError, Variables};
use kiosk_ids::{CartId, OrderId, PopId};
use kiosk_mail::Provider;
use kiosk_privacy::PseudonymKey;
use sha2::Sha256;

use crate::auth::Token;
use crate::checkout::tax::SalesTax;
use crate::payments::settings::Settings;

/// Shortest tick key, in bytes.
const TICK_KEY_BYTES_MIN: usize = 16;

/// What this POP is and the secrets it holds.
#[derive(Debug)]
pub struct Config {
    /// The POP.
    pub pop_id: PopId,
    /// Its region, e.g. `eu`.
    pub region: String,
    /// Where the core is, without a slash at the end.
    pub core_url: String,
    /// Signs requests to the core.
    pub pop_key: Secret,
    /// Makes pseudonyms.
    pub pseudonym_key: PseudonymKey,
    /// What prices are to sales tax.
    pub sales_tax: SalesTax,
    /// What payments are taken with.
    pub payments: Settings,
    /// Sends mails; without one they wait.
    pub mail: Option<Provider>,
    /// Lets a scheduler tick this POP from outside; none where the host ticks.
    pub tick_key: Option<Secret>,
    order_token_key: Secret,
    cart_token_key: Secret,
    request_hash_key: Secret,
    step_up_key: Secret,
}

/// Bytes that no log sees.
pub struct Secret(Vec<u8>);

impl Secret {
    /// Keeps `text` from logs.
    pub fn of(text: String) -> Self {
        Self(text.into_bytes())
    }

    /// The secret as the text that it was.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The bytes, to sign with.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// HMAC-SHA256 of `text`.
    fn mac(&self, text: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(text);
        mac.finalize().into_bytes().to_vec()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Digits of a code that confirms an e-mail address.
pub const CODE_DIGITS: u32 = 6;

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

/// Whether the core's answers can be believed: requests are signed, answers are protected by TLS alone, so only a core
/// on this machine may do without.
fn is_safe(core_url: &Uri) -> bool {
    match (core_url.scheme_str(), core_url.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
        _ => false,
    }
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// When one is missing or does not fit.
    pub async fn load(variables: &dyn Variables) -> Result<Self, ConfigError> {
        let pop_id =
            PopId::parse(&variables.get("pop_id").await?).map_err(|_| ConfigError::Value("pop_id"))?;
        let core_url = variables.get("core_url").await?.trim_end_matches('/').to_owned();
        if !core_url.parse::<Uri>().is_ok_and(|uri| is_safe(&uri)) {
            return Err(ConfigError::Value("core_url"));
        }
        let pop_key = variables.get("pop_key").await?.into_bytes();
        if pop_key.is_empty() {
            return Err(ConfigError::Value("pop_key"));
        }
        let region_secret = variables.get("pseudonym_key").await?.into_bytes();
        let pseudonym_key =
            PseudonymKey::new(&region_secret).map_err(|_| ConfigError::Value("pseudonym_key"))?;
        let tick_key = variables.get("tick_key").await.unwrap_or_default();
        if (1..TICK_KEY_BYTES_MIN).contains(&tick_key.len()) {
            return Err(ConfigError::Value("tick_key"));
        }
        let sales_tax = variables.get("sales_tax").await.unwrap_or_default();
        let sales_tax = SalesTax::parse(&sales_tax).ok_or(ConfigError::Value("sales_tax"))?;
        // Keys of their own, so that a token says nothing about a pseudonym.
        let region_secret = Secret(region_secret);
        let derived = |label: &str| Secret(region_secret.mac(label.as_bytes()));
        Ok(Self {
            pop_id,
            region: variables.get("region").await?,
            core_url,
            pop_key: Secret(pop_key),
            pseudonym_key,
            sales_tax,
            payments: Settings::load(variables).await,
            mail: Provider::load(variables).await.ok().filter(|mail| !mail.url.is_empty()),
            tick_key: (!tick_key.is_empty()).then(|| Secret(tick_key.into_bytes())),
            order_token_key: derived("order-token"),
            cart_token_key: derived("cart-token"),
            request_hash_key: derived("request-hash"),
            step_up_key: derived("step-up"),
        })
    }

    /// The token that shows an order to its owner. Derived and not stored: a repeated answer has it too.
    #[must_use]
    pub fn order_token(&self, order: &OrderId) -> String {
        hex::encode(self.order_token_key.mac(order.as_str().as_bytes()))
    }

    /// The token of an account's cart. Derived, so that each device of the account gets the same.
    #[must_use]
    pub fn cart_token(&self, cart: &CartId) -> Token {
        Token::derived(&self.cart_token_key.mac(cart.as_str().as_bytes()))
    }

    /// The code that confirms the e-mail address of a cart: dynamic truncation as in RFC 4226, section 5.3, of an HMAC over
    /// the cart and a nonce. Derived, so that no table has it.
    #[must_use]
    pub fn step_up_code(&self, cart: &str, nonce: &str) -> String {
        let mac = self.step_up_key.mac(format!("{cart}.{nonce}").as_bytes());
        let offset = mac.last().map_or(0, |last| usize::from(last & 0xf));
        let number =
            mac.iter().skip(offset).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        format!("{:0width$}", (number & 0x7fff_ffff) % 10_u32.pow(CODE_DIGITS), width = CODE_DIGITS as usize)
    }

    /// Tells whether two requests are the same. Keyed, because bodies hold personal values that could be guessed.
    #[must_use]
    pub fn request_hash(&self, body: &[u8]) -> String {
        hex::encode(self.request_hash_key.mac(body))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_core_on_this_machine_may_do_without_tls() {
        let safe = |url: &str| is_safe(&url.parse().unwrap());
        assert!(safe("https://core.example") && safe("http://127.0.0.1:8000") && safe("http://localhost"));
        assert!(!safe("http://core.example") && !safe("http://10.0.0.1:8000") && !safe("ftp://127.0.0.1"));
        assert!(!safe("/core"));
    }
}
