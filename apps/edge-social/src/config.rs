//! The configuration: the variables of `spin.toml`, read once for each instance.

use kiosk_edge_platform::{VariableError, Variables};
use kiosk_privacy::PseudonymKey;

/// The secret this app holds.
pub struct Config {
    /// Makes the ids of reviews, and tells requests apart without storing them.
    pub pseudonym_key: PseudonymKey,
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable is not set.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// A variable has a value that does not fit. The value is a secret and is not told.
    #[error("variable {0} has a value that does not fit")]
    Value(&'static str),
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// When one is missing or does not fit.
    pub async fn load(variables: &dyn Variables) -> Result<Self, ConfigError> {
        let secret = variables.get("pseudonym_key").await?;
        let pseudonym_key =
            PseudonymKey::new(secret.as_bytes()).map_err(|_| ConfigError::Value("pseudonym_key"))?;
        Ok(Self { pseudonym_key })
    }
}
