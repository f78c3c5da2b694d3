//! Who sends mails, and how often it is asked.

use std::fmt;

use kiosk_edge_platform::{HttpClient, VariableError, Variables};

use crate::{Mail, postmark};

/// Mails that one tick sends at most.
pub const SENT_PER_TICK_MAX: u32 = 20;
/// After so many failures a mail is given up.
pub const TRIES_MAX: u32 = 12;
/// First wait after the provider did not take a mail, in milliseconds; each further one doubles it.
const RETRY_MS: i64 = 2_000;
/// Longest wait, in milliseconds.
const RETRY_MS_MAX: i64 = 10 * 60_000;

/// How long a mail waits that failed so often before this try, in milliseconds.
#[must_use]
pub fn wait_ms(tries: u32) -> i64 {
    RETRY_MS.saturating_mul(1 << tries.min(20)).min(RETRY_MS_MAX)
}

/// An account at the mail provider.
#[derive(Clone)]
pub struct Provider {
    /// Its API, without a slash at the end.
    pub url: String,
    /// The key to it.
    pub token: String,
    /// Sender of mails.
    pub from: String,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("url", &self.url).field("from", &self.from).finish_non_exhaustive()
    }
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The provider took it.
    Sent,
    /// It may take it later.
    Again,
    /// It never will.
    Refused,
}

impl Provider {
    /// The provider that the variables name.
    ///
    /// # Errors
    /// When one of them is missing.
    pub async fn load(variables: &dyn Variables) -> Result<Self, VariableError> {
        Ok(Self {
            url: variables.get("mail_url").await?.trim_end_matches('/').to_owned(),
            token: variables.get("mail_token").await?,
            from: variables.get("mail_from").await?,
        })
    }

    /// Sends the mail that is called `id` in the logs and that failed `tries` times before.
    pub async fn send(&self, http: &dyn HttpClient, mail: &Mail, (id, tries): (&str, u32)) -> Fate {
        let error = match postmark::send(http, self, mail).await {
            Ok(()) => return Fate::Sent,
            Err(error) => error,
        };
        if error.is_final() {
            tracing::error!(%error, mail = id, "the mail provider refuses a mail");
            return Fate::Refused;
        }
        tracing::warn!(%error, mail = id, tries = tries + 1, "a mail did not go");
        if tries + 1 < TRIES_MAX { Fate::Again } else { Fate::Refused }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_ten_minutes() {
        assert_eq!([0, 1, 2].map(wait_ms), [2_000, 4_000, 8_000]);
        assert_eq!([9, 12, u32::MAX].map(wait_ms), [RETRY_MS_MAX; 3]);
    }

    #[test]
    fn the_key_is_in_no_log() {
        let provider = Provider { url: "u".into(), token: "secret".into(), from: "f".into() };
        assert!(!format!("{provider:?}").contains("secret"));
    }
}
