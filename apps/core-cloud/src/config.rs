//! Settings, from the environment or the command line.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use kiosk_ids::PopId;
use kiosk_payments::Transport;
use subtle::ConstantTimeEq;

use crate::media::files::Files;

/// Shortest key that is accepted, in bytes.
pub const KEY_BYTES_MIN: usize = 16;
/// How long a POP's leases run without contact, in seconds, unless set otherwise.
pub const LEASE_TTL_S_DEFAULT: u32 = 86_400;
/// The fraud model that decides unless settings or an owner say otherwise, as in edge-fraud.
pub const FRAUD_MODEL_DEFAULT: &str = "fraud-v3";
/// When what the broker delivered is delivered again, in milliseconds.
pub const ACK_WAIT_MS: u64 = 10_000;

/// What the core needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Database file.
    pub data_dir: PathBuf,
    /// Where pictures and documents are.
    pub files: Files,
    /// PostgreSQL instead of the file.
    pub database_url: Option<String>,
    /// Who may sync, with their keys.
    pub pops: Pops,
    /// What operators show.
    pub operator_key: Secret,
    /// How long leases run without contact, in seconds.
    pub lease_ttl_s: u32,
    /// Where admins and vendors reach the core, without a slash at the end; links of mails lead there.
    pub public_url: String,
    /// How mails are sent.
    pub mail: MailConfig,
    /// Payment providers.
    pub payments: PaymentsConfig,
    /// The fraud model that decides until an owner says otherwise, as `fraud_model` of the POPs.
    pub fraud_model: String,
    /// A broker for the event bus instead of the database.
    pub nats: Option<NatsConfig>,
}

/// NATS JetStream.
#[derive(Clone)]
pub struct NatsConfig {
    /// `nats://user:password@host:port` or `tls://…`; several are separated by commas.
    pub url: String,
    /// The stream's name, which its subjects begin with. It is made when it is not there.
    pub stream: String,
    /// What was delivered and not answered is delivered again after this, in milliseconds.
    pub ack_wait_ms: u64,
}

impl fmt::Debug for NatsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsConfig").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// The mail provider.
#[derive(Clone)]
pub struct MailConfig {
    /// Its API, without a slash at the end.
    pub url: String,
    /// Its key.
    pub token: String,
    /// Sender.
    pub from: String,
}

impl fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailConfig").field("url", &self.url).field("from", &self.from).finish_non_exhaustive()
    }
}

/// Payment providers. One that is not configured is not asked: what is due there waits.
#[derive(Clone, Debug, Default)]
pub struct PaymentsConfig {
    /// Stripe.
    pub stripe: Option<StripeConfig>,
    /// PayPal.
    pub paypal: Option<PaypalConfig>,
    /// The account that vendors are paid from by bank transfer.
    pub bank: Option<BankConfig>,
    /// How they are reached.
    pub transport: ProviderTransport,
}

/// A bank account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankConfig {
    /// Whose it is.
    pub holder: String,
    /// Its IBAN, without spaces.
    pub iban: String,
    /// Its bank's BIC; empty where the bank does not need it.
    pub bic: String,
}

impl BankConfig {
    /// An account whose number is one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(holder: &str, iban: &str, bic: &str) -> Result<Self, ConfigError> {
        let iban = crate::modules::payouts::checked_iban(iban).ok_or(ConfigError::Iban)?;
        let bic = bic.trim().to_ascii_uppercase();
        let fits = matches!(bic.len(), 0 | 8 | 11) && bic.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fits || holder.trim().is_empty() {
            return Err(ConfigError::BankAccount);
        }
        Ok(Self { holder: holder.trim().to_owned(), iban, bic })
    }
}

/// How providers are reached: over HTTP, unless a test says otherwise.
#[derive(Clone)]
pub struct ProviderTransport(pub Arc<dyn Transport>);

impl Default for ProviderTransport {
    fn default() -> Self {
        Self(Arc::new(crate::modules::payments::providers::Http::default()))
    }
}

impl fmt::Debug for ProviderTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderTransport")
    }
}

/// Stripe.
#[derive(Clone)]
pub struct StripeConfig {
    /// Its API, without a slash at the end.
    pub url: String,
    /// Its secret key.
    pub key: String,
    /// Secrets of webhooks, several while one is changed; none to take no webhooks.
    pub webhook_secrets: Vec<String>,
}

impl fmt::Debug for StripeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripeConfig").field("url", &self.url).finish_non_exhaustive()
    }
}

/// PayPal.
#[derive(Clone)]
pub struct PaypalConfig {
    /// Its API, without a slash at the end.
    pub url: String,
    /// The app.
    pub client: String,
    /// Its secret.
    pub secret: String,
    /// What PayPal calls our registration for webhooks; empty to take none.
    pub webhook_id: String,
}

impl fmt::Debug for PaypalConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaypalConfig").field("url", &self.url).finish_non_exhaustive()
    }
}

/// A key: never printed, compared in constant time.
#[derive(Clone)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// A key of at least [`KEY_BYTES_MIN`] bytes.
    ///
    /// # Errors
    /// When it is shorter.
    pub fn new(text: &str) -> Result<Self, ConfigError> {
        if text.len() < KEY_BYTES_MIN {
            return Err(ConfigError::ShortKey);
        }
        Ok(Self(text.as_bytes().into()))
    }

    /// Compares in constant time.
    #[must_use]
    pub fn is(&self, candidate: &[u8]) -> bool {
        self.0.ct_eq(candidate).into()
    }

    /// The key itself, to verify signatures with.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A setting that cannot be used. Never repeats a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not `id:region:key`.
    #[error("KIOSK_POPS: entry {0} is not id:region:key")]
    Entry(usize),
    /// Twice the same POP.
    #[error("KIOSK_POPS: entry {0} names a POP again")]
    Twice(usize),
    /// Too short to be a key.
    #[error("a key must have at least {KEY_BYTES_MIN} bytes")]
    ShortKey,
    /// Check digits that do not fit.
    #[error("KIOSK_BANK_IBAN is no IBAN")]
    Iban,
    /// No holder, or a BIC that is none.
    #[error("KIOSK_BANK_HOLDER is missing, or KIOSK_BANK_BIC is no BIC")]
    BankAccount,
}

/// A POP that may sync.
#[derive(Clone, Debug)]
pub struct Pop {
    /// Its region.
    pub region: String,
    /// What it signs with.
    pub key: Secret,
}

/// The POPs that may sync, by id.
#[derive(Clone, Debug, Default)]
pub struct Pops(HashMap<PopId, Pop>);

impl Pops {
    /// Reads `eu-1:eu:<key>,us-1:us:<key>`.
    ///
    /// # Errors
    /// See [`ConfigError`]; it names the entry by its place, never by its text.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut pops = HashMap::new();
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        for (entry, place) in entries.zip(1..) {
            let mut parts = entry.splitn(3, ':');
            let (Some(id), Some(region), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
                return Err(ConfigError::Entry(place));
            };
            let id = PopId::parse(id).map_err(|_| ConfigError::Entry(place))?;
            if region.is_empty() {
                return Err(ConfigError::Entry(place));
            }
            let pop = Pop { region: region.to_owned(), key: Secret::new(key)? };
            if pops.insert(id, pop).is_some() {
                return Err(ConfigError::Twice(place));
            }
        }
        Ok(Self(pops))
    }

    /// The POP of this id.
    #[must_use]
    pub fn get(&self, id: &PopId) -> Option<&Pop> {
        self.0.get(id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&PopId, &Pop)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_pops_and_never_prints_keys() {
        let pops = Pops::parse("eu-1:eu:0123456789abcdef:x, us-1:us:fedcba9876543210").unwrap();
        let pop = pops.get(&PopId::parse("eu-1").unwrap()).unwrap();
        assert!(pop.key.is(b"0123456789abcdef:x") && !pop.key.is(b"0123456789abcdef"));
        assert!(!format!("{pops:?}").contains("0123456789"));
    }

    #[test]
    fn refuses_what_it_cannot_use() {
        assert_eq!(Pops::parse("eu-1:eu").unwrap_err(), ConfigError::Entry(1));
        assert_eq!(Pops::parse("EU:eu:0123456789abcdef").unwrap_err(), ConfigError::Entry(1));
        assert_eq!(Pops::parse("eu-1:eu:short").unwrap_err(), ConfigError::ShortKey);
        let twice = "eu-1:eu:0123456789abcdef,eu-1:eu:0123456789abcdef";
        assert_eq!(Pops::parse(twice).unwrap_err(), ConfigError::Twice(2));
    }
}
