//! All that is kept of a person, for that person (GDPR, article 20).

use serde::Serialize;
use utoipa::ToSchema;

use super::view::Profile;
use crate::addresses::service::{OwnAddress, list_addresses};
use crate::app::Region;
use crate::error::Result;
use crate::guard::Session;
use crate::passkeys::service::{OwnPasskey, list_passkeys};
use crate::sessions::service::{OwnSession, list_sessions};

/// All that is kept of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    pub profile: Profile,
    pub addresses: Vec<OwnAddress>,
    pub sessions: Vec<OwnSession>,
    pub passkeys: Vec<OwnPasskey>,
    /// Until when orders of the account are checked more closely, since its registration was doubtful; Unix milliseconds.
    pub watched_until_ms: Option<i64>,
}

/// Collects it.
pub async fn export(region: &Region, session: &Session) -> Result<Export> {
    let addresses = list_addresses(region, &session.owner).await?;
    let sessions = list_sessions(region, session).await?;
    let passkeys = list_passkeys(region, &session.owner).await?;
    let watched_until_ms = Some(session.owner.account.watched_until_ms).filter(|until_ms| *until_ms > 0);
    Ok(Export { profile: Profile::of(&session.owner)?, addresses, sessions, passkeys, watched_until_ms })
}
